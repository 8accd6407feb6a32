package io.phalanx.node.ike;

import io.phalanx.config.iana.ExchangeType;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.node.ike.wire.Decoded;
import io.phalanx.node.ike.wire.IkeHeader;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.MessageIds;
import io.phalanx.node.ike.wire.Payload.Notify;
import io.phalanx.node.ike.wire.SkCipher;
import io.phalanx.replication.image.IkeSaImage.Phase;
import io.phalanx.replication.image.IkeSaImage.RequestInFlight;
import io.phalanx.replication.image.IkeSaImage.SyncedIds;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Synchronisation of message ids after a failover (RFC 6311), by both sides.
 *
 * <pre>
 * cluster                                         peer
 * HDR(0), SK {N(IKEV2_MESSAGE_ID_SYNC, M1, P1)} -->
 *                     <-- HDR(0), SK {N(IKEV2_MESSAGE_ID_SYNC, P2, M2)}
 * </pre>
 *
 * <p>As a cluster we need it where an image turns out to be late: output commit keeps that from
 * happening as long as the store keeps what it has acknowledged. A successor asks once, when a
 * request of the peer shows ids that the image cannot have led to, or when no request of its own is
 * answered.
 *
 * <p>Each side only ever raises its numbers, to the highest that either has named. So it does not
 * matter in which order things happen where both ends have failed over at once.
 */
final class MessageIdSync {
  /**
   * A successor skips what may have been used (§5.1): the peer drops what is not above all that it
   * has seen. An image is late by what the store has lost, not by a window alone; ids are plenty.
   */
  static final int SKIP = 1 << 16;

  /** Ids end with 2^32 - 1, and none may come twice: nobody is followed near to the end. */
  private static final long ID_MAX = 0xffff_0000L;

  private final Environment environment;
  private final Messages messages;

  MessageIdSync(Environment environment, Messages messages) {
    this.environment = environment;
    this.messages = messages;
  }

  // IKE_AUTH (§5)

  static Notify supported() {
    return Notify.of(NotifyType.IKEV2_MESSAGE_ID_SYNC_SUPPORTED);
  }

  /** Notes whether the peer can do it; what we say of it is {@link #supported}. */
  static void note(IkeSa sa, IkeMessage message) {
    sa.extensions =
        sa.extensions.withSyncedIds(
            message.all(Notify.class).anyMatch(MessageIdSync::saysSupported)
                ? Optional.of(SyncedIds.NONE)
                : Optional.empty());
  }

  private static boolean saysSupported(Notify notify) {
    return notify.type().equals(NotifyType.IKEV2_MESSAGE_ID_SYNC_SUPPORTED)
        && notify.spi().length == 0
        && notify.data().length == 0;
  }

  /** As responder: agrees, if the initiator can do it. */
  static List<Notify> answer(IkeSa sa) {
    return sa.extensions.syncedIds().isPresent() ? List.of(supported()) : List.of();
  }

  // As the cluster

  /** Whether this member, as a successor, may still ask: once for each failover (§7). */
  static boolean possible(IkeSa sa) {
    return sa.local.maySync
        && sa.phase == Phase.ESTABLISHED
        && sa.extensions.syncedIds().isPresent()
        && sa.nextOwnId + SKIP < ID_MAX;
  }

  /** A request of the peer is far ahead of the image: if it is authentic, the image is late. */
  void ahead(IkeSa sa, UdpDatagram datagram, long nowMillis) {
    if (possible(sa) && opens(sa, datagram).isPresent()) {
      begin(sa, "a request ahead of the image", nowMillis);
    }
  }

  /**
   * No request of a successor was ever answered, maybe because the peer takes it for an old one.
   *
   * @return whether there is something left to try
   */
  boolean unanswered(IkeSa sa, long nowMillis) {
    if (!possible(sa) || sa.local.heard) {
      return false;
    }
    begin(sa, "requests that are not answered", nowMillis);
    return true;
  }

  private void begin(IkeSa sa, String why, long nowMillis) {
    sa.local.maySync = false;
    sa.report("message-ids-synchronizing", why);
    giveUpRequests(sa, nowMillis);
    sa.nextOwnId += SKIP; // in the image before it is sent: another successor starts above
    MessageIds ids = new MessageIds(environment.random().nextInt(), sa.nextOwnId, sa.nextPeerId);
    messages.askToSynchronize(sa, ids, nowMillis);
  }

  /** Takes the answer; one that is not to this request changes nothing (§5.1). */
  void processResponse(IkeSa sa, RequestInFlight request, IkeMessage message) {
    MessageIds.of(message)
        .filter(ids -> Messages.syncNonce(ids).equals(request.nonce()))
        .filter(ids -> ids.receive() >= request.spi() && ids.send() >= request.replaces())
        .filter(ids -> ids.receive() < ID_MAX && ids.send() < ID_MAX)
        .ifPresent(
            ids -> {
              Messages.answered(sa, request);
              raise(sa, ids);
              sa.report("message-ids-synchronized", text(sa));
            });
  }

