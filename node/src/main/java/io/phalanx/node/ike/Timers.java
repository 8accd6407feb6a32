package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig.Child;
import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.config.GatewayConfig.Ike;
import io.phalanx.replication.image.IkeSaImage.ChildRef;
import io.phalanx.replication.image.IkeSaImage.Phase;
import io.phalanx.replication.image.IkeSaImage.RequestInFlight;
import java.util.List;
import java.util.Optional;

/** What time brings to an IKE SA: retransmissions, probes, rekeys, and its end. */
final class Timers {
  /** How long a change of mere message ids may wait for company (design: liveness is cheap). */
  private static final long STALE_MILLIS = 500;

  /** Pause before a Child SA that has ended is made again. */
  private static final long CHILD_PAUSE_MILLIS = 5_000;

  private final Environment environment;
  private final Accounts accounts;

  Timers(Environment environment) {
    this.environment = environment;
    this.accounts = new Accounts(environment);
  }

  /** When to look at it next. */
  long next(IkeSa sa, long nowMillis) {
    if (sa.local.commitment.isPresent()) {
      return sa.local.commitment.get().retryAtMillis();
    }
    if (sa.local.busy()) {
      return Agenda.NEVER;
    }
    long at = orNever(sa.expiresAtMillis);
    for (Resending each : sa.local.resendings.values()) {
      at = Math.min(at, each.atMillis);
    }
    if (sa.local.stale) {
      at = Math.min(at, sa.local.staleSinceMillis + STALE_MILLIS);
    }
    at = Math.min(at, keepaliveAt(sa));
    if (nowMillis < sa.local.askNothingUntilMillis) {
      at = Math.min(at, sa.local.askNothingUntilMillis);
    }
    if (sa.phase == Phase.ESTABLISHED && Window.hasRoom(sa) && sa.local.wantsNothing()) {
      at = Math.min(at, orNever(sa.rekeyAtMillis));
      at = Math.min(at, probeAt(sa));
      at = Math.min(at, Reauthentication.nextAtMillis(sa));
      at = Math.min(at, Accounts.next(sa));
      for (ChildRef child : sa.children) {
        if (mayRekey(sa, child)) {
          at = Math.min(at, orNever(child.rekeyAtMillis()));
        }
      }
      for (String name : missing(sa)) {
        at = Math.min(at, pausedUntil(sa, name, nowMillis));
      }
      at = Math.min(at, sa.local.wantsNextMillis());
    }
    return at;
  }

  private static long orNever(long atMillis) {
    return atMillis == 0 ? Agenda.NEVER : atMillis;
  }

  /** When the NAT before us is to be reminded of us, if there is one (RFC 3948 §4). */
  long keepaliveAt(IkeSa sa) {
    long interval = environment.config().ike().natKeepalive().toMillis();
    return interval > 0 && sa.localBehindNat && sa.natPort && sa.phase == Phase.ESTABLISHED
        ? sa.local.lastSentMillis + interval
        : Agenda.NEVER;
  }

  private long probeAt(IkeSa sa) {
    long interval =
        environment.connection(sa.connection).map(each -> each.dpdInterval().toMillis()).orElse(0L);
    return interval == 0 || !sa.requests.isEmpty()
        ? Agenda.NEVER
        : sa.local.lastHeardMillis + interval;
  }

  private static boolean mayRekey(IkeSa sa, ChildRef child) {
    return sa.rekeyOf(Integer.toUnsignedLong(child.inboundSpi())).isEmpty()
        && !Window.concerns(sa, child.inboundSpi());
  }

  /** Children that a connection which is kept up should have and has not. */
  private List<String> missing(IkeSa sa) {
    Optional<Connection> connection =
        environment
            .connection(sa.connection)
            .filter(each -> each.initiate() && !sa.extensions.cloned());
    return connection.map(Connection::children).orElse(List.of()).stream()
        .map(Child::name)
        .filter(name -> sa.children.stream().noneMatch(each -> each.child().equals(name)))
        .filter(name -> !Window.makes(sa, name))
        .toList();
  }

  private static long pausedUntil(IkeSa sa, String child, long nowMillis) {
    return sa.local.childPauses.computeIfAbsent(child, _ -> nowMillis + CHILD_PAUSE_MILLIS);
  }

  /** Wants what is due; what is to be sent again, or has ended, is the engine's to see to. */
  void wantDue(IkeSa sa, long nowMillis) {
    if (sa.local.stale && nowMillis >= sa.local.staleSinceMillis + STALE_MILLIS) {
      sa.changes.touch();
    }
    if (sa.phase != Phase.ESTABLISHED || !Window.hasRoom(sa)) {
      return;
    }
    for (ChildRef child : sa.children) {
      if (nowMillis >= orNever(child.rekeyAtMillis()) && mayRekey(sa, child)) {
        sa.local.want(new Task.RekeyChild(child.inboundSpi()));
      }
    }
    if (nowMillis >= orNever(sa.rekeyAtMillis)) {
      sa.local.want(new Task.RekeyIke());
    }
    sa.local.wantDue(nowMillis);
    for (String name : missing(sa)) {
      if (nowMillis >= pausedUntil(sa, name, nowMillis)) {
        sa.local.childPauses.put(name, nowMillis + CHILD_PAUSE_MILLIS);
        sa.local.want(new Task.NewChild(name));
      }
    }
    accounts.due(sa, nowMillis);
    if (nowMillis >= probeAt(sa)) {
      sa.local.want(new Task.Liveness());
    }
  }

  /** Starts the timers of requests that have just left. */
  void sent(IkeSa sa, long nowMillis) {
    sa.local.resendings.values().stream()
        .filter(each -> each.atMillis == Agenda.NEVER)
        .forEach(each -> each.atMillis = nowMillis + pause(0));
  }

  /** Whether a request in flight may be sent once more; if so, its timer is set. */
  boolean mayRetransmit(Resending resending, long nowMillis) {
    if (resending.done >= environment.config().ike().retransmitTries()) {
      return false;
    }
    resending.done++;
    resending.atMillis = nowMillis + pause(resending.done);
    return true;
  }

  /**
   * Goes on with the timer of a request that another member has sent: as many retransmissions count
   * as done as there was time for, but one is always left.
   */
  void resume(IkeSa sa, RequestInFlight request, long nowMillis) {
    Resending resending = new Resending();
    long at = request.firstSentAtMillis() + pause(0);
    while (at < nowMillis && resending.done < environment.config().ike().retransmitTries() - 1) {
      resending.done++;
      at += pause(resending.done);
    }
    resending.atMillis = nowMillis + pause(resending.done);
    sa.local.resendings.put(request.messageId(), resending);
  }

  private long pause(int retransmissions) {
    Ike ike = environment.config().ike();
    return (long)
        (ike.retransmitFirst().toMillis() * Math.pow(ike.retransmitBase(), retransmissions));
  }
}
