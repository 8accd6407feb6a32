package io.phalanx.node.ike;

import io.phalanx.replication.Commit;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.image.IkeSaImage.Phase;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Rule 1 of the design, output commit: what an IKE SA has to say and to install is held until the
 * store has acknowledged the image that tells of it.
 *
 * <p>Where another image has to be there first (a rekey of the IKE SA, which gives everything to
 * another one), that one is written before.
 */
final class Committer {
  private static final int ATTEMPTS_MAX = 6;
  private static final long RETRY_FIRST_MILLIS = 100;

  /** How long the answer to a rekey may be on its way before the new IKE SA is used without it. */
  static final long UNHEARD_MILLIS_MAX = 1_000;

  private final Map<Long, IkeSa> pending = new HashMap<>();

  /** IKE SAs that are to be written after others. */
  private final Set<IkeSa> waiting = new LinkedHashSet<>();

  private final Timers timers;
  private long nextId = 1;

  Committer(Timers timers) {
    this.timers = timers;
  }

  /** Effects that depend on no change at all. */
  List<Effect> takeUncommitted(IkeSa sa) {
    if (sa.changes.dirty()) {
      return List.of();
    }
    List<Effect> held = sa.changes.held();
    sa.changes = new Changes();
    return held;
  }

  /** Asks the store to take the image as it is now, once it has those that must be there before. */
  void begin(IkeSa sa, Turn turn) {
    List<IkeSa> first = sa.local.writeFirst.stream().filter(Committer::unwritten).toList();
    if (first.isEmpty()) {
      sa.local.writeFirst.clear();
      write(sa, turn);
    } else {
      sa.local.blocked = true;
      waiting.add(sa);
      first.stream().filter(each -> !each.local.busy()).forEach(each -> begin(each, turn));
    }
  }

  private static boolean unwritten(IkeSa sa) {
    return !sa.local.gone && (sa.changes.dirty() || sa.local.busy());
  }

  private void write(IkeSa sa, Turn turn) {
    // Those of an unconfirmed one still hang on the IKE SA before; to confirm it moves them, too.
    boolean moving = sa.local.pathChanged && sa.phase != Phase.UNCONFIRMED;
    if (moving) {
      sa.changes.move(sa.saIds());
      sa.local.pathChanged = false;
    }
    sa.mobility = sa.mobility.withMoving(moving);
    Changes changes = sa.changes;
    Commit commit =
        new Commit(
            sa.image(),
            sa.fence,
            changes.creation(),
            changes.created(),
            changes.removed(),
            changes.moved());
    sa.changes = new Changes();
    sa.local.stale = false;
    sa.local.answeredAhead = 0;
    Commitment commitment = new Commitment(nextId++, commit, changes.held(), 1, Agenda.NEVER);
    sa.local.commitment = Optional.of(commitment);
    pending.put(commitment.id(), sa);
    turn.add(new Effect.CommitImage(commitment.id(), commit));
  }

  /**
   * What an answer of the store means.
   *
   * @param goOn IKE SAs that may go on
   * @param forget IKE SAs that are not ours any more
   */
  record Ended(List<IkeSa> goOn, List<IkeSa> forget) {}

  /** Takes the answer of the store. */
  Ended ended(long commitId, Outcome outcome, Turn turn) {
    IkeSa sa = pending.remove(commitId);
    if (sa == null || sa.local.commitment.isEmpty()) {
      return new Ended(List.of(), List.of());
    }
    Commitment commitment = sa.local.commitment.get();
    return switch (outcome) {
      case DONE -> new Ended(done(sa, commitment, turn), List.of());
      case GONE -> gone(sa, commitment);
      case FENCED -> fenced(sa);
      case UNKNOWN -> {
        if (commitment.attempts() >= ATTEMPTS_MAX) {
          yield fenced(sa);
        }
        long pause = RETRY_FIRST_MILLIS << (commitment.attempts() - 1);
        sa.local.commitment = Optional.of(commitment.retryAt(turn.nowMillis() + pause));
        yield new Ended(List.of(sa), List.of());
      }
    };
  }

  private List<IkeSa> done(IkeSa sa, Commitment commitment, Turn turn) {
    sa.local.commitment = Optional.empty();
    turn.addAll(commitment.held());
    if (commitment.held().stream().anyMatch(Effect.Send.class::isInstance)) {
      sa.local.lastSentMillis = turn.nowMillis();
    }
    timers.sent(sa, turn.nowMillis());
    Optional<IkeSa> confirmed =
        sa.local.confirmNext.filter(each -> each.phase == Phase.UNCONFIRMED);
    sa.local.confirmNext = Optional.empty();
    confirmed.ifPresent(
        made -> {
          Closing.confirm(made);
          made.local.askNothingUntilMillis =
              made.local.heard ? 0 : turn.nowMillis() + UNHEARD_MILLIS_MAX;
        });
    return Stream.of(Stream.of(sa), confirmed.stream(), freedBy(sa).stream())
        .flatMap(each -> each)
        .filter(each -> !each.local.gone)
        .toList();
  }

  private List<IkeSa> waitingFor(IkeSa sa) {
    return waiting.stream().filter(each -> each.local.writeFirst.contains(sa)).toList();
  }

  /** Those that need wait no longer, now that this one is written or need not be. */
  private List<IkeSa> freedBy(IkeSa sa) {
    List<IkeSa> freed =
        waitingFor(sa).stream()
            .filter(each -> each.local.writeFirst.stream().noneMatch(Committer::unwritten))
            .toList();
    freed.forEach(each -> each.local.blocked = false);
    waiting.removeAll(freed);
    return freed;
  }

  /**
   * An IKE SA made by a rekey of ours that is in the store already was made by the member before
   * us, out of the same image: the old one goes on, the new one is left to whoever claims it.
   */
  private Ended gone(IkeSa sa, Commitment commitment) {
    List<IkeSa> old = waitingFor(sa);
    if (!commitment.commit().creation() || old.isEmpty() || sa.phase == Phase.UNCONFIRMED) {
      return fenced(sa);
    }
    sa.local.commitment = Optional.empty();
    sa.changes = new Changes();
    List<IkeSa> freed = freedBy(sa);
    old.forEach(each -> each.local.writeFirst.remove(sa));
    return new Ended(freed, List.of(sa));
  }

  /** Somebody else has it, or it is gone, or nobody knows: the store has the truth. */
  private static Ended fenced(IkeSa sa) {
    return new Ended(List.of(), List.of(sa));
  }

  /** Asks again, if it is time. */
  void retry(IkeSa sa, Turn turn) {
    Optional<Commitment> due =
        sa.local.commitment.filter(each -> each.retryAtMillis() <= turn.nowMillis());
    if (due.isPresent()) {
      Commitment again = due.get().again(nextId++);
      sa.local.commitment = Optional.of(again);
      pending.put(again.id(), sa);
      turn.add(new Effect.CommitImage(again.id(), again.commit()));
    }
  }

  /**
   * Whatever comes of its commit, it is not ours any more.
   *
   * @return what has given something to it and is not written: without it, the store has the truth
   *     of that as well
   */
  List<IkeSa> forget(IkeSa sa) {
    sa.local.commitment.ifPresent(each -> pending.remove(each.id()));
    sa.local.commitment = Optional.empty();
    waiting.remove(sa);
    List<IkeSa> along = waitingFor(sa);
    waiting.removeAll(along);
    return along;
  }
}
