package io.phalanx.node.ike.wire;

import io.phalanx.config.iana.ExchangeType;
import io.phalanx.node.ike.wire.Decoded.Reason;

/**
 * The IKE header (RFC 7296 §3.1).
 *
 * <pre>
 *                      1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------------------------------+-------------------------------+
 * |                      IKE SA initiator's SPI                   |
 * |                           (64 bits)                           |
 * +---------------------------------------------------------------+
 * |                      IKE SA responder's SPI                   |
 * |                           (64 bits)                           |
 * +---------------+-------+-------+---------------+---------------+
 * | next payload  | major | minor | exchange type | flags X X R V |
 * |               |       |       |               |       I X X X |
 * +---------------+-------+-------+---------------+---------------+
 * |                          message id                           |
 * +---------------------------------------------------------------+
 * |                   length of the whole message                 |
 * +---------------------------------------------------------------+
 * </pre>
 */
final class HeaderCodec {
  static final int MAJOR_VERSION = 2;
  private static final int FLAG_RESPONSE = 0x20;
  private static final int FLAG_INITIATOR = 0x08;
  private static final int LENGTH_OFFSET = 24;

  /** A header as it was read, or why the message is dropped. */
  sealed interface Read {
    record Ok(IkeHeader header, int nextPayload, int majorVersion) implements Read {}

    record Refused(Reason reason) implements Read {}
  }

  private HeaderCodec() {}

  static Read decode(byte[] message) {
    if (message.length < IkeHeader.OCTETS) {
      return new Read.Refused(Reason.TRUNCATED);
    }
    if (message.length > Limits.MESSAGE_OCTETS_MAX) {
      return new Read.Refused(Reason.TOO_LONG);
    }
    Reader in = new Reader(message, 0, message.length);
    long initiatorSpi = in.u64();
    long responderSpi = in.u64();
    int nextPayload = in.u8();
    int majorVersion = in.u8() >>> 4;
    ExchangeType exchange = new ExchangeType(in.u8());
    int flags = in.u8();
    long messageId = in.u32();
    if (majorVersion < MAJOR_VERSION) {
      return new Read.Refused(Reason.OTHER_VERSION);
    }
    if (in.u32() != message.length) {
      return new Read.Refused(Reason.LENGTH_MISMATCH);
    }
    if (initiatorSpi == 0) {
      return new Read.Refused(Reason.NO_INITIATOR_SPI);
    }
    boolean fromInitiator = (flags & FLAG_INITIATOR) != 0;
    boolean response = (flags & FLAG_RESPONSE) != 0;
    IkeHeader header =
        new IkeHeader(initiatorSpi, responderSpi, exchange, fromInitiator, response, messageId);
    return new Read.Ok(header, nextPayload, majorVersion);
  }

  /** Writes the header with length 0; {@link #setLength} fills it in. */
  static void encode(IkeHeader header, int nextPayload, Writer out) {
    int flags =
        (header.response() ? FLAG_RESPONSE : 0) | (header.fromInitiator() ? FLAG_INITIATOR : 0);
    out.u64(header.initiatorSpi())
        .u64(header.responderSpi())
        .u8(nextPayload)
        .u8(MAJOR_VERSION << 4)
        .u8(header.exchange().code())
        .u8(flags)
        .u32(header.messageId())
        .u32(0);
  }

  static void setLength(byte[] message, int length) {
    message[LENGTH_OFFSET] = (byte) (length >>> 24);
    message[LENGTH_OFFSET + 1] = (byte) (length >>> 16);
    message[LENGTH_OFFSET + 2] = (byte) (length >>> 8);
    message[LENGTH_OFFSET + 3] = (byte) length;
  }
}
