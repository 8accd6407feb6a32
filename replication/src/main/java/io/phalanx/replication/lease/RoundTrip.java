package io.phalanx.replication.lease;

/** How long the store takes, smoothed over about eight calls. */
final class RoundTrip {
  private long nanos;

  void took(long sampleNanos) {
    nanos += (sampleNanos - nanos) / 8;
  }

  long nanos() {
    return nanos;
  }
}
