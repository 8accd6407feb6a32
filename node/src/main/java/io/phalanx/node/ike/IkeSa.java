package io.phalanx.node.ike;

import io.phalanx.config.Identity;
import io.phalanx.config.Secret;
import io.phalanx.config.suite.IkeSuite;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.node.ike.wire.SkCipher;
import io.phalanx.replication.Fence;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.ChildRef;
import io.phalanx.replication.image.IkeSaImage.EapProgress;
import io.phalanx.replication.image.IkeSaImage.Extensions;
import io.phalanx.replication.image.IkeSaImage.Grants;
import io.phalanx.replication.image.IkeSaImage.InitExchange;
import io.phalanx.replication.image.IkeSaImage.IvSpace;
import io.phalanx.replication.image.IkeSaImage.Keys;
import io.phalanx.replication.image.IkeSaImage.Mobility;
import io.phalanx.replication.image.IkeSaImage.Phase;
import io.phalanx.replication.image.IkeSaImage.RekeyedByPeer;
import io.phalanx.replication.image.IkeSaImage.RequestInFlight;
import io.phalanx.replication.image.IkeSaImage.SentResponse;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * An IKE SA at work. The fields up to the blank line are the components of its image, by the same
 * names; the others are of this member alone and are made anew by a successor.
 *
 * <p>Exchanges read and write the fields; only {@link Phases} writes {@link #phase}. Whatever is to
 * be seen by the peer goes through {@link #hold}, so that it waits for the commit.
 */
final class IkeSa {
  /** What the keys are before the peer has answered IKE_SA_INIT. */
  static final Keys NO_KEYS =
      new Keys(
          Secret.EMPTY,
          Secret.EMPTY,
          Secret.EMPTY,
          Secret.EMPTY,
          Secret.EMPTY,
          Secret.EMPTY,
          Secret.EMPTY);

  final long sessionId;
  final long localSpi;
  long peerSpi;
  final boolean initiator;
  Phase phase;
  String connection = "";
  IkeSuite suite;
  Keys keys = NO_KEYS;
  InetSocketAddress peer;
  boolean natPort;
  int listen = PeerPath.ANY_LISTEN;
  boolean localBehindNat;
  boolean peerBehindNat;
  long nextOwnId;
  long nextPeerId;
  final List<SentResponse> responses = new ArrayList<>();

  /** Oldest first; those beyond the peer's window are not sent yet, see {@link Window}. */
  final List<RequestInFlight> requests = new ArrayList<>();

  Optional<InitExchange> init = Optional.empty();
  Optional<Identity> localId = Optional.empty();
  Optional<Identity> peerId = Optional.empty();
  List<InetAddress> virtualAddresses = List.of();
  List<InetAddress> ownAddresses = List.of();
  final List<ChildRef> children = new ArrayList<>();
  final List<RekeyedByPeer> rekeyedByPeer = new ArrayList<>();
  final long createdAtMillis;
  long establishedAtMillis;
  long rekeyAtMillis;
  long reauthAtMillis;
  long expiresAtMillis;
  Extensions extensions = Extensions.NONE;
  Mobility mobility = Mobility.NONE;
  Optional<EapProgress> eap = Optional.empty();
  Grants grants = Grants.NONE;
  List<IvSpace> ivSpaces = List.of();

  Fence fence;
  final LocalState local = new LocalState();
  Changes changes = new Changes();

  /** A new one, in its first phase. */
  IkeSa(
      long sessionId,
      long localSpi,
      boolean initiator,
      Phase phase,
      IkeSuite suite,
      InetSocketAddress peer,
      long nowMillis,
      Fence fence) {
    this.sessionId = sessionId;
    this.localSpi = localSpi;
    this.initiator = initiator;
    this.phase = phase;
    this.suite = suite;
    this.peer = peer;
    this.createdAtMillis = nowMillis;
    this.fence = fence;
    changes.create();
  }

  private IkeSa(IkeSaImage image, Fence fence) {
    this(
        image.sessionId(),
        image.localSpi(),
        image.initiator(),
        image.phase(),
        image.suite(),
        image.peer(),
        image.createdAtMillis(),
        fence);
    changes = new Changes();
    peerSpi = image.peerSpi();
    connection = image.connection();
    keys = image.keys();
    natPort = image.natPort();
    listen = image.listen();
    localBehindNat = image.localBehindNat();
    peerBehindNat = image.peerBehindNat();
    nextOwnId = image.nextOwnId();
    nextPeerId = image.nextPeerId();
    responses.addAll(image.responses());
    requests.addAll(image.requests());
    init = image.init();
    localId = image.localId();
    peerId = image.peerId();
    virtualAddresses = image.virtualAddresses();
    ownAddresses = image.ownAddresses();
    children.addAll(image.children());
    rekeyedByPeer.addAll(image.rekeyedByPeer());
    establishedAtMillis = image.establishedAtMillis();
    rekeyAtMillis = image.rekeyAtMillis();
    reauthAtMillis = image.reauthAtMillis();
    expiresAtMillis = image.expiresAtMillis();
    extensions = image.extensions();
    mobility = image.mobility();
    eap = image.eap();
    grants = image.grants();
    ivSpaces = image.ivSpaces();
  }

  /** The IKE SA that an image tells of. */
  static IkeSa of(IkeSaImage image, Fence fence) {
    return new IkeSa(image, fence);
  }

  IkeSaImage image() {
    return new IkeSaImage(
        sessionId,
        localSpi,
        peerSpi,
        initiator,
        phase,
        connection,
        suite,
        keys,
        peer,
        natPort,
        listen,
        localBehindNat,
        peerBehindNat,
        nextOwnId,
        nextPeerId,
        List.copyOf(responses),
        List.copyOf(requests),
        init,
        localId,
        peerId,
        virtualAddresses,
        ownAddresses,
        List.copyOf(children),
        List.copyOf(rekeyedByPeer),
        createdAtMillis,
        establishedAtMillis,
        rekeyAtMillis,
        reauthAtMillis,
        expiresAtMillis,
        extensions,
        mobility,
        eap,
        grants,
        ivSpaces);
  }

  long initiatorSpi() {
    return initiator ? localSpi : peerSpi;
  }

  long responderSpi() {
    return initiator ? peerSpi : localSpi;
  }

  /** Brings a message to the peer. */
  UdpDatagram datagram(byte[] message) {
    return new UdpDatagram(peer, natPort, message, listen);
  }

  /** Where ESP of its SA clusters goes. */
  PeerPath espPath() {
    return mobility.esp().orElseGet(() -> IkeSaImage.espPath(peer, natPort, listen));
  }

  /** Protects what we send. */
  SkCipher outbound() {
    return initiator ? SkCipher.ofInitiator(suite, keys) : SkCipher.ofResponder(suite, keys);
  }

  /** Opens what the peer sends. */
  SkCipher inbound() {
    return initiator ? SkCipher.ofResponder(suite, keys) : SkCipher.ofInitiator(suite, keys);
  }

  /** Notes a response, and forgets those that the peer can ask for no more. */
  void responded(SentResponse response, int window) {
    responses.add(response);
    while (responses.size() > window) {
      responses.removeFirst();
    }
  }

  /** Whether its peer has authenticated itself, so that any member could go on with it. */
  boolean lasting() {
    return switch (phase) {
      case INITIATING, HALF_OPEN -> false;
      case UNCONFIRMED, ESTABLISHED, REKEYED, DELETING -> true;
    };
  }

  /** Whether the store has all of it, and nothing is under way that another member would repeat. */
  boolean quiet() {
    return lasting()
        && requests.isEmpty()
        && !local.busy()
        && !local.stale
        && !changes.dirty()
        && local.wantsNothing();
  }

  /** The response to the request with this message id, if it is still kept. */
  Optional<SentResponse> responseTo(long messageId) {
    return responses.stream().filter(each -> each.messageId() == messageId).findFirst();
  }

  /** The Child SA with this inbound SPI of ours. */
  Optional<ChildRef> childByInbound(int spi) {
    return children.stream().filter(each -> each.inboundSpi() == spi).findFirst();
  }

  /** The Child SA that we send on with this SPI of the peer. */
  Optional<ChildRef> childByOutbound(int spi) {
    return children.stream().filter(each -> each.outboundSpi() == spi).findFirst();
  }

  List<Integer> saIds() {
    return children.stream().map(ChildRef::saId).toList();
  }

  /** Whether a request of such a purpose is in flight. */
  boolean asking(Predicate<Purpose> purpose) {
    return requests.stream().map(Purpose::of).anyMatch(purpose);
  }

  boolean asking(Purpose purpose) {
    return asking(purpose::equals);
  }

  /** Whether a request is in flight that rekeys or deletes just this. */
  boolean asking(Purpose purpose, long replaced) {
    return requests.stream()
        .anyMatch(each -> Purpose.of(each) == purpose && each.replaces() == replaced);
  }

  /** The request in flight with this message id. */
  Optional<RequestInFlight> request(long messageId) {
    return requests.stream().filter(each -> each.messageId() == messageId).findFirst();
  }

  /** What is in flight is not waited for any more. */
  void dropRequests() {
    requests.clear();
    local.resendings.clear();
    local.responseFragments.clear();
  }

  /** The rekey of this SPI that the peer has begun. */
  Optional<RekeyedByPeer> rekeyOf(long replaced) {
    return rekeyedByPeer.stream().filter(each -> each.replaced() == replaced).findFirst();
  }

  /** Our SPI of the IKE SA that this one is to replace, where the peer is not known to have it. */
  Optional<Long> predecessor() {
    return rekeyedByPeer.stream()
        .filter(each -> each.created() == localSpi)
        .map(RekeyedByPeer::replaced)
        .findFirst();
  }

  /** To be done once everything that has changed is in the store. */
  void hold(Effect effect) {
    changes.hold(effect);
  }

  void report(String event, String detail) {
    hold(new Effect.Report(sessionId, event, detail));
  }
}
