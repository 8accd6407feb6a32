package io.phalanx.node.ike.wire;

/**
 * Nonce payload (RFC 7296 §3.9): 16 to 256 octets of nonce and nothing else.
 *
 * <pre>
 *                      1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------------------------------------------------------+
 * |                          nonce ...
 * +---------------------------------------------------------------+
 * </pre>
 */
final class NonceCodec {
  private static final int OCTETS_MIN = 16;
  private static final int OCTETS_MAX = 256;

  private NonceCodec() {}

  static Payload decode(Reader body) {
    body.require(body.remaining() >= OCTETS_MIN && body.remaining() <= OCTETS_MAX);
    return new Payload.Nonce(body.rest());
  }

  static void encode(Payload.Nonce payload, Writer out) {
    out.bytes(payload.data());
  }
}
