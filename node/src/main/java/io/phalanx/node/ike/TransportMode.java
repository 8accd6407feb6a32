package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig.Child;
import io.phalanx.config.GatewayConfig.Mode;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.net.TrafficSelector;
import io.phalanx.datapath.TransportAddresses;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Payload.Notify;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * What is different in transport mode (RFC 7296 §1.3.1): each side of the selectors is one address,
 * that of the end itself, and where a NAT is in between the peer's idea of both addresses is
 * replaced by ours before anything else is done with it (§2.23.1).
 */
final class TransportMode {
  private final Environment environment;

  TransportMode(Environment environment) {
    this.environment = environment;
  }

  static boolean wanted(Child child) {
    return child.mode() == Mode.TRANSPORT;
  }

  /** Whether the message asks for transport mode, or grants it. */
  static boolean in(IkeMessage message) {
    return message
        .all(Notify.class)
        .anyMatch(each -> each.type().equals(NotifyType.USE_TRANSPORT_MODE));
  }

  static Payload notification() {
    return Notify.of(NotifyType.USE_TRANSPORT_MODE);
  }

  /** Selectors as we see them, and what both ends call each other. */
  record Seen(Selectors selectors, TransportAddresses addresses) {}

  /** What the configuration allows: our address here, and what the peer's must be inside of. */
  Selectors configured(Child child, IkeSa sa) {
    List<TrafficSelector> remote =
        child.remoteSelectors().isEmpty()
            ? List.of(TrafficSelector.of(sa.peer.getAddress()))
            : child.remoteSelectors().stream().map(TrafficSelector::of).toList();
    return new Selectors(candidates(child).stream().map(TrafficSelector::of).toList(), remote);
  }

  /** What we propose: the two ends. */
  Selectors offered(Child child, IkeSa sa) {
    InetAddress local = own(child, sa).orElseGet(() -> candidates(child).getFirst());
    return new Selectors(
        List.of(TrafficSelector.of(local)), List.of(TrafficSelector.of(sa.peer.getAddress())));
  }

  /**
   * Our own address on the clear side, the same on every member: what the configuration says, else
   * the first that we listen on. Of the family of the peer's; empty where there is none.
   */
  private Optional<InetAddress> own(Child child, IkeSa sa) {
    Class<?> family = sa.peer.getAddress().getClass();
    return candidates(child).stream().filter(each -> each.getClass() == family).findFirst();
  }

  private List<InetAddress> candidates(Child child) {
    return child.localSelectors().isEmpty()
        ? environment.config().listen().addresses()
        : List.of(child.localSelectors().getFirst().address());
  }

  /**
   * The peer's selectors with the addresses that a NAT has changed put right; empty where a side is
   * not one address, so that transport mode cannot be.
   */
  Optional<Seen> seen(Child child, IkeSa sa, Selectors proposed) {
    Optional<InetAddress> localAtPeer = oneAddress(proposed.local());
    Optional<InetAddress> peerAtPeer = oneAddress(proposed.remote());
    if (localAtPeer.isEmpty() || peerAtPeer.isEmpty()) {
      return Optional.empty();
    }
    Optional<InetAddress> local = sa.localBehindNat ? own(child, sa) : localAtPeer;
    InetAddress peer = sa.peerBehindNat ? sa.peer.getAddress() : peerAtPeer.get();
    if (local.isEmpty() || local.get().getClass() != peer.getClass()) {
      return Optional.empty();
    }
    return Optional.of(
        new Seen(
            new Selectors(moved(proposed.local(), local.get()), moved(proposed.remote(), peer)),
            new TransportAddresses(local.get(), peer, localAtPeer.get(), peerAtPeer.get())));
  }

  private static Optional<InetAddress> oneAddress(List<TrafficSelector> selectors) {
    return selectors.stream()
        .map(TrafficSelector::start)
        .findFirst()
        .filter(
            address ->
                selectors.stream()
                    .allMatch(each -> each.start().equals(address) && each.end().equals(address)));
  }

  /** The same protocols and ports of another address. */
  private static List<TrafficSelector> moved(List<TrafficSelector> selectors, InetAddress to) {
    return selectors.stream()
        .map(each -> new TrafficSelector(each.protocol(), each.startPort(), each.endPort(), to, to))
        .toList();
  }
}
