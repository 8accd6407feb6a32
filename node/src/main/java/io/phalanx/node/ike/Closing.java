package io.phalanx.node.ike;

import io.phalanx.replication.image.IkeSaImage.ChildRef;
import io.phalanx.replication.image.IkeSaImage.Phase;
import io.phalanx.replication.image.IkeSaImage.RekeyedByPeer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Ends IKE SAs, with what hangs on them. */
final class Closing {
  private final SaTable table;
  private final ChildSas childSas;

  Closing(SaTable table, ChildSas childSas) {
    this.table = table;
    this.childSas = childSas;
  }

  /**
   * The peer has deleted the IKE SA. A request of ours in flight is forgotten with it (RFC 7296
   * §2.25.2); its answer stays for a while, should it get lost.
   */
  void closedByPeer(IkeSa sa, long nowMillis) {
    closedByPeer(sa, "deleted by the peer", Accounts.USER_REQUEST, nowMillis);
  }

  private void closedByPeer(IkeSa sa, String why, int cause, long nowMillis) {
    dropRekey(sa);
    sa.dropRequests();
    heir(sa)
        .ifPresent(
            heir -> {
              inherit(sa, heir);
              table.touch(heir);
            });
    sa.local.dropTasks(); // those of the Child SAs are the heir's by now
    sa.local.successor.ifPresent(
        now -> {
          now.local.askNothingUntilMillis = 0; // who deletes the old one has the new one
          table.touch(now);
        });
    sa.expiresAtMillis = nowMillis + Informational.LINGER_MILLIS;
    if (sa.phase != Phase.DELETING) {
      Phases.move(sa, Phase.DELETING, why);
      Accounts.stopping(sa, cause);
      dropChildren(sa, "the IKE SA was " + why);
    }
  }

  /**
   * One end could not read what the other has asked for, and both know: the IKE SA has ended,
   * without a Delete (RFC 7296 §2.21.3).
   */
  void unreadable(IkeSa sa, long nowMillis) {
    closedByPeer(sa, "ended by INVALID_SYNTAX", Accounts.LOST_CARRIER, nowMillis);
  }

  /**
   * The peer says that this is all it has: what this member still has of it ends. Other members are
   * told by {@link Effect.PeerBeganAnew}; what nobody has at this moment goes by its probes.
   *
   * @return the sessions that this has ended
   */
  List<Long> firstContact(FirstContact contact, long nowMillis) {
    List<Long> ended = new ArrayList<>();
    for (IkeSa other : table.all()) {
      if (other.phase == Phase.ESTABLISHED && contact.replaces(other)) {
        lostByPeer(other, "the peer has begun anew", nowMillis);
        table.touch(other);
        ended.add(other.sessionId);
      }
    }
    return ended;
  }

  /** The peer does not have the IKE SA any more: it ends without a word to it. */
  void lostByPeer(IkeSa sa, String why, long nowMillis) {
    sa.dropRequests();
    sa.local.dropTasks();
    Phases.move(sa, Phase.DELETING, why);
    Accounts.stopping(sa, Accounts.LOST_CARRIER);
    dropChildren(sa, why);
    sa.expiresAtMillis = nowMillis;
  }

  /** As initiator: ends the IKE SAs whose place this one takes (RFC 4478, RFC 5685). */
  void replaceDue(IkeSa made, long nowMillis) {
    for (IkeSa old : table.all()) {
      if (old != made
          && old.connection.equals(made.connection)
          && (old.local.redirected || Reauthentication.isDue(old, nowMillis))) {
        old.local.want(
            new Task.DeleteIke(
                old.local.redirected ? "gone to another gateway" : "authenticated anew"));
        table.touch(old);
      }
    }
  }

  /**
   * Ends an IKE SA that is due if another one has its place already: the member that made that one
   * may have died before it could delete this one, and a third would leave the second to stay.
   *
   * @return whether there is another one
   */
  boolean deleteIfReplaced(IkeSa due, long nowMillis) {
    boolean replaced =
        table.all().stream()
            .filter(each -> each != due && each.phase == Phase.ESTABLISHED)
            .filter(each -> each.connection.equals(due.connection))
            .filter(each -> each.peerId.equals(due.peerId))
            .anyMatch(each -> !Reauthentication.isDue(each, nowMillis));
    if (replaced) {
      due.local.want(new Task.DeleteIke("authenticated anew"));
    }
    return replaced;
  }

  /** The IKE SA that the peer has made in place of this one, if it lives (RFC 7296 §2.8.1). */
  Optional<IkeSa> heir(IkeSa sa) {
    return Optional.of(sa)
        .filter(each -> each.phase == Phase.ESTABLISHED)
        .flatMap(each -> each.rekeyOf(each.localSpi))
        .map(RekeyedByPeer::created)
        .flatMap(table::find)
        .filter(each -> each.phase == Phase.UNCONFIRMED || each.phase == Phase.ESTABLISHED);
  }

  /** Whether a collision of rekeys has still to tell if this one stays (RFC 7296 §2.8.1). */
  boolean undecided(IkeSa sa) {
    return sa.predecessor()
        .flatMap(table::find)
        .filter(old -> old.phase == Phase.ESTABLISHED)
        .flatMap(old -> old.rekeyOf(old.localSpi))
        .filter(each -> each.created() == sa.localSpi)
        .isPresent();
  }

