package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig.Child;
import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.config.net.IpPrefix;
import io.phalanx.config.net.TrafficSelector;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.Payload;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Traffic selectors of both sides, as we see them (RFC 7296 §2.9).
 *
 * @param local our side
 * @param remote the peer's side
 */
record Selectors(List<TrafficSelector> local, List<TrafficSelector> remote) {
  /** Of each side in a Child SA; a bound of ours, well below the 255 of the payload. */
  private static final int COUNT_MAX = 64;

  /**
   * What the configuration allows, with addresses for what it leaves open: on our side those that
   * the peer has given us (any, while we ask for them), on the peer's side its virtual ones, or its
   * own where it has none.
   */
  static Selectors configured(Connection connection, Child child, IkeSa sa) {
    List<TrafficSelector> local =
        child.localSelectors().isEmpty()
            ? ownAddresses(connection, sa)
            : ofPrefixes(child.localSelectors());
    List<TrafficSelector> remote =
        child.remoteSelectors().isEmpty()
            ? ofAddresses(
                sa.virtualAddresses.isEmpty() ? List.of(sa.peer.getAddress()) : sa.virtualAddresses)
            : ofPrefixes(child.remoteSelectors());
    return new Selectors(local, remote);
  }

  private static List<TrafficSelector> ownAddresses(Connection connection, IkeSa sa) {
    if (!sa.ownAddresses.isEmpty()) {
      return ofAddresses(sa.ownAddresses);
    }
    return connection.requestAddresses().stream()
        .map(family -> IpPrefix.parse(family == 4 ? "0.0.0.0/0" : "::/0"))
        .map(TrafficSelector::of)
        .toList();
  }

  private static List<TrafficSelector> ofPrefixes(List<IpPrefix> prefixes) {
    return prefixes.stream().map(TrafficSelector::of).toList();
  }

  private static List<TrafficSelector> ofAddresses(List<InetAddress> addresses) {
    return addresses.stream().map(TrafficSelector::of).toList();
  }

  /** What the peer proposes, or has chosen; empty if a side is missing. */
  static Optional<Selectors> ofPeer(IkeMessage message, boolean peerIsExchangeInitiator) {
    Optional<List<TrafficSelector>> initiator = side(message, true);
    Optional<List<TrafficSelector>> responder = side(message, false);
    if (initiator.isEmpty() || responder.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        peerIsExchangeInitiator
            ? new Selectors(responder.get(), initiator.get())
            : new Selectors(initiator.get(), responder.get()));
  }

  private static Optional<List<TrafficSelector>> side(IkeMessage message, boolean initiator) {
    return message
        .all(Payload.TrafficSelectors.class)
        .filter(each -> each.initiator() == initiator)
        .map(Payload.TrafficSelectors::selectors)
        .findFirst();
  }

  /** What both want, on both sides; empty if there is nothing on one of them. */
  Optional<Selectors> narrow(Selectors proposed) {
    Selectors both = new Selectors(common(local, proposed.local), common(remote, proposed.remote));
    return both.local.isEmpty() || both.remote.isEmpty() ? Optional.empty() : Optional.of(both);
  }

  private static List<TrafficSelector> common(
      List<TrafficSelector> ours, List<TrafficSelector> theirs) {
    List<TrafficSelector> result = new ArrayList<>();
    for (TrafficSelector their : theirs) {
      for (TrafficSelector our : ours) {
        Optional<TrafficSelector> both = our.intersect(their);
        if (both.isPresent() && result.stream().noneMatch(each -> each.covers(both.get()))) {
          result.removeIf(both.get()::covers);
          result.add(both.get());
        }
        if (result.size() == COUNT_MAX) {
          return result;
        }
      }
    }
    return result;
  }

  /** Whether a responder has chosen nothing beyond this. */
  boolean covers(Selectors chosen) {
    return !chosen.local.isEmpty()
        && !chosen.remote.isEmpty()
        && chosen.local.stream().allMatch(each -> covered(local, each))
        && chosen.remote.stream().allMatch(each -> covered(remote, each));
  }

  private static boolean covered(List<TrafficSelector> by, TrafficSelector selector) {
    return by.stream().anyMatch(each -> each.covers(selector));
  }

  /** TSi and TSr. */
  List<Payload> payloads(boolean weInitiateTheExchange) {
    return List.of(
        new Payload.TrafficSelectors(true, weInitiateTheExchange ? local : remote),
        new Payload.TrafficSelectors(false, weInitiateTheExchange ? remote : local));
  }

  /** For the log. */
  String text() {
    return text(local) + " === " + text(remote);
  }

  private static String text(List<TrafficSelector> selectors) {
    Stream<String> ranges =
        selectors.stream()
            .map(each -> each.start().getHostAddress() + "-" + each.end().getHostAddress());
    return String.join(",", ranges.toList());
  }
}
