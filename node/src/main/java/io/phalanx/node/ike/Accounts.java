package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig.Radius;
import io.phalanx.node.radius.AccountRecord;
import io.phalanx.node.radius.AccountRecord.Kind;
import io.phalanx.node.radius.AccountRecord.Traffic;
import io.phalanx.replication.image.IkeSaImage.Account;
import io.phalanx.replication.image.IkeSaImage.Account.Stage;
import io.phalanx.replication.image.IkeSaImage.Phase;
import java.util.List;
import java.util.Optional;

/**
 * What RADIUS is told of a session (RFC 2866). The image says what is still to be told; so a
 * successor tells it, maybe a second time, under the same Acct-Session-Id.
 */
final class Accounts {
  /** Acct-Terminate-Cause (RFC 2866 §5.10). */
  static final int USER_REQUEST = 1;

  static final int LOST_CARRIER = 2;
  static final int IDLE_TIMEOUT = 4;
  static final int SESSION_TIMEOUT = 5;
  static final int ADMIN_RESET = 6;

  private final Environment environment;

  Accounts(Environment environment) {
    this.environment = environment;
  }

  private Optional<Radius> radius() {
    return environment.config().radius().filter(Radius::accounting);
  }

  /** The session is up; whoever came without EAP is nobody that RADIUS knows. */
  void started(IkeSa sa, long nowMillis) {
    sa.local.trafficMillis = nowMillis;
    if (radius().isPresent() && !sa.grants.user().isEmpty()) {
      move(sa, Stage.STARTING);
      tell(sa, Kind.START, 0);
      scheduleInterim(sa, nowMillis);
    }
  }

  /** The session ends; its SA clusters are still there to be counted. */
  static void stopping(IkeSa sa, int cause) {
    if (running(sa)) {
      move(sa, Stage.STOPPING);
      tell(sa, Kind.STOP, sa.local.terminateCause == 0 ? cause : sa.local.terminateCause);
    }
  }

  private static boolean running(IkeSa sa) {
    Stage stage = sa.grants.account().stage();
    return stage == Stage.STARTING || stage == Stage.RUNNING;
  }

  /** A Child SA ends while the session goes on: what it has carried must not be forgotten. */
  static void counting(IkeSa sa, int saId) {
    if (running(sa)) {
      sa.hold(new Effect.CountChild(sa.localSpi, saId));
    }
  }

  /** Another member has had it: what was under way is begun again. */
  void adopted(IkeSa sa, long nowMillis) {
    Account account = sa.grants.account();
    sa.local.counted =
        new Traffic(
            account.inPackets(), account.inOctets(), account.outPackets(), account.outOctets());
    sa.local.trafficMillis = nowMillis;
    switch (account.stage()) {
      case STARTING -> tell(sa, Kind.START, 0);
      case STOPPING -> tell(sa, Kind.STOP, LOST_CARRIER);
      case NONE, RUNNING -> {
        // Nothing is to be told now.
      }
    }
    scheduleInterim(sa, nowMillis);
  }

  /** Everything goes over to the IKE SA that takes its place. */
  static void handOver(IkeSa from, IkeSa to) {
    to.local.trafficMillis = Math.max(to.local.trafficMillis, from.local.trafficMillis);
    if (from.grants.account().stage() != Stage.NONE) {
      to.grants = to.grants.with(from.grants.account());
      to.local.counted = from.local.counted;
      to.local.interimAtMillis = from.local.interimAtMillis;
    }
    passedOn(from);
  }

  /** Another IKE SA tells of the session. */
  static void passedOn(IkeSa from) {
    from.grants = from.grants.with(Account.NONE);
  }

  private static void move(IkeSa sa, Stage stage) {
    sa.grants = sa.grants.with(sa.grants.account().at(stage));
    sa.changes.touch();
  }

  private static void tell(IkeSa sa, Kind kind, int cause) {
    sa.hold(
        new Effect.Account(
            new AccountRecord(
                sa.localSpi,
                sa.sessionId,
                kind,
                sa.grants.user(),
                sa.grants.account().byRadius(),
                sa.peer,
                sa.virtualAddresses,
                sa.grants.classes(),
                sa.establishedAtMillis,
                List.copyOf(sa.saIds()),
                sa.local.counted,
                cause)));
  }

  private long interimMillis(IkeSa sa) {
    long seconds = sa.grants.interimSeconds();
    return seconds > 0
        ? seconds * 1000
        : radius().map(each -> each.interim().toMillis()).orElse(0L);
  }

  private void scheduleInterim(IkeSa sa, long nowMillis) {
    long millis = interimMillis(sa);
    sa.local.interimAtMillis = running(sa) && millis > 0 ? nowMillis + millis : Agenda.NEVER;
  }

  /** When something is due next. */
  static long next(IkeSa sa) {
    if (sa.phase != Phase.ESTABLISHED) {
      return Agenda.NEVER;
    }
    return Math.min(sa.local.interimAtMillis, idleAt(sa));
  }

  private static long idleAt(IkeSa sa) {
    long seconds = sa.grants.idleSeconds();
    long since = Math.max(sa.local.trafficMillis, sa.createdAtMillis);
    return seconds == 0 ? Agenda.NEVER : since + seconds * 1000;
  }

  void due(IkeSa sa, long nowMillis) {
    if (nowMillis >= sa.local.interimAtMillis && running(sa)) {
      tell(sa, Kind.INTERIM, 0);
      scheduleInterim(sa, nowMillis);
    }
    if (nowMillis >= idleAt(sa)) {
      sa.local.trafficMillis = nowMillis;
      sa.local.terminateCause = IDLE_TIMEOUT;
      sa.local.want(new Task.DeleteIke("no traffic for " + sa.grants.idleSeconds() + " s"));
    }
  }

  /** RADIUS has been told. */
  static void told(IkeSa sa, Kind kind, boolean taken, Traffic total) {
    Account account = sa.grants.account();
    boolean ended = kind == Kind.STOP && account.stage() == Stage.STOPPING;
    boolean began = kind == Kind.START && account.stage() == Stage.STARTING;
    Stage stage = ended ? Stage.NONE : began && taken ? Stage.RUNNING : account.stage();
    sa.grants =
        sa.grants.with(
            new Account(
                stage,
                account.byRadius(),
                total.inPackets(),
                total.inOctets(),
                total.outPackets(),
                total.outOctets()));
  }
}
