package io.phalanx.node.runtime;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** Which SA clusters have sent something since they were looked at last. */
final class Senders {
  private final Map<Integer, Long> packets = new HashMap<>();

  /**
   * @param packetsSent what it has sent in all
   */
  boolean sentMore(int saId, long packetsSent) {
    Long before = packets.put(saId, packetsSent);
    return before != null && packetsSent > before;
  }

  /** Forgets all others. */
  void keep(Collection<Integer> saIds) {
    packets.keySet().retainAll(saIds);
  }
}
