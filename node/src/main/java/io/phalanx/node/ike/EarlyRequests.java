package io.phalanx.node.ike;

import io.phalanx.datapath.UdpDatagram;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Requests within the window whose forerunners have not come yet (RFC 7296 §2.3): each waits for
 * its turn, so that requests are processed in the order in which the peer sent them.
 */
final class EarlyRequests {
  private static final int DATAGRAMS_MAX = 64;

  private final Map<Long, Deque<UdpDatagram>> byMessageId = new HashMap<>();
  private int datagrams;

  /** Keeps a datagram, or drops it where too many wait: the peer sends it again. */
  void add(long messageId, UdpDatagram datagram) {
    if (datagrams < DATAGRAMS_MAX) {
      datagrams++;
      byMessageId.computeIfAbsent(messageId, _ -> new ArrayDeque<>()).add(datagram);
    }
  }

  /** Message ids have changed: none of these has its turn any more. */
  void clear() {
    byMessageId.clear();
    datagrams = 0;
  }

  /** Takes a datagram of the request whose turn it is. */
  Optional<UdpDatagram> next(long messageId) {
    Deque<UdpDatagram> waiting = byMessageId.get(messageId);
    if (waiting == null) {
      return Optional.empty();
    }
    datagrams--;
    UdpDatagram first = waiting.removeFirst();
    if (waiting.isEmpty()) {
      byMessageId.remove(messageId);
    }
    return Optional.of(first);
  }
}
