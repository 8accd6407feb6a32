package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.config.GatewayConfig.RoutabilityCheck;
import io.phalanx.config.Secret;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.MobikeNotifies;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Payload.Notify;
import io.phalanx.replication.image.IkeSaImage.Mobility;
import io.phalanx.replication.image.IkeSaImage.Phase;
import io.phalanx.replication.image.IkeSaImage.RequestInFlight;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Our own requests of MOBIKE (RFC 4555): the initiator's move, the return routability check, and
 * our list of addresses.
 *
 * <p>Which of them are due follows from the image alone, so a successor sends what its predecessor
 * has not. Each notes how often the path had changed when it was sent ({@link Mobility#moves}): an
 * answer that comes after another change proves nothing, and the request is made anew.
 */
final class Migration {
  /** Retransmissions before other paths are tried, too (§3.10). */
  private static final int SINGLE_PATH_TRIES = 2;

  private static final int PATHS_MAX = 16;
  private static final int COOKIE2_OCTETS = 32;

  private final Environment environment;
  private final Messages messages;
  private final Informational informational;
  private final Mobike mobike;
  private final NatDetection nat;

  Migration(
      Environment environment, Messages messages, Informational informational, Mobike mobike) {
    this.environment = environment;
    this.messages = messages;
    this.informational = informational;
    this.mobike = mobike;
    this.nat = new NatDetection(environment);
  }

  private static boolean active(IkeSa sa) {
    return sa.extensions.mobike() && sa.phase == Phase.ESTABLISHED;
  }

  /** As the side that decides: goes to another path, as somebody above wants it. */
  void migrate(IkeSa sa, PeerPath to) {
    if (active(sa) && sa.mobility.decides()) {
      move(sa, to.peer(), true, to.listen());
    }
  }

  /** As the side that decides: IKE goes there now, ESP once the peer has agreed (§3.5). */
  static void move(IkeSa sa, InetSocketAddress peer, boolean natPort, int listen) {
    if (Paths.moveIke(sa, peer, natPort, listen)) {
      sa.mobility = sa.mobility.withToUpdate(true);
      Messages.resend(sa);
    }
  }

  /** Sends the request that is due, if there is one; of these there is one in flight at most. */
  boolean start(IkeSa sa, long nowMillis) {
    if (!active(sa) || sa.asking(Purpose::tellsPaths)) {
      return false;
    }
    if (sa.mobility.toUpdate()) {
      sendUpdate(sa, nowMillis);
    } else if (sa.mobility.toCheck()) {
      ask(sa, Purpose.CHECK_PATH, cookie(), List.of(), nowMillis);
    } else if (!mobike.ownAddresses(sa).equals(sa.mobility.told())) {
      sendAddresses(sa, nowMillis);
    } else {
      return false;
    }
    return true;
  }

  private void sendUpdate(IkeSa sa, long nowMillis) {
    List<Payload> payloads = new ArrayList<>();
    payloads.add(Notify.of(NotifyType.UPDATE_SA_ADDRESSES));
    payloads.addAll(nat.announce(sa, sa.peer));
    ask(sa, Purpose.UPDATE_PATH, checks(sa) ? cookie() : Secret.EMPTY, payloads, nowMillis);
  }

  private boolean checks(IkeSa sa) {
    Optional<Connection> connection = environment.connection(sa.connection);
    return connection.isEmpty() || connection.get().mobility().check() != RoutabilityCheck.NEVER;
  }

  /** Which addresses we have: another member may have others than the one before (§3.6). */
  private void sendAddresses(IkeSa sa, long nowMillis) {
    sa.mobility = sa.mobility.withTold(mobike.ownAddresses(sa));
    List<Payload> payloads =
        mobike.additional(sa).<Payload>map(MobikeNotifies::additional).toList();
    ask(
        sa,
        Purpose.TELL_ADDRESSES,
        Secret.EMPTY,
        payloads.isEmpty() ? List.of(Notify.of(NotifyType.NO_ADDITIONAL_ADDRESSES)) : payloads,
        nowMillis);
  }

  private Secret cookie() {
    byte[] cookie = new byte[COOKIE2_OCTETS];
    environment.random().nextBytes(cookie);
    return Secret.of(cookie);
  }

  private void ask(
      IkeSa sa, Purpose purpose, Secret cookie, List<Payload> payloads, long nowMillis) {
    List<Payload> all = new ArrayList<>(payloads);
    if (cookie.length() > 0) {
      all.add(MobikeNotifies.cookie2(cookie.reveal()));
    }
    messages.ask(
        sa,
        purpose,
        all,
        new Messages.Ask(cookie, Optional.empty(), Secret.EMPTY, 0, sa.mobility.moves(), ""),
        nowMillis);
  }

  /** What goes along with a liveness check: behind a NAT, how the peer sees us (§3.8). */
  List<Payload> withLiveness(IkeSa sa) {
    return active(sa) && sa.mobility.decides() && sa.localBehindNat
        ? nat.announce(sa, sa.peer)
        : List.of();
  }

  /** Takes the answer to one of these requests. */
  void processResponse(IkeSa sa, RequestInFlight request, IkeMessage message, long nowMillis) {
    Messages.answered(sa, request);
    byte[] cookie = request.nonce().reveal();
    boolean same =
        cookie.length == 0
            || MobikeNotifies.cookie2(message)
                .filter(each -> Arrays.equals(each.data(), cookie))
                .isPresent();
    if (!same && !message.has(NotifyType.UNEXPECTED_NAT_DETECTED)) {
      informational.sendDeleteIke(sa, "the peer's COOKIE2 is not ours", nowMillis); // §3.7
      return;
    }
    boolean movedMeanwhile = request.replaces() != sa.mobility.moves();
    switch (Purpose.of(request)) {
      case UPDATE_PATH -> updated(sa, message, movedMeanwhile);
      case CHECK_PATH -> {
        if (!movedMeanwhile) {
          sa.mobility = sa.mobility.withToCheck(false);
          Paths.espFollows(sa);
        }
      }
      case TELL_ADDRESSES -> {
        if (movedMeanwhile) {
          // It may have come from several addresses, of which the peer knows the first (§3.6).
          sa.mobility = sa.mobility.withTold(List.of());
        }
      }
      case LIVENESS -> seen(sa, message);
      default -> throw new IllegalStateException("no request of MOBIKE: " + request.purpose());
    }
  }

  private void updated(IkeSa sa, IkeMessage message, boolean movedMeanwhile) {
    if (movedMeanwhile) {
      return; // still to be told
    }
    sa.mobility = sa.mobility.withToUpdate(false);
    if (message.has(NotifyType.UNACCEPTABLE_ADDRESSES)
        || message.has(NotifyType.UNEXPECTED_NAT_DETECTED)) {
      sa.report("move-refused", "from " + sa.peer);
      Paths.backToEsp(sa); // the peer has stayed there (§3.5 step 5)
      return;
    }
    if (NatDetection.isIn(message)) {
      nat.read(sa, message);
      NatDetection.seenAs(message).ifPresent(hash -> sa.mobility = sa.mobility.withSeenAs(hash));
    }
    Paths.espFollows(sa);
  }

  /** Another mapping in the NAT before us: the peer is to know (§3.8). */
  private static void seen(IkeSa sa, IkeMessage message) {
    Optional<byte[]> hash = NatDetection.seenAs(message);
    if (hash.isEmpty() || Arrays.equals(hash.get(), sa.mobility.seenAs())) {
      return;
    }
    if (sa.mobility.seenAs().length == 0) {
      sa.mobility = sa.mobility.withSeenAs(hash.get());
    } else {
      sa.report("nat-mapping-changed", "");
      sa.mobility = sa.mobility.withToUpdate(true);
    }
  }

  // Other paths (§3.10)

  /** Where a request goes when it is sent once more: everywhere, when one path stays silent. */
  List<UdpDatagram> retransmission(IkeSa sa, Resending resending, byte[] message) {
    if (!tests(sa, resending)) {
      return List.of(sa.datagram(message));
    }
    return paths(sa)
        .map(path -> new UdpDatagram(path.peer(), true, message, path.listen()))
        .toList();
  }

  private static boolean tests(IkeSa sa, Resending resending) {
    return active(sa) && sa.mobility.decides() && sa.natPort && resending.done > SINGLE_PATH_TRIES;
  }

  private Stream<PeerPath> paths(IkeSa sa) {
    List<InetAddress> listen = environment.config().listen().addresses();
    int current = nat.localIndex(sa.peer, sa.listen);
    Stream<PeerPath> pairs =
        Stream.concat(Stream.of(sa.peer.getAddress()), sa.mobility.peerAddresses().stream())
            .distinct()
            .map(each -> new InetSocketAddress(each, sa.peer.getPort()))
            .flatMap(
                peer ->
                    Stream.iterate(0, index -> index < listen.size(), index -> index + 1)
                        .filter(index -> sameFamily(listen.get(index), peer.getAddress()))
                        .map(index -> new PeerPath(peer, index)));
    return Stream.concat(Stream.of(new PeerPath(sa.peer, current)), pairs)
        .distinct()
        .limit(PATHS_MAX);
  }

  private static boolean sameFamily(InetAddress one, InetAddress other) {
    return one.getAddress().length == other.getAddress().length;
  }

  /** An answer came by this path: where others were tried as well, it is the one that works. */
  void answeredBy(IkeSa sa, RequestInFlight request, UdpDatagram datagram) {
    Resending resending = sa.local.resendings.get(request.messageId());
    if (resending != null && tests(sa, resending)) {
      move(sa, datagram.peer(), datagram.natPort(), datagram.listen());
    }
  }
}
