package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig.SourceLimits;
import io.phalanx.config.Secret;
import io.phalanx.config.iana.ExchangeType;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.iana.ProtocolId;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.node.ike.crypto.CrashTokens;
import io.phalanx.node.ike.wire.Decoded;
import io.phalanx.node.ike.wire.IkeHeader;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Payload.Notify;
import io.phalanx.replication.image.IkeSaImage.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Quick crash detection (RFC 6290), as token maker and as token taker: a peer whose IKE SA nobody
 * in the cluster has any more is told at once, in a way that it can believe.
 */
final class CrashDetection {
  /** Answers to one source; it may be forged, so there are few (RFC 7296 §2.21.4). */
  private static final int ANSWERS_PER_SECOND = 4;

  /** Answers to all sources together: what a member may spend on it. */
  private static final int ANSWERS_PER_SECOND_IN_ALL = 2_000;

  private final Environment environment;
  private final Closing closing;
  private final SourceLimiter sources = new SourceLimiter(new SourceLimits(0, ANSWERS_PER_SECOND));
  private long second;
  private int answered;

  CrashDetection(Environment environment, Closing closing) {
    this.environment = environment;
    this.closing = closing;
  }

  /** The token of an IKE SA of ours, to go with a protected message (§4.2, §4.3). */
  Notify token(long initiatorSpi, long responderSpi) {
    return notify(environment.crashTokens().of(initiatorSpi, responderSpi));
  }

  /** Our token, where the peer has none of this IKE SA yet (§4.4). */
  List<Notify> withLiveness(IkeSa sa) {
    return sa.extensions.tokenDue()
        ? List.of(token(sa.initiatorSpi(), sa.responderSpi()))
        : List.of();
  }

  private static Notify notify(Secret token) {
    // §4.1: it is about an IKE SA, whose SPIs are in the header.
    return new Notify(ProtocolId.IKE, new byte[0], NotifyType.QCD_TOKEN, token.reveal());
  }

  /**
   * Keeps the token that the peer gives in a protected message; a later one replaces it (§4.4). It
   * is written with what the message leads to.
   */
  static void note(IkeSa sa, IkeMessage message) {
    shown(message)
        .findFirst()
        .filter(CrashTokens::fits)
        .map(Secret::of)
        .ifPresent(token -> sa.extensions = sa.extensions.withCrashToken(token));
  }

  private static Stream<byte[]> shown(IkeMessage message) {
    return message
        .all(Notify.class)
        .filter(each -> each.type().equals(NotifyType.QCD_TOKEN))
        .map(Notify::data);
  }

  /**
   * The store is sure that no member has this IKE SA: tells whoever asks for it (§4.5). Responses
   * are not answered, nor is what comes too often.
   */
  Optional<UdpDatagram> tellLost(UdpDatagram datagram, long nowMillis) {
    Optional<IkeHeader> asked =
        MessageCodec.header(datagram.payload())
            .filter(each -> !each.response() && !each.exchange().equals(ExchangeType.IKE_SA_INIT));
    if (asked.isEmpty()
        || !sources.admit(datagram.peer().getAddress(), nowMillis)
        || !admits(nowMillis)) {
      return Optional.empty();
    }
    IkeHeader head = asked.get();
    List<Payload> payloads = new ArrayList<>();
    payloads.add(Notify.of(NotifyType.INVALID_IKE_SPI));
    environment
        .crashTokens()
        .all(head.initiatorSpi(), head.responderSpi())
        .forEach(token -> payloads.add(notify(token)));
    IkeHeader answer =
        new IkeHeader(
            head.initiatorSpi(),
            head.responderSpi(),
            head.exchange(),
            !head.fromInitiator(),
            true,
            head.messageId());
    return Optional.of(
        Inbound.back(datagram, MessageCodec.encode(new IkeMessage(answer, payloads))));
  }

  private boolean admits(long nowMillis) {
    if (nowMillis / 1000 != second) {
      second = nowMillis / 1000;
      answered = 0;
    }
    return answered++ < ANSWERS_PER_SECOND_IN_ALL;
  }

  /**
   * A response without protection: if it shows the token that the peer has given, the peer has lost
   * the IKE SA. It ends without a word; a message like this is never answered (§4.5).
   *
   * @return whether it was one without protection
   */
  boolean processUnprotected(IkeSa sa, UdpDatagram datagram, long nowMillis) {
    if (!(MessageCodec.decode(datagram.payload()) instanceof Decoded.Ok(IkeMessage message))) {
      return false;
    }
    Secret given = sa.extensions.crashToken();
    if (sa.phase == Phase.ESTABLISHED
        && message.has(NotifyType.INVALID_IKE_SPI)
        && shown(message).anyMatch(token -> CrashTokens.matches(given, token))) {
      closing.lostByPeer(sa, "the peer has lost it", nowMillis);
    }
    return true;
  }
}
