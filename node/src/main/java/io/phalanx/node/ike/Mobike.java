package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.config.GatewayConfig.RoutabilityCheck;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.MobikeNotifies;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Payload.Notify;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * MOBIKE (RFC 4555): what both ends say in IKE_AUTH, and the peer's requests. {@link Migration} has
 * ours.
 *
 * <p>Who began the first IKE SA of a session decides on its addresses. With requests processed one
 * after another, none that tells of addresses is ever overtaken by a later one (§3.5 step 1).
 *
 * <p>Our ESP is always in UDP, so NAT traversal is always on, and we never send NO_NATS_ALLOWED.
 */
final class Mobike {
  private final Environment environment;
  private final NatDetection nat;

  Mobike(Environment environment) {
    this.environment = environment;
    this.nat = new NatDetection(environment);
  }

  // IKE_AUTH (§3.2, §3.4)

  /** As responder: notes what the initiator offers, whatever comes of it. */
  void offered(IkeSa sa, IkeMessage message) {
    if (message.has(NotifyType.MOBIKE_SUPPORTED)) {
      sa.extensions = sa.extensions.withMobike(true);
      sa.mobility = sa.mobility.withPeerAddresses(MobikeNotifies.addresses(message));
    }
  }

  /** As responder: agrees, if the initiator has offered it. */
  List<Payload> answer(IkeSa sa, Connection connection) {
    boolean agreed = sa.extensions.mobike() && connection.mobility().mobike();
    sa.extensions = sa.extensions.withMobike(agreed);
    return agreed ? supported(sa) : List.of();
  }

  /** As initiator: offers it. */
  List<Payload> offer(IkeSa sa, Connection connection) {
    sa.mobility = sa.mobility.withDecides();
    return connection.mobility().mobike() ? supported(sa) : List.of();
  }

  /** As initiator: takes the answer to {@link #offer}. */
  void answered(IkeSa sa, Connection connection, IkeMessage message) {
    if (connection.mobility().mobike() && message.has(NotifyType.MOBIKE_SUPPORTED)) {
      sa.extensions = sa.extensions.withMobike(true);
      sa.mobility = sa.mobility.withPeerAddresses(MobikeNotifies.addresses(message));
    }
  }

  private List<Payload> supported(IkeSa sa) {
    sa.mobility = sa.mobility.withTold(ownAddresses(sa));
    return Stream.<Payload>concat(
            Stream.of(Notify.of(NotifyType.MOBIKE_SUPPORTED)),
            additional(sa).map(MobikeNotifies::additional))
        .toList();
  }

  /** The addresses that a peer may reach us at: none that it knows where a NAT lies before us. */
  List<InetAddress> ownAddresses(IkeSa sa) {
    return sa.localBehindNat ? List.of() : environment.config().listen().addresses();
  }

  /** Those beside the one in use. */
  Stream<InetAddress> additional(IkeSa sa) {
    InetAddress used = nat.local(sa.peer, sa.listen);
    return ownAddresses(sa).stream().filter(each -> !each.equals(used));
  }

  /** Whether the peer wants no NAT on the way, and there is one (§3.9). */
  boolean unexpectedNat(Inbound in) {
    UdpDatagram datagram = in.datagram();
    InetSocketAddress local = nat.local(datagram);
    return MobikeNotifies.forbidsNat(in.message(), datagram.peer(), local);
  }

  // INFORMATIONAL

  /** Does what a request asks for, and gives what belongs into its answer. */
  List<Payload> processRequest(IkeSa sa, Inbound in) {
    if (!sa.extensions.mobike()) {
      return List.of();
    }
    IkeMessage message = in.message();
    List<Payload> answer = new ArrayList<>();
    boolean update = message.has(NotifyType.UPDATE_SA_ADDRESSES) && !sa.mobility.decides();
    boolean addresses = MobikeNotifies.tellsAddresses(message);
    if ((update || addresses) && unexpectedNat(in)) {
      answer.add(Notify.of(NotifyType.UNEXPECTED_NAT_DETECTED));
    } else {
      if (addresses) {
        learn(sa, in);
      }
      if (update) {
        update(sa, in).ifPresent(answer::add);
      }
    }
    if (NatDetection.isIn(message)) {
      answer.addAll(nat.announce(sa, in.datagram().peer()));
    }
    MobikeNotifies.cookie2(message).ifPresent(answer::add); // as it came (§3.7)
    return answer;
  }

  /**
   * Goes where the request came from (§3.5), IKE at once. ESP follows now, or once the peer has
   * shown that it can be reached there.
   */
  private Optional<Payload> update(IkeSa sa, Inbound in) {
    UdpDatagram datagram = in.datagram();
    if (!acceptable(datagram.peer())) {
      sa.report("peer-move-refused", "to " + datagram.peer());
      return Optional.of(Notify.of(NotifyType.UNACCEPTABLE_ADDRESSES));
    }
    RoutabilityCheck check =
        environment
            .connection(sa.connection)
            .map(each -> each.mobility().check())
            .orElse(RoutabilityCheck.BEFORE);
    if (Paths.moveIke(sa, datagram.peer(), datagram.natPort(), datagram.listen())) {
      boolean back = sa.mobility.esp().isEmpty();
      sa.mobility = sa.mobility.withToCheck(check != RoutabilityCheck.NEVER && !back);
      if (check != RoutabilityCheck.BEFORE) {
        Paths.espFollows(sa);
      }
      Messages.resend(sa);
    }
    if (NatDetection.isIn(in.message())) {
      nat.read(sa, in.message());
    }
    return Optional.empty();
  }

  /** What can be no address of a peer; the source of a datagram may say anything. */
  private static boolean acceptable(InetSocketAddress endpoint) {
    InetAddress address = endpoint.getAddress();
    byte[] octets = address.getAddress();
    boolean broadcast = octets.length == 4 && octets[0] == -1 && octets[3] == -1;
    return endpoint.getPort() != 0
        && !address.isAnyLocalAddress()
        && !address.isMulticastAddress()
        && !broadcast;
  }

  /** The addresses of the peer are these, and the one that it says so from (§3.6). */
  private static void learn(IkeSa sa, Inbound in) {
    List<InetAddress> told = MobikeNotifies.addresses(in.message());
    sa.mobility = sa.mobility.withPeerAddresses(told);
    InetSocketAddress from = in.datagram().peer();
    InetAddress used = sa.peer.getAddress();
    if (sa.mobility.decides() && !used.equals(from.getAddress()) && !told.contains(used)) {
      // The address in use is gone: on with the one that is known to work.
      Migration.move(sa, from, in.datagram().natPort(), in.datagram().listen());
    }
  }
}
