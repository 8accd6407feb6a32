package io.phalanx.node.ike;

import io.phalanx.config.Identity;
import io.phalanx.config.iana.ExchangeType;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.iana.ProtocolId;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.Notifies;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Payload.Delete;
import io.phalanx.node.ike.wire.Payload.Notify;
import io.phalanx.node.ike.wire.Redirects;
import io.phalanx.replication.image.IkeSaImage.ChildRef;
import io.phalanx.replication.image.IkeSaImage.Phase;
import io.phalanx.replication.image.IkeSaImage.RequestInFlight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** INFORMATIONAL (RFC 7296 §1.4): deletions both ways, and liveness. */
final class Informational {
  /** How long an answer that ends an IKE SA is kept, should it get lost on its way. */
  static final long LINGER_MILLIS = 10_000;

  /** What an answer is owed to, and nothing else (RFC 4555 §3.7, §3.8). */
  private static final Set<NotifyType> STATELESS =
      Set.of(
          NotifyType.NAT_DETECTION_SOURCE_IP,
          NotifyType.NAT_DETECTION_DESTINATION_IP,
          NotifyType.COOKIE2);

  /** Errors that end an attempt to authenticate, without a Delete (RFC 7296 §2.21.2). */
  private static final Set<NotifyType> FATAL =
      Set.of(
          NotifyType.AUTHENTICATION_FAILED,
          NotifyType.INVALID_SYNTAX,
          NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD);

  private final Environment environment;
  private final Messages messages;
  private final Redirection redirection;
  private final Mobike mobike;
  private final ChildSas childSas;
  private final Closing closing;

  Informational(
      Environment environment,
      Messages messages,
      Redirection redirection,
      Mobike mobike,
      ChildSas childSas,
      Closing closing) {
    this.environment = environment;
    this.messages = messages;
    this.redirection = redirection;
    this.mobike = mobike;
    this.childSas = childSas;
    this.closing = closing;
  }

  /** Whether a request asks for nothing but an answer. */
  static boolean isLivenessCheck(IkeMessage message) {
    return message.payloads().stream()
        .allMatch(each -> each instanceof Notify notify && STATELESS.contains(notify.type()));
  }

  /** Whether an initiator says, in the middle of IKE_AUTH, that it goes no further. */
  static boolean givesUp(IkeMessage message) {
    return message.header().exchange().equals(ExchangeType.INFORMATIONAL)
        && message.payloads().stream()
            .anyMatch(
                each ->
                    (each instanceof Notify notify && FATAL.contains(notify.type()))
                        || (each instanceof Delete delete
                            && delete.protocol().equals(ProtocolId.IKE)));
  }

  void processRequest(IkeSa sa, Inbound in, long nowMillis) {
    List<Delete> deletes = in.message().all(Delete.class).toList();
    if (deletes.stream().anyMatch(each -> each.protocol().equals(ProtocolId.IKE))) {
      closing.closedByPeer(sa, nowMillis);
      messages.respond(sa, in, List.of());
      return;
    }
    CrashDetection.note(sa, in.message());
    sa.local.redirected |= sa.mobility.decides() && follows(sa, in.message(), nowMillis);
    List<byte[]> ours = new ArrayList<>();
    for (Delete delete : deletes) {
      for (byte[] spi : delete.spis()) {
        Notifies.espSpi(delete.protocol(), spi)
            .flatMap(sa::childByOutbound)
            .ifPresent(child -> deletedByPeer(sa, child, ours));
      }
    }
    List<Payload> answer = new ArrayList<>();
    if (!ours.isEmpty()) {
      answer.add(new Delete(ProtocolId.ESP, ours));
    }
    // Notifications that we do not know say nothing that we must act on (RFC 7296 §1.4).
    answer.addAll(ConfigurationReply.informational(in.message()));
    answer.addAll(mobike.processRequest(sa, in));
    messages.respond(sa, in, answer);
  }

  /** Only who has called is sent elsewhere (RFC 5685 §5). */
  private boolean follows(IkeSa sa, IkeMessage message, long nowMillis) {
    return environment
        .connection(sa.connection)
        .map(connection -> redirection.follow(sa, connection, message, nowMillis))
        .orElse(false);
  }

  /** Each side names the SPI it receives on, unless it has asked for the same (RFC 7296 §1.4.1). */
  private void deletedByPeer(IkeSa sa, ChildRef child, List<byte[]> ours) {
    if (!sa.asking(Purpose.DELETE_CHILD, Integer.toUnsignedLong(child.inboundSpi()))) {
      ours.add(Notifies.spiOf(child.inboundSpi()));
    }
    childSas.remove(sa, child, "deleted by the peer");
  }

  void sendLiveness(IkeSa sa, List<Payload> payloads, long nowMillis) {
    messages.ask(sa, Purpose.LIVENESS, payloads, Messages.Ask.about(0), nowMillis);
  }

  /** Sends the peer to another gateway. */
  void sendRedirect(IkeSa sa, Identity gateway, long nowMillis) {
    messages.ask(
        sa,
        Purpose.REDIRECT,
        List.of(Redirects.redirect(gateway)),
        Messages.Ask.about(0),
        nowMillis);
  }

  /** Asks to delete a Child SA, or what the peer may have made of an exchange that failed. */
  void sendDeleteChild(IkeSa sa, int inboundSpi, long nowMillis) {
    messages.ask(
        sa,
        Purpose.DELETE_CHILD,
        List.of(new Delete(ProtocolId.ESP, List.of(Notifies.spiOf(inboundSpi)))),
        Messages.Ask.about(Integer.toUnsignedLong(inboundSpi)),
        nowMillis);
  }

  /** Asks to delete the IKE SA, and with it what hangs on it. */
  void sendDeleteIke(IkeSa sa, String why, long nowMillis) {
    if (sa.phase == Phase.DELETING) {
      return; // its Delete is on its way, or was the peer's
    }
    if (sa.phase != Phase.REKEYED) {
      Phases.move(sa, Phase.DELETING, why);
    }
    sa.local.dropTasks();
    closing.dropChildren(sa, why);
    List<Payload> payloads = List.of(new Delete(ProtocolId.IKE, List.of()));
    messages.ask(sa, Purpose.DELETE_IKE, payloads, Messages.Ask.about(sa.localSpi), nowMillis);
  }

  void processResponse(IkeSa sa, RequestInFlight request, long nowMillis) {
    Messages.answered(sa, request);
    switch (Purpose.of(request)) {
      case DELETE_CHILD -> {
        Optional<ChildRef> child = sa.childByInbound((int) request.replaces());
        child.ifPresent(each -> childSas.remove(sa, each, "deleted by us"));
      }
      case DELETE_IKE -> sa.expiresAtMillis = nowMillis;
      // It is the peer's to go; what stays here ends all the same (RFC 5685 §5).
      case REDIRECT ->
          sa.local.wantAt(
              new Task.DeleteIke("sent to another gateway"), nowMillis + Redirection.GRACE_MILLIS);
      case LIVENESS,
          UPDATE_PATH,
          CHECK_PATH,
          TELL_ADDRESSES,
          SYNC_MESSAGE_IDS,
          IKE_SA_INIT,
          IKE_AUTH,
          NEW_CHILD,
          REKEY_CHILD,
          REKEY_IKE,
          CLONE_IKE ->
          throw new IllegalStateException("not answered here: " + request.purpose());
    }
  }
}
