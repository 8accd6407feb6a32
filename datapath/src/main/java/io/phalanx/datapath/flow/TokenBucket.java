package io.phalanx.datapath.flow;

/** Lets through a bounded rate of something, with bursts of a quarter second. One loop's own. */
final class TokenBucket {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final long nanosPerToken;
  private final long burstNanos;
  private long creditNanos;
  private long last;

  TokenBucket(int perSecond, long nowNanos) {
    nanosPerToken = NANOS_PER_SECOND / Math.max(1, perSecond);
    burstNanos = Math.max(nanosPerToken, NANOS_PER_SECOND / 4);
    creditNanos = burstNanos;
    last = nowNanos;
  }

  boolean take(long nowNanos) {
    creditNanos = Math.min(burstNanos, creditNanos + Math.max(0, nowNanos - last));
    last = nowNanos;
    if (creditNanos < nanosPerToken) {
      return false;
    }
    creditNanos -= nanosPerToken;
    return true;
  }
}
