package io.phalanx.it.sim;

import java.util.ArrayList;
import java.util.List;

/**
 * One life of a process: strands in the place of threads, clocks of its own. It may stand still,
 * and then go on as if nothing had been; and it ends.
 */
final class Life {
  private enum State {
    RUNNING,
    FROZEN,
    DEAD
  }

  /** A machine that is busy lets a thread wait so long now and then. */
  private static final long HICCUP_NANOS_MAX = 3_000_000;

  private static final long TURN_NANOS_MAX = 20_000;
  private static final int HICCUPS_PER_MILLE = 4;

  private final Timeline timeline;
  private final Dice dice;
  private final Watch watch;
  private final String name;
  private final List<Strand> strands = new ArrayList<>();
  private final long bornNanos;
  private final long driftPerMille;
  private long wallMillis;
  private State state = State.RUNNING;

  /**
   * @param watch told of what goes wrong in it
   * @param driftPerMille how much faster its clocks go than time
   * @param wallMillis what its wall clock says at the beginning of time
   */
  Life(
      Timeline timeline, Dice dice, Watch watch, String name, long driftPerMille, long wallMillis) {
    this.timeline = timeline;
    this.dice = dice;
    this.watch = watch;
    this.name = name;
    this.bornNanos = timeline.nowNanos();
    this.driftPerMille = driftPerMille;
    this.wallMillis = wallMillis;
  }

  Strand strand() {
    Strand strand = new Strand(this, timeline);
    strands.add(strand);
    return strand;
  }

  boolean running() {
    return state == State.RUNNING;
  }

  boolean dead() {
    return state == State.DEAD;
  }

  void kill() {
    state = State.DEAD;
    strands.forEach(Strand::clear);
  }

  void freeze() {
    if (state == State.RUNNING) {
      state = State.FROZEN;
    }
  }

  void thaw() {
    if (state == State.FROZEN) {
      state = State.RUNNING;
      strands.forEach(Strand::plan);
    }
  }

  /** Its monotonic clock, from 1 s up. */
  long nanos() {
    long lived = timeline.nowNanos() - bornNanos;
    return 1_000_000_000 + lived + lived / 1000 * driftPerMille;
  }

  /** How long it takes until its clock has gone on so far. */
  long toTime(long ownNanos) {
    return ownNanos - ownNanos / 1000 * driftPerMille;
  }

  /** Its wall clock. */
  long millis() {
    return wallMillis + timeline.nowNanos() / 1_000_000;
  }

  /** Somebody sets its wall clock. */
  void setBack(long byMillis) {
    wallMillis -= byMillis;
  }

  /** How long a strand that has something to do waits for its turn. */
  long turnNanos() {
    return dice.chance(HICCUPS_PER_MILLE)
        ? dice.between(0, HICCUP_NANOS_MAX)
        : dice.between(0, TURN_NANOS_MAX);
  }

  void fault(Throwable fault) {
    watch.fault(name, fault);
  }

  /** Gets to know of faults of the program. */
  interface Watch {
    void fault(String where, Throwable fault);
  }
}
