package io.phalanx.datapath.esp;

/**
 * Outbound sequence numbers of an SA cluster: each once, in order, only below the lease, never past
 * the last one (no wrap, RFC 4303 §3.3.3). Not thread-safe.
 */
public final class SequenceSource {
  /** What {@link #take} gives while there is no number to be had. */
  public static final long NONE = -1;

  private final long last;
  private long next;
  private long lease;

  /**
   * @param next the first number to give, at least 1
   * @param lease only numbers below this one are given
   * @param last the last number that may ever be given
   */
  public SequenceSource(long next, long lease, long last) {
    if (next < 1 || lease < next || last < 1) {
      throw new IllegalArgumentException("numbers from " + next + " with lease " + lease);
    }
    this.next = next;
    this.lease = lease;
    this.last = last;
  }

  /** The next number, or {@link #NONE} at the end of the lease or of the sequence space. */
  public long take() {
    if (next >= lease || next > last) {
      return NONE;
    }
    long taken = next++;
    if (taken >= lease || taken > last) {
      throw new IllegalStateException("number " + taken + " at lease " + lease);
    }
    return taken;
  }

  public long next() {
    return next;
  }

  public long lease() {
    return lease;
  }

  /** Numbers that can be taken now. */
  public long available() {
    return Math.max(0, Math.min(lease, last + 1) - next);
  }

  /** Whether the last number has been given: no lease brings another. */
  public boolean exhausted() {
    return next > last;
  }

  /** Raises the lease; a lower value changes nothing. */
  public void grant(long granted) {
    lease = Math.max(lease, granted);
  }
}
