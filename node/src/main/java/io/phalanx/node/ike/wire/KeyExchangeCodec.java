package io.phalanx.node.ike.wire;

/**
 * Key Exchange payload (RFC 7296 §3.4).
 *
 * <pre>
 *                      1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------------------------------+-------------------------------+
 * |     key exchange method       |           reserved            |
 * +-------------------------------+-------------------------------+
 * |                       public value ...
 * +---------------------------------------------------------------+
 * </pre>
 */
final class KeyExchangeCodec {
  private static final int RESERVED_OCTETS = 2;

  private KeyExchangeCodec() {}

  static Payload decode(Reader body) {
    int group = body.u16();
    body.skip(RESERVED_OCTETS);
    body.require(body.remaining() > 0);
    return new Payload.KeyExchange(group, body.rest());
  }

  static void encode(Payload.KeyExchange payload, Writer out) {
    out.u16(payload.group()).zeros(RESERVED_OCTETS).bytes(payload.data());
  }
}
