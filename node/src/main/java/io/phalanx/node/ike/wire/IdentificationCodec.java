package io.phalanx.node.ike.wire;

import io.phalanx.config.Identity;
import io.phalanx.config.iana.IdType;

/**
 * Identification payloads (RFC 7296 §3.5), of the initiator (35) and the responder (36).
 *
 * <pre>
 *                      1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+-----------------------------------------------+
 * |    id type    |                   reserved                    |
 * +---------------+-----------------------------------------------+
 * |                    identification data ...
 * +---------------------------------------------------------------+
 * </pre>
 */
final class IdentificationCodec {
  private static final int RESERVED_OCTETS = 3;

  private IdentificationCodec() {}

  static Payload decode(boolean initiator, Reader body) {
    IdType type = new IdType(body.u8());
    body.skip(RESERVED_OCTETS);
    return new Payload.Identification(initiator, new Identity(type, body.rest()));
  }

  static void encode(Payload.Identification payload, Writer out) {
    Identity identity = payload.identity();
    out.u8(identity.type().code()).zeros(RESERVED_OCTETS).bytes(identity.data());
  }
}
