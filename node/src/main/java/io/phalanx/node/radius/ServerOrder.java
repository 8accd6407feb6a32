package io.phalanx.node.radius;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/** Which server to ask first: in the order of the configuration, those that are silent last. */
final class ServerOrder {
  private final AtomicLongArray deadUntilNanos;
  private final AtomicLongArray dead;
  private final long deadNanos;

  ServerOrder(int servers, long deadNanos) {
    this.deadUntilNanos = new AtomicLongArray(servers);
    this.dead = new AtomicLongArray(servers);
    this.deadNanos = deadNanos;
  }

  List<Integer> order(long nowNanos) {
    List<Integer> order = new ArrayList<>();
    List<Integer> last = new ArrayList<>();
    for (int i = 0; i < dead.length(); i++) {
      boolean silent = dead.get(i) != 0 && deadUntilNanos.get(i) - nowNanos > 0;
      (silent ? last : order).add(i);
    }
    order.addAll(last);
    return order;
  }

  void answered(int server) {
    dead.set(server, 0);
  }

  void silent(int server, long nowNanos) {
    deadUntilNanos.set(server, nowNanos + deadNanos);
    dead.set(server, 1);
  }
}
