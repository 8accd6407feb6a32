package io.phalanx.it.sim;

import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/** Virtual time: what is to happen, earliest first; of one instant, in the order it was planned. */
final class Timeline {
  private record Due(long atNanos, long order, Runnable what) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final PriorityQueue<Due> queue = new PriorityQueue<>();
  private long nowNanos;
  private long planned;
  private long happened;

  long nowNanos() {
    return nowNanos;
  }

  void after(long nanos, Runnable what) {
    at(nowNanos + nanos, what);
  }

  /** Not in the past: what is late happens now. */
  void at(long atNanos, Runnable what) {
    queue.add(new Due(Math.max(atNanos, nowNanos), planned++, what));
  }

  /** Lets time pass until then, or until it is to stop. */
  void runUntil(long untilNanos, BooleanSupplier stop) {
    for (Due next = queue.peek(); next != null && next.atNanos <= untilNanos; next = queue.peek()) {
      if (stop.getAsBoolean()) {
        return;
      }
      queue.remove();
      nowNanos = next.atNanos;
      happened++;
      next.what.run();
    }
    nowNanos = Math.max(nowNanos, untilNanos);
  }

  /** What waits to happen. */
  int waiting() {
    return queue.size();
  }

  /** What has happened. */
  long happened() {
    return happened;
  }
}
