package io.phalanx.it.analysis;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Counts IKE exchanges by their requests. A retransmission or a fragment of a request is the same
 * exchange and counts once.
 */
public final class Exchanges {
  private record Request(long spiInitiator, int type, long messageId, boolean fromClient) {}

  private final Set<Request> seen = new HashSet<>();
  private final Map<String, Integer> counts = new TreeMap<>();

  public void add(Datagram.Ike message, boolean fromClient) {
    if (message.response()) {
      return;
    }
    Request request =
        new Request(
            message.spiInitiator(), message.exchangeType(), message.messageId(), fromClient);
    if (seen.add(request)) {
      counts.merge(message.exchangeName(), 1, Integer::sum);
    }
  }

  public int total() {
    return seen.size();
  }

  /** Exchanges of one name, for example {@code CREATE_CHILD_SA}. */
  public int of(String name) {
    return counts.getOrDefault(name, 0);
  }

  /** For a person: {@code 2 INFORMATIONAL, 1 CREATE_CHILD_SA}, or {@code none}. */
  public String summary() {
    return counts.isEmpty()
        ? "none"
        : counts.entrySet().stream()
            .map(entry -> entry.getValue() + " " + entry.getKey())
            .collect(Collectors.joining(", "));
  }
}
