package io.phalanx.replication.interlink;

import io.phalanx.datapath.esp.ReplayWindow;
import io.phalanx.replication.Owner;
import io.phalanx.replication.identity.SerialNumbers;
import io.phalanx.replication.interlink.LivenessTracker.Change;
import io.phalanx.replication.interlink.LivenessTracker.Verdict;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The lives of one other member: the latest that is proven, the one before it (which may not have
 * noticed), and one that still has to prove itself. Never more, whatever is replayed to us.
 */
final class MemberLives {
  private static final int REPEATED = 2;

  /** Datagrams of several packet loops overtake each other. */
  private static final int WINDOW_BITS = 2048;

  private static final class Life {
    final Owner owner;
    final long startNonce;
    final ReplayWindow window;
    boolean alive;
    boolean left;

    /** The last heartbeat, whether its sender hears us or not. */
    long heardNanos;

    /** The last heartbeat that was proof, or the end of our own last pause. */
    long proofNanos;

    /** Whom it hears, by its last heartbeat. */
    Set<Owner> hears = Set.of();

    /** Whether something else says that it has ended, and no proof has come since. */
    boolean doubted;

    /** Whether a later life was heard, and how often this one was afterwards. */
    boolean overtaken;

    int heardAfterwards;

    Life(Owner owner, long startNonce, long counter, long heardNanos) {
      this.owner = owner;
      this.startNonce = startNonce;
      this.window = new ReplayWindow(WINDOW_BITS, counter);
      this.heardNanos = heardNanos;
      this.proofNanos = heardNanos;
    }

    void heard(long nowNanos) {
      heardNanos = nowNanos;
      if (overtaken) {
        heardAfterwards++;
      }
    }

    /** What was in the network while its successor started may arrive late, but not again. */
    boolean over() {
      return left || (overtaken && heardAfterwards < REPEATED);
    }

    boolean is(int incarnation) {
      return owner.incarnation() == incarnation;
    }
  }

  private final int member;
  private Optional<Life> current = Optional.empty();
  private Optional<Life> former = Optional.empty();
  private Optional<Life> candidate = Optional.empty();

  MemberLives(int member) {
    this.member = member;
  }

  Verdict received(int incarnation, long counter) {
    Optional<Life> proven = proven(incarnation);
    if (proven.isPresent()) {
      Life life = proven.get();
      if (life.left || !life.window.fresh(counter)) {
        return Verdict.STALE;
      }
      life.window.mark(counter);
      return life.alive ? Verdict.FRESH : Verdict.UNPROVEN;
    }
    return later(incarnation, current) ? Verdict.UNPROVEN : Verdict.STALE;
  }

  void heartbeat(
      int incarnation,
      long startNonce,
      long counter,
      boolean proof,
      Set<Owner> hears,
      long nowNanos,
      List<Change> changes) {
    Optional<Life> proven = proven(incarnation);
    if (proven.isPresent()) {
      Life life = proven.get();
      life.heard(nowNanos);
      life.hears = hears;
      if (life.heardAfterwards == REPEATED) {
        changes.add(new Change.Duplicate(life.owner));
      }
      if (proof) {
        life.proofNanos = nowNanos;
        life.doubted = false;
        revive(life, changes);
      }
    } else if (later(incarnation, current)) {
      current.ifPresent(life -> life.overtaken = true);
      Life life = new Life(new Owner(member, incarnation), startNonce, counter, nowNanos);
      if (proof) {
        takeUp(life, changes);
      } else if (candidate.isEmpty()
          || candidate.get().is(incarnation)
          || later(incarnation, candidate)) {
        candidate = Optional.of(life);
      }
    }
  }

  private void takeUp(Life life, List<Change> changes) {
    current.ifPresent(previous -> end(previous, new Change.Down(previous.owner), changes));
    former = current;
    current = Optional.of(life);
    candidate = candidate.filter(other -> later(other.owner.incarnation(), current));
    revive(life, changes);
  }

  /** Only the current life is alive, however much a former one sends. */
  private void revive(Life life, List<Change> changes) {
    if (!life.alive && current.filter(latest -> latest == life).isPresent()) {
      life.alive = true;
      changes.add(new Change.Up(life.owner));
    }
  }

  private static void end(Life life, Change last, List<Change> changes) {
    if (life.alive) {
      life.alive = false;
      changes.add(last);
    }
  }

  void goodbye(int incarnation, List<Change> changes) {
    proven(incarnation)
        .ifPresent(
            life -> {
              life.left = true;
              end(life, new Change.Left(life.owner), changes);
            });
  }

  void doubt() {
    current.ifPresent(life -> life.doubted = true);
  }

  /** Whose last proof is older than {@code sinceNanos} is silent; if doubted, the other bound. */
  void expire(long sinceNanos, long doubtedSinceNanos, List<Change> changes) {
    current
        .filter(life -> life.proofNanos < (life.doubted ? doubtedSinceNanos : sinceNanos))
        .ifPresent(life -> end(life, new Change.Down(life.owner), changes));
    candidate = candidate.filter(life -> life.heardNanos >= sinceNanos);
  }

  void rearm(long nowNanos) {
    current.ifPresent(life -> life.proofNanos = nowNanos);
  }

  void addHeard(long sinceNanos, List<Frame.Heard> heard) {
    add(current, true, sinceNanos, heard);
    add(former, true, sinceNanos, heard);
    add(candidate, false, sinceNanos, heard);
  }

  private void add(
      Optional<Life> lifeHeard, boolean proven, long sinceNanos, List<Frame.Heard> heard) {
    lifeHeard
        .filter(life -> !life.over() && life.heardNanos >= sinceNanos)
        .ifPresent(
            life ->
                heard.add(
                    new Frame.Heard(member, life.owner.incarnation(), life.startNonce, proven)));
  }

  Optional<Owner> alive() {
    return current.filter(life -> life.alive).map(life -> life.owner);
  }

  /** The lives that this member hears, if it is alive. */
  Set<Owner> hears() {
    return current.filter(life -> life.alive).map(life -> life.hears).orElse(Set.of());
  }

  private Optional<Life> proven(int incarnation) {
    return current
        .filter(life -> life.is(incarnation))
        .or(() -> former.filter(life -> life.is(incarnation)));
  }

  private static boolean later(int incarnation, Optional<Life> life) {
    return life.isEmpty() || SerialNumbers.after(incarnation, life.get().owner.incarnation());
  }
}
