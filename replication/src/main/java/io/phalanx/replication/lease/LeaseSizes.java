package io.phalanx.replication.lease;

/**
 * How many numbers to reserve ahead, and when to settle.
 *
 * <p>A number that is reserved inbound and not used is a packet that a successor drops; at a rate
 * of r it costs 1/r seconds. Reserving ahead saves a store round trip of waiting. So:
 *
 * <ul>
 *   <li>Above 80 packets a second, 50 ms of traffic: well below the time that it takes to notice a
 *       crash.
 *   <li>From {@link #FLOW_PER_SECOND} to 80 a second, {@link #IN_MIN} numbers: 270 ms in the worst
 *       case, about the time to notice and take over.
 *   <li>Below, nothing: each packet waits for a round trip and costs one store call, and there is
 *       nothing to settle after it.
 * </ul>
 *
 * <p>Quiet means two packet intervals without a packet, but at least {@link #QUIET_NANOS_MIN}, or
 * the gaps between bursts would count.
 *
 * <p>What a member finds waiting when it takes over comes in a burst, at whatever rate it was sent:
 * nothing is reserved inbound in the first {@link #IN_BURST_NANOS}, or a successor that comes soon
 * would refuse hundreds of numbers of a peer that sends ten a second.
 *
 * <p>Outbound numbers that are burnt cost nothing but number space, so there is a second of
 * traffic. Even the largest lease is a five-hundredth of what a peer with 32-bit numbers may see
 * skipped (2^31, RFC 4303 appendix A2), and a thousandth of its number space.
 *
 * <p>All times stretch with the round trip to the store: else a slow store would not only delay
 * packets but also limit their rate, and get more calls just when it is overloaded.
 */
final class LeaseSizes {
  static final double FLOW_PER_SECOND = 15;
  static final long IN_MIN = 4;
  static final long IN_MAX = 1 << 20;
  static final long OUT_MIN = 64;
  static final long OUT_MAX = 1 << 22;
  static final long IN_BURST_NANOS = 50_000_000;
  static final long QUIET_NANOS_MIN = 30_000_000;
  static final long QUIET_NANOS_MAX = 100_000_000;

  private static final long IN_AHEAD_NANOS = 50_000_000;
  private static final long OUT_AHEAD_NANOS = 1_000_000_000;
  private static final long ROUND_TRIP_NANOS_MAX = 500_000_000;

  /** A limit this many times higher than wanted is left over from another time. */
  private static final int EXCESS = 8;

  private LeaseSizes() {}

  static long inbound(RateMeter rate, long roundTripNanos) {
    long ahead = Math.max(IN_AHEAD_NANOS, 4 * bounded(roundTripNanos));
    return rate.perSecond() < FLOW_PER_SECOND
        ? 0
        : Math.clamp((long) (rate.perSecond() * ahead / 1e9), IN_MIN, IN_MAX);
  }

  static long outbound(RateMeter rate, long roundTripNanos) {
    long ahead = Math.max(OUT_AHEAD_NANOS, 4 * bounded(roundTripNanos));
    return Math.clamp((long) (rate.perSecond() * ahead / 1e9), OUT_MIN, OUT_MAX);
  }

  static long quietNanos(RateMeter rate, long roundTripNanos) {
    long intervals = Math.clamp(2 * rate.intervalNanos(), QUIET_NANOS_MIN, QUIET_NANOS_MAX);
    return Math.max(intervals, 8 * bounded(roundTripNanos));
  }

  static boolean excessive(long ahead, RateMeter rate, long roundTripNanos) {
    return ahead > EXCESS * Math.max(IN_MIN, inbound(rate, roundTripNanos));
  }

  private static long bounded(long roundTripNanos) {
    return Math.min(roundTripNanos, ROUND_TRIP_NANOS_MAX);
  }
}
