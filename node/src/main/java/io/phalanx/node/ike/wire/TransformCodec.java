package io.phalanx.node.ike.wire;

import io.phalanx.node.ike.wire.Payload.Transform;

/**
 * Transform substructure of a proposal (RFC 7296 §3.3.2) and its attributes (§3.3.5).
 *
 * <pre>
 *                      1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * | 0 last 3 more |   reserved    |       transform length        |
 * +---------------+---------------+-------------------------------+
 * |     type      |   reserved    |         transform id          |
 * +-+-------------+---------------+-------------------------------+
 * |F|       attribute type        |  F=1: value, F=0: its length  |
 * +-+-----------------------------+-------------------------------+
 * |                      F=0: value ...
 * +---------------------------------------------------------------+
 * </pre>
 */
final class TransformCodec {
  private static final int LAST = 0;
  private static final int MORE_TRANSFORMS = 3;
  private static final int FIXED_OCTETS = 4;
  private static final int SHORT_FORMAT = 0x8000;
  private static final int KEY_LENGTH = 14; // RFC 7296 §3.3.5

  private TransformCodec() {}

  static Transform decode(Reader proposal, boolean last) {
    int more = proposal.u8();
    proposal.skip(1);
    Reader in = proposal.slice(proposal.u16() - FIXED_OCTETS);
    proposal.require(more == (last ? LAST : MORE_TRANSFORMS));
    int type = in.u8();
    in.skip(1);
    int id = in.u16();
    int keyBits = 0;
    boolean understood = true;
    boolean keyLengthSeen = false;
    while (in.remaining() > 0) {
      int attribute = in.u16();
      int value = in.u16();
      if (attribute == (SHORT_FORMAT | KEY_LENGTH)) {
        // Zero could not be told from "no attribute" later, and twice is a contradiction.
        in.require(!keyLengthSeen);
        understood &= value != 0;
        keyBits = value;
        keyLengthSeen = true;
      } else {
        understood = false;
        in.skip((attribute & SHORT_FORMAT) != 0 ? 0 : value);
      }
    }
    return new Transform(type, id, keyBits, understood);
  }

  static void encode(Transform transform, boolean last, Writer out) {
    int start = out.size();
    out.u8(last ? LAST : MORE_TRANSFORMS)
        .zeros(3)
        .u8(transform.type())
        .zeros(1)
        .u16(transform.id());
    if (transform.keyBits() != 0) {
      out.u16(SHORT_FORMAT | KEY_LENGTH).u16(transform.keyBits());
    }
    out.lengthAt(start + 2, start);
  }
}
