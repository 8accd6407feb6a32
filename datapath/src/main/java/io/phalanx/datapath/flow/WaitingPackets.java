package io.phalanx.datapath.flow;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Optional;

/**
 * Packets that wait for numbers, in the order of arrival: at most so many per SA cluster, and at
 * most so many octets per packet loop.
 */
final class WaitingPackets {
  /** Octets that all SA clusters of one packet loop may keep waiting. */
  static final class Budget {
    private long octetsLeft;

    Budget(long octets) {
      octetsLeft = octets;
    }
  }

  /** From whom, over which sub-SA and listen address, in which class an inbound packet came. */
  record Arrival(SubSa subSa, InetSocketAddress from, int listen, int outer) {}

  /**
   * @param sequence the number of an inbound packet; 0 for an outbound one
   * @param packet an inner packet, for inbound ones with the ESP trailer
   */
  record Waiting(long sequence, byte[] packet, Optional<Arrival> arrival) {}

  private final ArrayDeque<Waiting> packets = new ArrayDeque<>();
  private final int packetsMax;
  private final Budget budget;
  private long top;

  WaitingPackets(int packetsMax, Budget budget) {
    this.packetsMax = packetsMax;
    this.budget = budget;
  }

  boolean hasRoom(int octets) {
    return packets.size() < packetsMax && budget.octetsLeft >= octets;
  }

  void add(Waiting waiting) {
    packets.add(waiting);
    budget.octetsLeft -= waiting.packet.length;
    top = Math.max(top, waiting.sequence);
  }

  /** The one that waits longest; there must be one. */
  Waiting poll() {
    Waiting first = packets.remove();
    budget.octetsLeft += first.packet.length;
    if (packets.isEmpty()) {
      top = 0;
    }
    return first;
  }

  /** Whether a packet of this number waits already: a replay must not fill the queue. */
  boolean holds(long sequence) {
    if (sequence > top) {
      return false;
    }
    for (Waiting waiting : packets) {
      if (waiting.sequence == sequence) {
        return true;
      }
    }
    return false;
  }

  int size() {
    return packets.size();
  }

  boolean isEmpty() {
    return packets.isEmpty();
  }

  /** The highest number that has waited since the queue was last empty; 0 where it is empty. */
  long top() {
    return top;
  }
}
