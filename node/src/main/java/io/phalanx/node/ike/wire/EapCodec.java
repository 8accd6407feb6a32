package io.phalanx.node.ike.wire;

/**
 * EAP payload (RFC 7296 §3.16): one EAP message (RFC 3748 §4), which has a length of its own.
 *
 * <pre>
 *                      1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * |     code      |  identifier   |            length             |
 * +---------------+---------------+-------------------------------+
 * |     type      |  type data ...
 * +---------------+-----------------------------------------------+
 * </pre>
 */
final class EapCodec {
  private static final int HEADER_OCTETS = 4;

  private EapCodec() {}

  static Payload decode(Reader body) {
    byte[] message = body.rest();
    body.require(
        message.length >= HEADER_OCTETS
            && (((message[2] & 0xff) << 8) | (message[3] & 0xff)) == message.length);
    return new Payload.Eap(message);
  }

  static void encode(Payload.Eap payload, Writer out) {
    out.bytes(payload.message());
  }
}
