package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.config.Identity;
import io.phalanx.config.Secret;
import io.phalanx.config.iana.ExchangeType;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.suite.IkeSuite;
import io.phalanx.config.suite.KeyExchangeMethod;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.node.auth.SignatureAuth;
import io.phalanx.node.ike.crypto.KeyAgreement;
import io.phalanx.node.ike.crypto.KeyAgreement.KeyPairValue;
import io.phalanx.node.ike.wire.Decoded;
import io.phalanx.node.ike.wire.IkeHeader;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.Notifies;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Payload.Notify;
import io.phalanx.node.ike.wire.Proposals;
import io.phalanx.node.ike.wire.Proposals.Chosen;
import io.phalanx.replication.Fence;
import io.phalanx.replication.image.IkeSaImage.InitExchange;
import io.phalanx.replication.image.IkeSaImage.Phase;
import io.phalanx.replication.image.IkeSaImage.RequestInFlight;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * IKE_SA_INIT as initiator (RFC 7296 §1.2, §2.6.1): the request, what sends it once more with a
 * cookie or another group, and the answer that leads to IKE_AUTH.
 */
final class IkeSaInitiation {
  private static final byte[] NO_OCTETS = new byte[0];

  /** Cookies and groups that we follow before we give up. */
  private static final int RESTARTS_MAX = 4;

  private final Environment environment;
  private final SaTable table;
  private final IkeAuth auth;
  private final NatDetection nat;
  private final Redirection redirection;

  IkeSaInitiation(Environment environment, SaTable table, IkeAuth auth, Redirection redirection) {
    this.environment = environment;
    this.redirection = redirection;
    this.table = table;
    this.auth = auth;
    this.nat = new NatDetection(environment);
  }

  /**
   * Begins as initiator.
   *
   * @return the new IKE SA; empty while there is no SPI for its Child SA, or nothing to call
   */
  Optional<IkeSa> start(Connection connection, long nowMillis) {
    return connection
        .remoteAddress()
        .flatMap(peer -> start(connection, peer, Optional.empty(), nowMillis));
  }

  /** Begins at another gateway, where the first one has sent us (RFC 5685). */
  Optional<IkeSa> start(Connection connection, Redirection.Move move, long nowMillis) {
    return start(connection, move.peer(), Optional.of(move.from()), nowMillis);
  }

  private Optional<IkeSa> start(
      Connection connection, InetSocketAddress peer, Optional<Identity> from, long nowMillis) {
    OptionalInt childSpi = environment.spis().esp().get();
    if (childSpi.isEmpty() || table.full()) {
      return Optional.empty();
    }
    IkeSa sa =
        new IkeSa(
            environment.random().nextLong(),
            environment.spis().ike().getAsLong(),
            true,
            Phase.INITIATING,
            connection.ikeSuites().getFirst(),
            peer,
            nowMillis,
            new Fence(environment.self(), 1));
    sa.connection = connection.name();
    sa.nextOwnId = 1;
    sa.local.redirectedFrom = from;
    table.add(sa);
    sa.report("initiating", "connection=" + connection.name() + " peer=" + sa.peer);
    send(sa, connection, sa.suite.keyExchange(), childSpi.getAsInt(), nowMillis);
    return Optional.of(sa);
  }

  private void send(
      IkeSa sa, Connection connection, KeyExchangeMethod method, long childSpi, long nowMillis) {
    KeyPairValue ours = KeyAgreement.generate(method, environment.random());
    send(
        sa,
        connection,
        ours.publicValue(),
        new Messages.Ask(
            Secret.of(environment.nonce()),
            Optional.of(method),
            ours.privateValue(),
            childSpi,
            0,
            ""),
        nowMillis);
  }

  private void send(
      IkeSa sa, Connection connection, byte[] publicValue, Messages.Ask ask, long nowMillis) {
    List<Payload> payloads = new ArrayList<>();
    if (sa.local.cookie.length > 0) {
      payloads.add(Notifies.cookie(sa.local.cookie)); // the first payload (RFC 7296 §2.6)
    }
    payloads.add(
        new Payload.SecurityAssociation(Proposals.ofIke(connection.ikeSuites(), NO_OCTETS)));
    payloads.add(new Payload.KeyExchange(ask.keyExchange().orElseThrow().id(), publicValue));
    payloads.add(new Payload.Nonce(ask.nonce().reveal()));
    payloads.addAll(nat.announce(sa));
    payloads.add(Notifies.signatureHashAlgorithms(SignatureAuth.SUPPORTED_HASHES));
    if (environment.config().ike().fragmentSize() > 0) {
      payloads.add(Notify.of(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED));
    }
    payloads.addAll(redirection.announce(sa));
    IkeHeader header = new IkeHeader(sa.localSpi, 0, ExchangeType.IKE_SA_INIT, true, false, 0);
    byte[] message = MessageCodec.encode(new IkeMessage(header, payloads));
    sa.dropRequests();
    Messages.inFlight(sa, Purpose.IKE_SA_INIT, 0, List.of(message), ask, nowMillis);
  }

