package io.phalanx.node.ike.wire;

import io.phalanx.config.iana.NotifyType;
import io.phalanx.node.ike.wire.Payload.Notify;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * IKEV2_MESSAGE_ID_SYNC (RFC 6311 §6.3), from its sender's point of view.
 *
 * <pre>
 * nonce (4) | EXPECTED_SEND_REQ_MESSAGE_ID (4) | EXPECTED_RECV_REQ_MESSAGE_ID (4)
 * </pre>
 *
 * @param nonce tells this exchange from others; the answer has it as well
 * @param send message id of the sender's next request
 * @param receive message id of the next request that the sender expects
 */
public record MessageIds(int nonce, long send, long receive) {
  private static final int OCTETS = 3 * Integer.BYTES;

  public Notify toNotify() {
    return Notify.of(
        NotifyType.IKEV2_MESSAGE_ID_SYNC,
        ByteBuffer.allocate(OCTETS).putInt(nonce).putInt((int) send).putInt((int) receive).array());
  }

  /** What a message says that is nothing else; empty for any other message. */
  public static Optional<MessageIds> of(IkeMessage message) {
    return message.payloads().size() == 1
            && message.payloads().getFirst() instanceof Notify notify
            && notify.type().equals(NotifyType.IKEV2_MESSAGE_ID_SYNC)
            && notify.spi().length == 0 // then its protocol does not matter (RFC 7296 §3.10)
            && notify.data().length == OCTETS
        ? Optional.of(read(ByteBuffer.wrap(notify.data())))
        : Optional.empty();
  }

  private static MessageIds read(ByteBuffer data) {
    return new MessageIds(
        data.getInt(),
        Integer.toUnsignedLong(data.getInt()),
        Integer.toUnsignedLong(data.getInt()));
  }
}
