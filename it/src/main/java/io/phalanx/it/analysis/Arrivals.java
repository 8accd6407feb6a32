package io.phalanx.it.analysis;

import java.util.BitSet;
import java.util.OptionalLong;

/**
 * Keeps the book of numbered packets in one direction: sent, arrived, arrived twice, and the
 * longest silence at the receiver. Thread-safe.
 */
public final class Arrivals {
  private final BitSet arrived = new BitSet();
  private long sent;
  private long duplicated;
  private long longestGapNanos;
  private long longestGapEndNanos;
  private OptionalLong lastNanos = OptionalLong.empty();

  /** Takes the number of the next packet to send: 0, 1, 2, … */
  public synchronized int nextNumber() {
    return Math.toIntExact(sent++);
  }

  /**
   * @return whether it is the first time that this packet arrives
   */
  public synchronized boolean arrived(int number, long nowNanos) {
    if (lastNanos.isPresent() && nowNanos - lastNanos.getAsLong() > longestGapNanos) {
      longestGapNanos = nowNanos - lastNanos.getAsLong();
      longestGapEndNanos = nowNanos;
    }
    lastNanos = OptionalLong.of(nowNanos);
    if (arrived.get(number)) {
      duplicated++;
      return false;
    }
    arrived.set(number);
    return true;
  }

  /** Like {@link #arrived}, but a packet of a replay says nothing about gaps and duplicates. */
  public synchronized boolean replayed(int number) {
    boolean first = !arrived.get(number);
    arrived.set(number);
    return first;
  }

  /** The silence before the next arrival is on purpose and does not count. */
  public synchronized void pause() {
    lastNanos = OptionalLong.empty();
  }

  public synchronized long sent() {
    return sent;
  }

  public synchronized long arrived() {
    return arrived.cardinality();
  }

  public synchronized long lost() {
    return sent - arrived.cardinality();
  }

  public synchronized long duplicated() {
    return duplicated;
  }

  public synchronized long longestGapNanos() {
    return longestGapNanos;
  }

  /** When the longest silence ended, on the clock of the arrivals. */
  public synchronized long longestGapEndNanos() {
    return longestGapEndNanos;
  }
}
