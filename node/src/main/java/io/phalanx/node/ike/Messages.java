package io.phalanx.node.ike;

import io.phalanx.config.Secret;
import io.phalanx.config.iana.ExchangeType;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.suite.KeyExchangeMethod;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.node.ike.wire.IkeHeader;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.MessageIds;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Payload.Notify;
import io.phalanx.replication.image.IkeSaImage.RequestInFlight;
import io.phalanx.replication.image.IkeSaImage.SentResponse;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Protected messages of an IKE SA: made, numbered, noted for its image, and held until then. */
final class Messages {
  private static final long MESSAGE_ID_MASK = 0xffff_ffffL;
  private static final long MESSAGE_IDS_HALF = 0x8000_0000L;
  private static final long MESSAGE_IDS_STEP = 0x10_0000L;

  /** A moment that has passed; 0 would be never. */
  private static final long AT_ONCE = 1;

  private static final int IPV4_HEADER_OCTETS = 20;
  private static final int IPV6_HEADER_OCTETS = 40;
  private static final int UDP_HEADER_OCTETS = 8;
  private static final int NON_ESP_MARKER_OCTETS = 4; // RFC 3948 §2.2

  private final Environment environment;

  Messages(Environment environment) {
    this.environment = environment;
  }

  /**
   * What is needed to process the answer to a request.
   *
   * @param spi SPI offered by us; 0 if none
   * @param replaces our SPI of what the request rekeys or deletes; 0 if none
   * @param child name of the child in the configuration, or empty
   */
  record Ask(
      Secret nonce,
      Optional<KeyExchangeMethod> keyExchange,
      Secret privateValue,
      long spi,
      long replaces,
      String child) {
    /** Nothing but what it is about. */
    static Ask about(long replaces) {
      return new Ask(Secret.EMPTY, Optional.empty(), Secret.EMPTY, 0, replaces, "");
    }
  }

  /** Sends a request, or puts it in line where the peer's window is full. */
  void ask(IkeSa sa, Purpose purpose, List<Payload> payloads, Ask ask, long nowMillis) {
    if (sa.asking(Purpose::alone)) {
      throw new IllegalStateException(purpose + " beside a request that must be alone");
    }
    IkeHeader header =
        new IkeHeader(
            sa.initiatorSpi(),
            sa.responderSpi(),
            purpose.exchange(),
            sa.initiator,
            false,
            sa.nextOwnId);
    List<byte[]> messages = seal(sa, header, payloads);
    sa.nextOwnId = next(sa, sa.nextOwnId);
    inFlight(sa, purpose, header.messageId(), messages, ask, nowMillis);
  }

  /**
   * Asks the peer for agreement on message ids (RFC 6311): with id 0, whatever went before, and
   * what is asked for kept as it is.
   */
  void askToSynchronize(IkeSa sa, MessageIds ids, long nowMillis) {
    IkeHeader header =
        new IkeHeader(
            sa.initiatorSpi(),
            sa.responderSpi(),
            ExchangeType.INFORMATIONAL,
            sa.initiator,
            false,
            0);
    inFlight(
        sa,
        Purpose.SYNC_MESSAGE_IDS,
        0,
        seal(sa, header, List.of(ids.toNotify())),
        new Ask(syncNonce(ids), Optional.empty(), Secret.EMPTY, ids.send(), ids.receive(), ""),
        nowMillis);
  }

  /** The nonce of a synchronisation, as it is noted with the request in flight. */
  static Secret syncNonce(MessageIds ids) {
    return Secret.of(ByteBuffer.allocate(Integer.BYTES).putInt(ids.nonce()).array());
  }

  /**
   * Answers a request for agreement on message ids, which is none of those that are counted.
   *
   * @return the answer
   */
  byte[] answerSync(IkeSa sa, Inbound in, MessageIds ids) {
    byte[] message = answer(sa, in.message().header(), List.of(ids.toNotify())).getFirst();
    sa.changes.touch();
    sa.hold(new Effect.Send(in.back(message)));
    return message;
  }

  /** Notes a request as in flight, and sends it in its turn once that is in the store. */
  static void inFlight(
      IkeSa sa, Purpose purpose, long messageId, List<byte[]> messages, Ask ask, long nowMillis) {
    sa.requests.add(
        new RequestInFlight(
            messageId,
            messages,
            purpose.name(),
            nowMillis,
            ask.nonce(),
            ask.keyExchange(),
            ask.privateValue(),
            ask.spi(),
            ask.replaces(),
            ask.child()));
    sa.changes.touch();
    sendOpen(sa);
  }