  /** Takes the answer of the responder, on the way to IKE_AUTH. */
  void processResponse(
      IkeSa sa, Connection connection, UdpDatagram datagram, IkeMessage message, long nowMillis) {
    RequestInFlight request = sa.requests.getFirst();
    if (Grammar.IKE_SA_INIT.allows(message)) {
      complete(sa, connection, datagram, message, request, nowMillis);
      return;
    }
    for (Notify notify : message.all(Notify.class).toList()) {
      if (restart(sa, connection, request, notify, nowMillis)
          || elsewhere(sa, connection, request, notify, nowMillis)) {
        return;
      }
      if (notify.type().error()) {
        // Nobody vouches for it, so it ends the attempt and nothing else (RFC 7296 §2.21.1).
        sa.dropRequests();
        Phases.move(sa, Phase.DELETING, "refused with notify " + notify.type().code());
        sa.expiresAtMillis = nowMillis;
        return;
      }
    }
  }

  /** Follows COOKIE and INVALID_KE_PAYLOAD (RFC 7296 §2.6.1). */
  private boolean restart(
      IkeSa sa, Connection connection, RequestInFlight request, Notify notify, long nowMillis) {
    if (sa.local.restarts >= RESTARTS_MAX) {
      return false;
    }
    if (notify.type().equals(NotifyType.COOKIE) && Notifies.isCookie(notify.data())) {
      sa.local.restarts++;
      sa.local.cookie = notify.data();
      // The same nonce and key exchange: the cookie is bound to them.
      Payload.KeyExchange same = ownKeyExchange(request);
      send(
          sa,
          connection,
          same.data(),
          new Messages.Ask(
              request.nonce(), request.keyExchange(), request.privateValue(), request.spi(), 0, ""),
          nowMillis);
      return true;
    }
    Optional<KeyExchangeMethod> wanted =
        notify.type().equals(NotifyType.INVALID_KE_PAYLOAD)
            ? Notifies.wantedGroup(notify).flatMap(ChildNegotiation::method)
            : Optional.empty();
    if (wanted.isPresent()
        && !wanted.equals(request.keyExchange())
        && connection.ikeSuites().stream().anyMatch(each -> each.keyExchange() == wanted.get())) {
      sa.local.restarts++;
      sa.local.cookie = NO_OCTETS;
      send(sa, connection, wanted.get(), request.spi(), nowMillis);
      return true;
    }
    return false;
  }

  /** Ends the attempt for one at the gateway that this one names (RFC 5685 §4). */
  private boolean elsewhere(
      IkeSa sa, Connection connection, RequestInFlight request, Notify notify, long nowMillis) {
    if (!redirection.followInit(sa, connection, notify, request.nonce().reveal(), nowMillis)) {
      return false;
    }
    sa.dropRequests();
    Phases.move(sa, Phase.DELETING, "sent to another gateway");
    sa.expiresAtMillis = nowMillis;
    return true;
  }

  private static Payload.KeyExchange ownKeyExchange(RequestInFlight request) {
    if (MessageCodec.decode(request.messages().getFirst()) instanceof Decoded.Ok(IkeMessage own)) {
      return own.first(Payload.KeyExchange.class).orElseThrow();
    }
    throw new IllegalStateException("our own request cannot be read");
  }

  private void complete(
      IkeSa sa,
      Connection connection,
      UdpDatagram datagram,
      IkeMessage message,
      RequestInFlight request,
      long nowMillis) {
    Optional<Chosen<IkeSuite>> chosen =
        message
            .first(Payload.SecurityAssociation.class)
            .flatMap(each -> Proposals.acceptedIke(each.proposals(), connection.ikeSuites()));
    Payload.KeyExchange theirs = message.first(Payload.KeyExchange.class).orElseThrow();
    KeyExchangeMethod method = request.keyExchange().orElseThrow();
    Optional<Secret> shared =
        theirs.group() == method.id()
            ? KeyAgreement.agree(method, request.privateValue(), theirs.data())
            : Optional.empty();
    if (chosen.isEmpty()
        || chosen.get().suite().keyExchange() != method
        || shared.isEmpty()
        || IkeSaInit.tooShort(IkeSaInit.nonce(message), chosen.get().suite())
        || message.header().responderSpi() == 0) {
      return; // not what we have asked for, and nobody vouches for it: wait for another answer
    }
    byte[] ownNonce = request.nonce().reveal();
    byte[] peerNonce = IkeSaInit.nonce(message);
    sa.peerSpi = message.header().responderSpi();
    sa.suite = chosen.get().suite();
    sa.keys = IkeSaInit.keys(sa, shared.get(), ownNonce, peerNonce);
    sa.init =
        Optional.of(
            new InitExchange(
                request.messages().getFirst(), datagram.payload(), ownNonce, peerNonce));
    nat.read(sa, message);
    sa.extensions =
        sa.extensions
            .withFragmentation(
                environment.config().ike().fragmentSize() > 0
                    && message.has(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED))
            .withChildless(message.has(NotifyType.CHILDLESS_IKEV2_SUPPORTED));
    sa.listen = datagram.listen();
    if (!sa.natPort) {
      sa.peer = nat.natEndpoint(sa.peer);
      sa.natPort = true;
    }
    Messages.answered(sa, request);
    Phases.move(sa, Phase.HALF_OPEN, "suite=" + IkeSaInit.text(sa.suite));
    auth.sendRequest(sa, connection, (int) request.spi(), nowMillis);
  }
}
