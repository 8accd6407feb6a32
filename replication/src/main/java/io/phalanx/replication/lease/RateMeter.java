package io.phalanx.replication.lease;

/**
 * Numbers per second of one direction, from readings of its counter. Rises at once, so that a flow
 * that starts does not wait for its lease again and again; falls within a fraction of a second.
 */
final class RateMeter {
  /** Shorter intervals say more about the batch size of a packet loop than about the rate. */
  private static final long INTERVAL_NANOS_MIN = 2_000_000;

  /** Fewer numbers than this are a rate only if it took them long: one packet is no flow. */
  private static final long NUMBERS_MIN = 8;

  private static final long LONG_NANOS = 50_000_000;

  /** Time after which half of the difference to a lower rate is gone. */
  private static final long FALL_NANOS = 100_000_000;

  /**
   * A rate grows by this factor a reading at the most: a peer that is a cluster skips numbers when
   * it fails over, which is no traffic.
   */
  private static final double GROWTH_MAX = 10;

  private static final double FREE_PER_SECOND = 5_000;

  private final long burstNanos;
  private boolean started;
  private long startedNanos;
  private long fromNumber;
  private long fromNanos;
  private double perSecond;

  /**
   * @param burstNanos how long after the first reading nothing is said yet: what waited for a
   *     member that takes over comes at once, at whatever rate it was sent
   */
  RateMeter(long burstNanos) {
    this.burstNanos = burstNanos;
  }

  void read(long number, long nowNanos) {
    long counted = number - fromNumber;
    long passed = nowNanos - fromNanos;
    if (started
        && ((counted < NUMBERS_MIN && passed < LONG_NANOS)
            || nowNanos - startedNanos < burstNanos)) {
      return;
    }
    if (started) {
      sample(Math.max(0, counted) * 1e9 / Math.max(passed, INTERVAL_NANOS_MIN), passed);
    }
    if (!started) {
      started = true;
      startedNanos = nowNanos;
    }
    fromNumber = Math.max(number, fromNumber);
    fromNanos = nowNanos;
  }

  private void sample(double rate, long passed) {
    if (rate >= perSecond) {
      perSecond = Math.min(rate, Math.max(GROWTH_MAX * perSecond, FREE_PER_SECOND));
    } else {
      perSecond += (rate - perSecond) * passed / (passed + FALL_NANOS);
    }
  }

  double perSecond() {
    return perSecond;
  }

  /** Mean time between two numbers; very long if there are none. */
  long intervalNanos() {
    return (long) (1e9 / Math.max(perSecond, 1e-3));
  }
}