  // As the peer of a cluster

  /**
   * A request with message id 0: handles it if it asks for synchronisation. Others with this id are
   * the first ones of whoever has not asked anything yet.
   */
  boolean processRequest(IkeSa sa, IkeHeader head, UdpDatagram datagram, Turn turn) {
    Optional<SyncedIds> before = sa.extensions.syncedIds();
    if (before.isEmpty()
        || sa.phase != Phase.ESTABLISHED
        || !head.exchange().equals(ExchangeType.INFORMATIONAL)) {
      return false;
    }
    byte[] digest = Inbound.digest(datagram.payload());
    if (Arrays.equals(digest, before.get().requestDigest())) {
      if (sa.nextPeerId < before.get().next()) { // else the peer has had the answer and gone on
        turn.add(new Effect.Send(Inbound.back(datagram, before.get().response())));
      }
      return true;
    }
    Optional<IkeMessage> message =
        opens(sa, datagram).filter(each -> each.has(NotifyType.IKEV2_MESSAGE_ID_SYNC));
    message
        .flatMap(MessageIds::of)
        .filter(ids -> acceptable(sa, before.get(), ids))
        .ifPresent(
            ids -> answer(sa, new Inbound(datagram, message.get()), digest, ids, turn.nowMillis()));
    return message.isPresent();
  }

  /** An id that was seen already, in a synchronisation as well, makes it an old message (§5.1). */
  private static boolean acceptable(IkeSa sa, SyncedIds before, MessageIds ids) {
    return ids.send() >= sa.nextPeerId
        && ids.send() >= before.next()
        && ids.send() < ID_MAX
        && ids.receive() < ID_MAX;
  }

  private void answer(IkeSa sa, Inbound in, byte[] digest, MessageIds ids, long nowMillis) {
    sa.local.aheadMax = 0;
    sa.local.lastHeardMillis = nowMillis;
    giveUpRequests(sa, nowMillis);
    raise(sa, ids);
    byte[] response =
        messages.answerSync(sa, in, new MessageIds(ids.nonce(), sa.nextOwnId, sa.nextPeerId));
    sa.extensions =
        sa.extensions.withSyncedIds(Optional.of(new SyncedIds(ids.send() + 1, digest, response)));
    sa.report("message-ids-synchronized", "by the peer: " + text(sa));
  }

  // Both

  private static void raise(IkeSa sa, MessageIds peers) {
    sa.nextOwnId = Math.max(sa.nextOwnId, peers.receive());
    sa.nextPeerId = Math.max(sa.nextPeerId, peers.send());
    sa.responses.clear();
    sa.local.early.clear();
  }

  /** Neither side waits for what was under way (§9); what is still wanted begins anew. */
  private static void giveUpRequests(IkeSa sa, long nowMillis) {
    for (RequestInFlight request : List.copyOf(sa.requests)) {
      if (Purpose.of(request) == Purpose.SYNC_MESSAGE_IDS) {
        continue; // both ends have failed over at once
      }
      sa.requests.remove(request);
      sa.local.resendings.remove(request.messageId());
      sa.local.responseFragments.remove(request.messageId());
      wantAgain(sa, request, nowMillis);
    }
  }

  private static void wantAgain(IkeSa sa, RequestInFlight request, long nowMillis) {
    int spi = (int) request.replaces();
    switch (Purpose.of(request)) {
      case NEW_CHILD -> sa.local.want(new Task.NewChild(request.child()));
      case REKEY_CHILD -> sa.local.want(new Task.RekeyChild(spi));
      case DELETE_CHILD -> sa.local.want(new Task.DeleteChild(spi));
      case REKEY_IKE -> sa.local.want(new Task.RekeyIke());
      case CLONE_IKE -> sa.local.want(new Task.CloneIke());
      case LIVENESS -> sa.local.want(new Task.Liveness());
      case REDIRECT ->
          sa.local.wantAt(
              new Task.DeleteIke("sent to another gateway"), nowMillis + Redirection.GRACE_MILLIS);
      case TELL_ADDRESSES -> sa.mobility = sa.mobility.withTold(List.of());
      case UPDATE_PATH, CHECK_PATH -> {
        // The image says that it is due.
      }
      case IKE_SA_INIT, IKE_AUTH, DELETE_IKE, SYNC_MESSAGE_IDS ->
          throw new IllegalStateException("not of an established IKE SA: " + request.purpose());
    }
  }

  /** An authentic message that came in one piece: one that synchronises is never cut. */
  private static Optional<IkeMessage> opens(IkeSa sa, UdpDatagram datagram) {
    return !SkCipher.carriesFragment(datagram.payload())
            && sa.inbound().decrypt(datagram.payload()) instanceof Decoded.Ok(IkeMessage message)
        ? Optional.of(message)
        : Optional.empty();
  }

  private static String text(IkeSa sa) {
    return "own=%d peer=%d".formatted(sa.nextOwnId, sa.nextPeerId);
  }
}
