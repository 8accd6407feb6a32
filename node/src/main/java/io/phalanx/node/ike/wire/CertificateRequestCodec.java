package io.phalanx.node.ike.wire;

/**
 * Certificate Request payload (RFC 7296 §3.7). For X.509 certificates the data are SHA-1 hashes of
 * the public keys of trusted authorities, 20 octets each.
 *
 * <pre>
 *                      1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+-----------------------------------------------+
 * |   encoding    |           certification authority ...
 * +---------------+-----------------------------------------------+
 * </pre>
 */
final class CertificateRequestCodec {
  private CertificateRequestCodec() {}

  static Payload decode(Reader body) {
    return new Payload.CertificateRequest(body.u8(), body.rest());
  }

  static void encode(Payload.CertificateRequest payload, Writer out) {
    out.u8(payload.encoding()).bytes(payload.authorities());
  }
}
