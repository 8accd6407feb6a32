package io.phalanx.node.ike.wire;

/**
 * Certificate payload (RFC 7296 §3.6).
 *
 * <pre>
 *                      1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+-----------------------------------------------+
 * |   encoding    |             certificate data ...
 * +---------------+-----------------------------------------------+
 * </pre>
 */
final class CertificateCodec {
  private CertificateCodec() {}

  static Payload decode(Reader body) {
    int encoding = body.u8();
    body.require(body.remaining() > 0);
    return new Payload.Certificate(encoding, body.rest());
  }

  static void encode(Payload.Certificate payload, Writer out) {
    out.u8(payload.encoding()).bytes(payload.data());
  }
}
