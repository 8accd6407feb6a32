package io.phalanx.datapath.esp;

/**
 * The anti-replay window of an SA cluster together with the highest number that the store lets this
 * member accept. Everything accepted passes {@link #accept}, which holds the rule whatever the
 * callers do. Not thread-safe.
 */
public final class InboundLimit {
  private final ReplayWindow window;
  private long limit;

  public InboundLimit(ReplayWindow window, long limit) {
    if (limit < window.top()) {
      throw new IllegalArgumentException("limit " + limit + " below " + window.top());
    }
    this.window = window;
    this.limit = limit;
  }

  public ReplayWindow window() {
    return window;
  }

  public long limit() {
    return limit;
  }

  /** Whether a number may be accepted without asking the store. */
  public boolean covers(long sequence) {
    return sequence <= limit;
  }

  /** Marks the number of an authenticated packet as received. */
  public void accept(long sequence) {
    if (sequence > limit) {
      throw new IllegalStateException("number " + sequence + " beyond limit " + limit);
    }
    window.mark(sequence);
  }

  /** Raises the limit; a lower value changes nothing. */
  public void grant(long granted) {
    limit = Math.max(limit, granted);
  }

  /** Lowers the limit to the highest number accepted, and returns it. */
  public long lower() {
    limit = window.top();
    return limit;
  }
}
