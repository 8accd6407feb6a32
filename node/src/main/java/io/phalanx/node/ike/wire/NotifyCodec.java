package io.phalanx.node.ike.wire;

import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.iana.ProtocolId;

/**
 * Notify payload (RFC 7296 §3.10).
 *
 * <pre>
 *                      1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * |   protocol    |   SPI size    |      notify message type      |
 * +---------------+---------------+-------------------------------+
 * |                           SPI ...
 * +---------------------------------------------------------------+
 * |                    notification data ...
 * +---------------------------------------------------------------+
 * </pre>
 */
final class NotifyCodec {
  private NotifyCodec() {}

  static Payload decode(Reader body) {
    ProtocolId protocol = new ProtocolId(body.u8());
    int spiOctets = body.u8();
    NotifyType type = new NotifyType(body.u16());
    byte[] spi = body.bytes(spiOctets);
    return new Payload.Notify(protocol, spi, type, body.rest());
  }

  static void encode(Payload.Notify payload, Writer out) {
    out.u8(payload.protocol().code())
        .u8(payload.spi().length)
        .u16(payload.type().code())
        .bytes(payload.spi())
        .bytes(payload.data());
  }
}
