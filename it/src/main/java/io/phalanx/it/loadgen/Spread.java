package io.phalanx.it.loadgen;

import java.util.Arrays;

/**
 * How values are spread, in milliseconds.
 *
 * @param count of values; with none, all others are 0
 */
public record Spread(int count, double least, double median, double p99, double most) {
  public static Spread of(long[] nanos) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return new Spread(
        sorted.length, at(sorted, 0), at(sorted, 0.5), at(sorted, 0.99), at(sorted, 1));
  }

  private static double at(long[] sorted, double part) {
    return sorted.length == 0
        ? 0
        : Math.round(sorted[(int) Math.round((sorted.length - 1) * part)] / 1e5) / 10.0;
  }
}
