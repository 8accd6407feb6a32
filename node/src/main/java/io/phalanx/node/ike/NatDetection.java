package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig.Listen;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.Notifies;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Payload.Notify;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * NAT detection (RFC 7296 §2.23).
 *
 * <p>UDP encapsulation is forced: our packet path has no other. So our NAT_DETECTION_SOURCE_IP
 * matches no address at all, whatever NATs there are: every peer believes that we are behind one
 * and sends ESP in UDP on the NAT port, and balancers in front of the members need to know of UDP
 * only, also those that rewrite addresses. Our NAT_DETECTION_DESTINATION_IP is honest: the peer
 * learns from it whether it is behind a NAT itself, and whether its mapping has changed (RFC 4555
 * §3.8). What the peer says of us is taken as it is: behind a balancer that rewrites addresses we
 * are behind a NAT, send keepalives, and tell of no other addresses of ours.
 */
final class NatDetection {
  private static final int HASH_OCTETS = 20;
  private static final int IKE_PORT = 500; // RFC 7296 §2
  private static final int NAT_PORT = 4500; // RFC 3948 §2
  private static final int PORT_MAX = 65_535;

  private final Environment environment;

  NatDetection(Environment environment) {
    this.environment = environment;
  }

  List<Payload> announce(IkeSa sa) {
    return announce(sa, sa.peer);
  }

  /**
   * @param peer where the message goes
   */
  List<Payload> announce(IkeSa sa, InetSocketAddress peer) {
    byte[] nowhere = new byte[HASH_OCTETS];
    environment.random().nextBytes(nowhere);
    return List.of(
        Notify.of(NotifyType.NAT_DETECTION_SOURCE_IP, nowhere),
        Notifies.natDetection(
            NotifyType.NAT_DETECTION_DESTINATION_IP,
            sa.initiatorSpi(),
            sa.responderSpi(),
            peer.getAddress(),
            peer.getPort()));
  }

  /** Notes where the peer sees a NAT. */
  void read(IkeSa sa, IkeMessage message) {
    long initiatorSpi = message.header().initiatorSpi();
    long responderSpi = message.header().responderSpi();
    byte[] peerHash =
        Notifies.natHash(initiatorSpi, responderSpi, sa.peer.getAddress(), sa.peer.getPort());
    sa.peerBehindNat = !names(message, NotifyType.NAT_DETECTION_SOURCE_IP, peerHash);
    Listen listen = environment.config().listen();
    int port = sa.natPort ? listen.natPort() : listen.ikePort();
    sa.localBehindNat =
        listen.addresses().stream()
            .noneMatch(
                address ->
                    names(
                        message,
                        NotifyType.NAT_DETECTION_DESTINATION_IP,
                        Notifies.natHash(initiatorSpi, responderSpi, address, port)));
  }

  /** Whether a message has anything of this. */
  static boolean isIn(IkeMessage message) {
    return message.has(NotifyType.NAT_DETECTION_SOURCE_IP)
        || message.has(NotifyType.NAT_DETECTION_DESTINATION_IP);
  }

  /** The hash of where the peer has sent this message to. */
  static Optional<byte[]> seenAs(IkeMessage message) {
    return message
        .all(Notify.class)
        .filter(each -> each.type().equals(NotifyType.NAT_DETECTION_DESTINATION_IP))
        .map(Notify::data)
        .findFirst();
  }

  /** The listen address that a path means: the one it names, else the first of the family. */
  int localIndex(InetSocketAddress peer, int listen) {
    List<InetAddress> addresses = environment.config().listen().addresses();
    int family = peer.getAddress().getAddress().length;
    if (listen >= 0
        && listen < addresses.size()
        && addresses.get(listen).getAddress().length == family) {
      return listen;
    }
    return IntStream.range(0, addresses.size())
        .filter(index -> addresses.get(index).getAddress().length == family)
        .findFirst()
        .orElse(0);
  }

  /** Our end of the way that a datagram takes. */
  InetSocketAddress local(UdpDatagram datagram) {
    Listen listen = environment.config().listen();
    return new InetSocketAddress(
        local(datagram.peer(), datagram.listen()),
        datagram.natPort() ? listen.natPort() : listen.ikePort());
  }

  /** Our address on a path. */
  InetAddress local(InetSocketAddress peer, int listen) {
    return environment.config().listen().addresses().get(localIndex(peer, listen));
  }

  private static boolean names(IkeMessage message, NotifyType type, byte[] hash) {
    return message
        .all(Notify.class)
        .anyMatch(each -> each.type().equals(type) && Arrays.equals(each.data(), hash));
  }

  /**
   * Where a peer takes messages of the NAT port. With a port for IKE other than 500, its NAT port
   * is taken to be as far away as ours is.
   */
  InetSocketAddress natEndpoint(InetSocketAddress ikeEndpoint) {
    Listen listen = environment.config().listen();
    int shifted = ikeEndpoint.getPort() + listen.natPort() - listen.ikePort();
    boolean usual = ikeEndpoint.getPort() == IKE_PORT || shifted < 1 || shifted > PORT_MAX;
    return new InetSocketAddress(ikeEndpoint.getAddress(), usual ? NAT_PORT : shifted);
  }
}
