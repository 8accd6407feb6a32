package io.phalanx.datapath.flow;

import io.phalanx.datapath.esp.InboundLimit;
import io.phalanx.datapath.esp.SequenceSource;

/**
 * When an SA cluster says that it wants more numbers: at half of a lease, or when packets wait;
 * then not again until it is answered; and after a refusal only when a pause is over.
 */
final class LeaseDesk {
  private static final int PAUSE_DOUBLINGS_MAX = 6;

  private final SequenceSource source;
  private final InboundLimit limit;
  private long outHalf;
  private long inHalf;
  private boolean told;
  private boolean pausing;
  private int refusals;

  LeaseDesk(SequenceSource source, InboundLimit limit) {
    this.source = source;
    this.limit = limit;
    measure();
  }

  boolean outboundHalfUsed() {
    return source.next() >= outHalf;
  }

  boolean inboundHalfUsed() {
    return limit.window().top() >= inHalf;
  }

  /** Whether a wish may be told now. */
  boolean open() {
    return !told && !pausing;
  }

  /** Whether a wish is told and not answered: a grant may be on its way. */
  boolean asked() {
    return told;
  }

  void tell() {
    told = true;
  }

  /** Numbers were granted: halves count from here. */
  void granted() {
    told = false;
    pausing = false;
    refusals = 0;
    measure();
  }

  /** The inbound limit was lowered. */
  void measure() {
    outHalf = source.next() + (source.lease() - source.next()) / 2;
    long top = limit.window().top();
    inHalf = top + (limit.limit() - top) / 2;
  }

  /**
   * The wish was refused.
   *
   * @return nanoseconds after which {@link #pauseOver} is to be called
   */
  long refused(long pauseNanos) {
    told = false;
    pausing = true;
    long pause = pauseNanos << Math.min(refusals, PAUSE_DOUBLINGS_MAX);
    refusals++;
    return pause;
  }

  void pauseOver() {
    pausing = false;
  }
}
