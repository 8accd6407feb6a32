package io.phalanx.datapath.flow;

import io.phalanx.datapath.DatapathCounters;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * Counters of one packet loop: written by it alone, without a locked instruction, and summed over
 * the loops when somebody asks. Padded, so that loops do not share cache lines.
 */
final class LoopCounters {
  static final int IN_PACKETS = 0;
  static final int IN_BYTES = 1;
  static final int OUT_PACKETS = 2;
  static final int OUT_BYTES = 3;
  static final int REPLAYED = 4;
  static final int NOT_AUTHENTIC = 5;
  static final int MALFORMED = 6;
  static final int SPI_FORGED = 7;
  static final int SELECTOR_MISMATCH = 8;
  static final int NO_SA = 9;
  static final int QUEUE_FULL = 10;
  static final int FORWARDED = 11;

  static final int DUMMIES = 12;
  static final int TOO_BIG = 13;
  static final int FRAGMENTED = 14;
  static final int UNTRANSPORTABLE = 15;
  static final int FRAGMENT_MISMATCH = 16;
  static final int CONGESTION = 17;

  private static final int COUNT = 18;
  private static final int PADDING = 16;
  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] values = new long[PADDING + COUNT + PADDING];

  void add(int counter, long amount) {
    int at = PADDING + counter;
    LONGS.setOpaque(values, at, (long) LONGS.getOpaque(values, at) + amount);
  }

  void add(int counter) {
    add(counter, 1);
  }

  /** For threads that are no packet loop and so share one of these. */
  void addShared(int counter) {
    LONGS.getAndAdd(values, PADDING + counter, 1L);
  }

  private long get(int counter) {
    return (long) LONGS.getOpaque(values, PADDING + counter);
  }

  static DatapathCounters sum(List<LoopCounters> loops) {
    long[] sums = new long[COUNT];
    for (LoopCounters loop : loops) {
      for (int counter = 0; counter < COUNT; counter++) {
        sums[counter] += loop.get(counter);
      }
    }
    return new DatapathCounters(
        sums[IN_PACKETS],
        sums[IN_BYTES],
        sums[OUT_PACKETS],
        sums[OUT_BYTES],
        sums[REPLAYED],
        sums[NOT_AUTHENTIC],
        sums[MALFORMED],
        sums[SPI_FORGED],
        sums[SELECTOR_MISMATCH],
        sums[NO_SA],
        sums[QUEUE_FULL],
        sums[FORWARDED],
        sums[FRAGMENT_MISMATCH],
        sums[CONGESTION],
        sums[DUMMIES],
        sums[TOO_BIG],
        sums[FRAGMENTED],
        sums[UNTRANSPORTABLE]);
  }
}