  /** A rekey of ours comes to nothing: what a member before us has made of it goes. */
  private void dropRekey(IkeSa sa) {
    boolean heir = heir(sa).isPresent();
    sa.requests.stream()
        .filter(each -> Purpose.of(each) == Purpose.REKEY_IKE)
        .flatMap(each -> table.find(each.spi()).stream())
        .findFirst()
        .ifPresent(made -> lost(made, heir));
  }

  /**
   * Deletes an IKE SA of ours that is one too many.
   *
   * @param heir whether another one has its Child SAs
   */
  void lost(IkeSa made, boolean heir) {
    if (made.phase != Phase.ESTABLISHED) {
      return;
    }
    if (heir) {
      made.children.clear();
      made.virtualAddresses = List.of();
      made.ownAddresses = List.of();
      Accounts.passedOn(made);
    }
    made.extensions = made.extensions.withTokenDue(false);
    made.local.want(new Task.DeleteIke("lost a collision of rekeys"));
    made.changes.touch();
    table.touch(made);
  }

  /** Gives everything to the IKE SA that takes its place, which the peer is known to have. */
  static void inherit(IkeSa from, IkeSa to) {
    handOver(from, to);
    if (to.phase == Phase.UNCONFIRMED) {
      confirm(to);
    } else {
      to.changes.move(to.saIds());
    }
  }

  /**
   * Writes everything over to the IKE SA that takes its place. A member before us may have done so,
   * and died before it could write the old one.
   */
  static void handOver(IkeSa from, IkeSa to) {
    from.children.stream()
        .filter(each -> to.childByInbound(each.inboundSpi()).isEmpty())
        .forEach(to.children::add);
    if (to.virtualAddresses.isEmpty()) {
      to.virtualAddresses = from.virtualAddresses;
    }
    if (to.ownAddresses.isEmpty()) {
      to.ownAddresses = from.ownAddresses;
    }
    from.rekeyedByPeer.stream()
        .filter(each -> each.replaced() != from.localSpi)
        .forEach(to.rekeyedByPeer::add);
    Accounts.handOver(from, to);
    to.ivSpaces = from.ivSpaces; // the keys of its Child SAs are the same
    to.changes.touch();
    leave(from, to);
  }

  /**
   * Keeps nothing of what another one has by now, but, if the peer has made that, its name: a
   * successor that finds both knows that it counts.
   */
  static void leave(IkeSa from, IkeSa to) {
    from.local.writeFirst.add(to);
    from.local.successor = Optional.of(to);
    from.local.handTasksTo(to.local);
    from.children.clear();
    from.rekeyedByPeer.removeIf(each -> each.created() != to.localSpi);
    from.virtualAddresses = List.of();
    from.ownAddresses = List.of();
    Accounts.passedOn(from);
    from.changes.touch();
  }

  /** The peer knows this IKE SA: its children hang on it from now on. */
  static void confirm(IkeSa sa) {
    Phases.move(sa, Phase.ESTABLISHED, "the peer has it");
    sa.expiresAtMillis = 0;
    sa.rekeyedByPeer.removeIf(each -> each.created() == sa.localSpi);
    sa.changes.move(sa.saIds());
    tellMore(sa);
  }

  /** The peer knows of a new IKE SA, and not yet all that is to be said of it. */
  static void tellMore(IkeSa sa) {
    if (sa.local.tellMore) {
      sa.local.tellMore = false;
      sa.local.want(new Task.Liveness());
    }
  }

  /** The peer does not answer: nothing is sent, and nothing is kept but what an heir has. */
  void abandon(IkeSa sa) {
    dropRekey(sa);
    heir(sa)
        .ifPresent(
            heir -> {
              inherit(sa, heir);
              table.touch(heir);
            });
    if (sa.phase != Phase.UNCONFIRMED) {
      Accounts.stopping(sa, Accounts.LOST_CARRIER);
      for (ChildRef child : sa.children) {
        sa.hold(new Effect.RemoveChild(child.saId()));
      }
      releaseAddresses(sa);
    }
    // No commit comes any more: the end of the IKE SA takes its Child SAs along.
    List<Effect> held = sa.changes.held();
    sa.changes = new Changes();
    held.forEach(sa::hold);
  }

  /**
   * Ends all Child SAs and gives the addresses back. Those of an unconfirmed IKE SA still hang on
   * the one before.
   */
  void dropChildren(IkeSa sa, String why) {
    Accounts.stopping(sa, Accounts.ADMIN_RESET);
    for (ChildRef child : List.copyOf(sa.children)) {
      childSas.remove(sa, child, why);
    }
    releaseAddresses(sa);
    sa.report("closed", why);
  }

  private void releaseAddresses(IkeSa sa) {
    if (!sa.virtualAddresses.isEmpty()) {
      if (sa.extensions.family() == 0) { // else they are given back once the session has none left
        sa.hold(new Effect.ReleaseAddresses(sa.virtualAddresses, sa.sessionId));
      }
      sa.virtualAddresses = List.of();
      sa.changes.touch();
    }
  }
}
