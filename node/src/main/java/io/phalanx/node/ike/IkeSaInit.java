package io.phalanx.node.ike;

import io.phalanx.config.Secret;
import io.phalanx.config.iana.ExchangeType;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.suite.IkeSuite;
import io.phalanx.config.suite.KeyExchangeMethod;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.node.auth.SignatureAuth;
import io.phalanx.node.ike.crypto.KeyAgreement;
import io.phalanx.node.ike.crypto.KeyAgreement.KeyPairValue;
import io.phalanx.node.ike.crypto.KeyDerivation;
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
import io.phalanx.replication.image.IkeSaImage.Keys;
import io.phalanx.replication.image.IkeSaImage.Phase;
import io.phalanx.replication.image.IkeSaImage.SentResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** IKE_SA_INIT as responder (RFC 7296 §1.2): suite and keys; nobody is authenticated yet. */
final class IkeSaInit {
  private static final byte[] NO_OCTETS = new byte[0];
  private static final long COOKIE_EPOCH_MILLIS = 30_000;

  private final Environment environment;
  private final SaTable table;
  private final Authenticator authenticator;
  private final NatDetection nat;
  private final Redirection redirection;

  IkeSaInit(Environment environment, SaTable table, Redirection redirection) {
    this.environment = environment;
    this.redirection = redirection;
    this.table = table;
    this.authenticator = new Authenticator(environment);
    this.nat = new NatDetection(environment);
  }

  /** What a request of a stranger leads to. */
  sealed interface Answer {}

  /** Nothing is kept. */
  record Nothing() implements Answer {}

  /** An answer that leaves no state with us. */
  record Stateless(UdpDatagram datagram) implements Answer {}

  /** A half-open IKE SA, which holds the answer. */
  record HalfOpen(IkeSa sa) implements Answer {}

  Answer processRequest(UdpDatagram datagram, IkeHeader header, long nowMillis) {
    if (header.messageId() != 0
        || !header.fromInitiator()
        || !table.admits(datagram.peer().getAddress(), nowMillis)) {
      return new Nothing();
    }
    return switch (MessageCodec.decode(datagram.payload())) {
      case Decoded.Drop _ -> new Nothing();
      // RFC 7296 §3.10.1: what is not authenticated is never told that its syntax is wrong.
      case Decoded.Invalid invalid when invalid.type().equals(NotifyType.INVALID_SYNTAX) ->
          new Nothing();
      case Decoded.Invalid invalid -> refuse(datagram, header, Notifies.refusing(invalid));
      case Decoded.Ok(IkeMessage message) when Grammar.IKE_SA_INIT.allows(message) ->
          admit(datagram, message, nowMillis);
      case Decoded.Ok _ -> new Nothing();
    };
  }

  /** Keeps floods out before anything costs us (RFC 7296 §2.6). */
  private Answer admit(UdpDatagram datagram, IkeMessage message, long nowMillis) {
    if (table.full() || table.halfOpenCount() >= environment.config().ike().halfOpenMax()) {
      return new Nothing();
    }
    byte[] nonce = nonce(message);
    if (table.halfOpenCount() >= environment.config().ike().cookieThreshold()
        && !hasCookie(datagram, message, nonce, nowMillis)) {
      byte[] cookie =
          environment
              .cookies()
              .issue(
                  nowMillis / COOKIE_EPOCH_MILLIS,
                  nonce,
                  datagram.peer().getAddress(),
                  message.header().initiatorSpi());
      return refuse(datagram, message.header(), Notifies.cookie(cookie));
    }
    Optional<Notify> elsewhere = redirection.answerInit(message);
    return elsewhere.isPresent()
        ? refuse(datagram, message.header(), elsewhere.get())
        : choose(datagram, message, nowMillis);
  }

  private boolean hasCookie(
      UdpDatagram datagram, IkeMessage message, byte[] nonce, long nowMillis) {
    return message
        .all(Notify.class)
        .filter(each -> each.type().equals(NotifyType.COOKIE))
        .anyMatch(
            each ->
                environment
                    .cookies()
                    .verify(
                        each.data(),
                        nowMillis / COOKIE_EPOCH_MILLIS,
                        nonce,
                        datagram.peer().getAddress(),
                        message.header().initiatorSpi()));
  }

  private Answer choose(UdpDatagram datagram, IkeMessage message, long nowMillis) {
    List<IkeSuite> suites =
        environment.config().connections().stream()
            .flatMap(each -> each.ikeSuites().stream())
            .distinct()
            .toList();
    Optional<Chosen<IkeSuite>> chosen =
        message
            .first(Payload.SecurityAssociation.class)
            .flatMap(each -> Proposals.chooseIke(each.proposals(), suites));
    if (chosen.isEmpty()) {
      return refuse(datagram, message.header(), Notify.of(NotifyType.NO_PROPOSAL_CHOSEN));
    }
    KeyExchangeMethod method = chosen.get().suite().keyExchange();
    Payload.KeyExchange theirs = message.first(Payload.KeyExchange.class).orElseThrow();
    if (theirs.group() != method.id()) {
      return refuse(datagram, message.header(), Notifies.invalidKe(method.id()));
    }
    if (tooShort(nonce(message), chosen.get().suite())) {
      return new Nothing();
    }
    KeyPairValue ours = KeyAgreement.generate(method, environment.random());
    return KeyAgreement.agree(method, ours.privateValue(), theirs.data())
        .<Answer>map(
            shared ->
                accept(datagram, message, chosen.get(), ours.publicValue(), shared, nowMillis))
        .orElseGet(Nothing::new);
  }

