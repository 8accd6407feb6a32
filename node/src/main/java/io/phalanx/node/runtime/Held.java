package io.phalanx.node.runtime;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * Packets that wait until it is known who owns their SA. Bounded for each key and in all; what does
 * not fit is dropped and counted.
 *
 * <p>For one thread.
 */
final class Held<K, T> {
  private final int perKeyMax;
  private final int totalMax;
  private final Map<K, Queue<T>> waiting = new HashMap<>();
  private int total;
  private long dropped;

  Held(int perKeyMax, int totalMax) {
    this.perKeyMax = perKeyMax;
    this.totalMax = totalMax;
  }

  /** Keeps a packet; true if its key is new, so that a look-up is to begin. */
  boolean add(K key, T packet) {
    boolean first = open(key);
    if (!waiting.containsKey(key)) {
      return false;
    }
    Queue<T> queue = waiting.get(key);
    if (total >= totalMax || queue.size() >= perKeyMax) {
      dropped++;
    } else {
      queue.add(packet);
      total++;
    }
    return first;
  }

  /** Begins to wait for a key without a packet; false if it waits already or nothing more fits. */
  boolean open(K key) {
    if (waiting.containsKey(key) || waiting.size() >= totalMax) {
      return false;
    }
    waiting.put(key, new ArrayDeque<>());
    return true;
  }

  boolean waits(K key) {
    return waiting.containsKey(key);
  }

  /** Ends the wait for a key: its packets in the order of arrival. */
  List<T> take(K key) {
    Queue<T> queue = waiting.remove(key);
    if (queue == null) {
      return List.of();
    }
    total -= queue.size();
    return new ArrayList<>(queue);
  }

  /** Ends the wait for a key whose packets go nowhere. */
  void drop(K key) {
    dropped += take(key).size();
  }

  int keys() {
    return waiting.size();
  }

  long dropped() {
    return dropped;
  }
}
