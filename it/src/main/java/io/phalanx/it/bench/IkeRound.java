package io.phalanx.it.bench;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * One round of measurement.
 *
 * @param perSecond IKE SAs, each with a Child SA, that came up in a second
 * @param cpuMillis CPU time of all members together for each
 * @param medianMillis from the first message to the Child SA at the initiator, half of them
 * @param slowMillis likewise, all but one in a hundred
 */
record IkeRound(double perSecond, double cpuMillis, double medianMillis, double slowMillis) {
  static IkeRound of(long elapsedNanos, long cpuNanos, long[] latenciesNanos) {
    long[] sorted = latenciesNanos.clone();
    Arrays.sort(sorted);
    return new IkeRound(
        sorted.length * 1e9 / elapsedNanos,
        cpuNanos / 1e6 / sorted.length,
        sorted[sorted.length / 2] / 1e6,
        sorted[(int) (sorted.length * 0.99)] / 1e6);
  }

  /** The median of each figure by itself. */
  static IkeRound median(List<IkeRound> rounds) {
    return new IkeRound(
        median(rounds, IkeRound::perSecond),
        median(rounds, IkeRound::cpuMillis),
        median(rounds, IkeRound::medianMillis),
        median(rounds, IkeRound::slowMillis));
  }

  private static double median(List<IkeRound> rounds, ToDoubleFunction<IkeRound> figure) {
    return rounds.stream().mapToDouble(figure).sorted().toArray()[rounds.size() / 2];
  }
}