  private Answer accept(
      UdpDatagram datagram,
      IkeMessage message,
      Chosen<IkeSuite> chosen,
      byte[] publicValue,
      Secret shared,
      long nowMillis) {
    IkeSa sa =
        new IkeSa(
            environment.random().nextLong(),
            environment.spis().ike().getAsLong(),
            false,
            Phase.HALF_OPEN,
            chosen.suite(),
            datagram.peer(),
            nowMillis,
            new Fence(environment.self(), 1));
    sa.peerSpi = message.header().initiatorSpi();
    sa.natPort = datagram.natPort();
    sa.listen = datagram.listen();
    nat.read(sa, message);
    sa.extensions =
        sa.extensions
            .withFragmentation(
                environment.config().ike().fragmentSize() > 0
                    && message.has(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED))
            .withChildless(environment.config().ike().childless())
            .withRedirects(Redirection.supports(message));
    byte[] nonce = environment.nonce();
    sa.keys = keys(sa, shared, nonce(message), nonce);
    byte[] response =
        MessageCodec.encode(
            new IkeMessage(
                new IkeHeader(sa.peerSpi, sa.localSpi, ExchangeType.IKE_SA_INIT, false, true, 0),
                responsePayloads(sa, chosen, publicValue, nonce)));
    byte[] digest = Inbound.digest(datagram.payload());
    sa.init = Optional.of(new InitExchange(datagram.payload(), response, nonce(message), nonce));
    sa.responded(new SentResponse(0, digest, List.of(response)), 1);
    sa.nextPeerId = 1;
    sa.expiresAtMillis = nowMillis + environment.config().ike().halfOpenTimeout().toMillis();
    sa.hold(new Effect.Send(Inbound.back(datagram, response)));
    sa.report("half-open", "peer=" + datagram.peer() + " suite=" + text(sa.suite));
    table.addHalfOpen(sa, datagram.peer(), digest);
    return new HalfOpen(sa);
  }

  private List<Payload> responsePayloads(
      IkeSa sa, Chosen<IkeSuite> chosen, byte[] publicValue, byte[] nonce) {
    List<Payload> payloads = new ArrayList<>();
    payloads.add(new Payload.SecurityAssociation(List.of(chosen.answer(NO_OCTETS))));
    payloads.add(new Payload.KeyExchange(sa.suite.keyExchange().id(), publicValue));
    payloads.add(new Payload.Nonce(nonce));
    payloads.addAll(nat.announce(sa));
    payloads.add(Notifies.signatureHashAlgorithms(SignatureAuth.SUPPORTED_HASHES));
    if (sa.extensions.fragmentation()) {
      payloads.add(Notify.of(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED));
    }
    if (sa.extensions.childless()) {
      payloads.add(Notify.of(NotifyType.CHILDLESS_IKEV2_SUPPORTED));
    }
    payloads.addAll(authenticator.certificateRequests(environment.config().connections()));
    return payloads;
  }

  private static Answer refuse(UdpDatagram datagram, IkeHeader header, Notify notify) {
    return new Stateless(refusal(datagram, header, notify));
  }

  /** An answer without protection to a request without protection. */
  static UdpDatagram refusal(UdpDatagram datagram, IkeHeader header, Notify notify) {
    IkeHeader answer =
        new IkeHeader(
            header.initiatorSpi(),
            header.responderSpi(),
            header.exchange(),
            !header.fromInitiator(),
            true,
            header.messageId());
    byte[] octets = MessageCodec.encode(new IkeMessage(answer, List.of(notify)));
    return Inbound.back(datagram, octets);
  }

  static Keys keys(IkeSa sa, Secret shared, byte[] initiatorNonce, byte[] responderNonce) {
    return KeyDerivation.initial(
        sa.suite,
        shared,
        new KeyDerivation.Exchange(
            initiatorNonce, responderNonce, sa.initiatorSpi(), sa.responderSpi()));
  }

  /** A nonce has at least half the size of the PRF's key (RFC 7296 §2.10). */
  static boolean tooShort(byte[] nonce, IkeSuite suite) {
    return 2 * nonce.length < suite.prf().outputOctets();
  }

  static byte[] nonce(IkeMessage message) {
    return message.first(Payload.Nonce.class).orElseThrow().data();
  }

  /** For the log. */
  static String text(IkeSuite suite) {
    return suite.encryption()
        + "-"
        + suite.keyBits()
        + suite.integrity().map(each -> "/" + each).orElse("")
        + "/"
        + suite.prf()
        + "/"
        + suite.keyExchange();
  }
}