  /** Sends what the window admits and has not been sent yet. */
  private static void sendOpen(IkeSa sa) {
    Window.open(sa)
        .filter(each -> !sa.local.resendings.containsKey(each.messageId()))
        .forEach(
            each -> {
              sa.local.resendings.put(each.messageId(), new Resending());
              send(sa, each);
            });
  }

  private static void send(IkeSa sa, RequestInFlight request) {
    request.messages().forEach(each -> sa.hold(new Effect.Send(sa.datagram(each))));
  }

  /** Sends requests in flight to where the peer is by now, once that is in the store. */
  static void resend(IkeSa sa) {
    Window.open(sa).forEach(each -> send(sa, each));
  }

  /** A request of ours is answered: those in line behind it may follow. */
  static void answered(IkeSa sa, RequestInFlight request) {
    sa.requests.remove(request);
    sa.local.resendings.remove(request.messageId());
    sa.local.responseFragments.remove(request.messageId());
    sa.changes.touch();
    sendOpen(sa);
  }

  /** Answers a request, once the answer is in the store. */
  void respond(IkeSa sa, Inbound in, List<Payload> payloads) {
    List<byte[]> messages = answer(sa, in.message().header(), payloads);
    note(sa, in, messages);
    sa.changes.touch();
    messages.forEach(message -> sa.hold(new Effect.Send(in.back(message))));
  }

  void respond(IkeSa sa, Inbound in, Notify notify) {
    sa.local.saidInvalidSyntax |= notify.type().equals(NotifyType.INVALID_SYNTAX);
    respond(sa, in, List.of(notify));
  }

  /**
   * An answer that may leave at once: the request has changed nothing but the message id (design:
   * liveness is cheap).
   */
  UdpDatagram respondAhead(IkeSa sa, Inbound in, List<Payload> payloads) {
    List<byte[]> messages = answer(sa, in.message().header(), payloads);
    note(sa, in, messages);
    return in.back(messages.getFirst());
  }

  private List<byte[]> answer(IkeSa sa, IkeHeader request, List<Payload> payloads) {
    IkeHeader header =
        new IkeHeader(
            sa.initiatorSpi(),
            sa.responderSpi(),
            request.exchange(),
            sa.initiator,
            true,
            request.messageId());
    return seal(sa, header, payloads);
  }

  private List<byte[]> seal(IkeSa sa, IkeHeader header, List<Payload> payloads) {
    return sa.outbound()
        .encrypt(
            header, payloads, messageOctetsMax(sa), environment.nonces(), environment.random());
  }

  /** Octets of a message that make an IP packet of the size from which on we cut (RFC 7383). */
  private int messageOctetsMax(IkeSa sa) {
    int packetOctetsMax = environment.config().ike().fragmentSize();
    if (!sa.extensions.fragmentation() || packetOctetsMax == 0) {
      return Integer.MAX_VALUE;
    }
    boolean ipv4 = sa.peer.getAddress() instanceof Inet4Address;
    return packetOctetsMax
        - (ipv4 ? IPV4_HEADER_OCTETS : IPV6_HEADER_OCTETS)
        - UDP_HEADER_OCTETS
        - (sa.natPort ? NON_ESP_MARKER_OCTETS : 0);
  }

  private void note(IkeSa sa, Inbound in, List<byte[]> messages) {
    long id = in.message().header().messageId();
    sa.responded(
        new SentResponse(id, Inbound.digest(in.datagram().payload()), messages),
        environment.config().ike().window());
    sa.nextPeerId = next(sa, id);
  }

  static boolean saysInvalidSyntax(IkeMessage message) {
    return message
        .all(Notify.class)
        .anyMatch(each -> each.type().equals(NotifyType.INVALID_SYNTAX));
  }

  /**
   * Message ids end with 2^32 - 1 (RFC 7296 §2.2). From the half on the IKE SA is to be rekeyed at
   * once, now and again; {@link Refusals} replaces it if the peer does not let it.
   */
  private static long next(IkeSa sa, long messageId) {
    if (messageId >= MESSAGE_IDS_HALF && messageId % MESSAGE_IDS_STEP == 0) {
      sa.rekeyAtMillis = AT_ONCE;
    }
    return (messageId + 1) & MESSAGE_ID_MASK;
  }
}
