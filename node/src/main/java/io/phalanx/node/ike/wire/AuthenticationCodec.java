package io.phalanx.node.ike.wire;

import io.phalanx.config.iana.AuthMethod;

/**
 * Authentication payload (RFC 7296 §3.8).
 *
 * <pre>
 *                      1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+-----------------------------------------------+
 * |  auth method  |                   reserved                    |
 * +---------------+-----------------------------------------------+
 * |                    authentication data ...
 * +---------------------------------------------------------------+
 * </pre>
 */
final class AuthenticationCodec {
  private static final int RESERVED_OCTETS = 3;

  private AuthenticationCodec() {}

  static Payload decode(Reader body) {
    AuthMethod method = new AuthMethod(body.u8());
    body.skip(RESERVED_OCTETS);
    body.require(body.remaining() > 0);
    return new Payload.Authentication(method, body.rest());
  }

  static void encode(Payload.Authentication payload, Writer out) {
    out.u8(payload.method().code()).zeros(RESERVED_OCTETS).bytes(payload.data());
  }
}
