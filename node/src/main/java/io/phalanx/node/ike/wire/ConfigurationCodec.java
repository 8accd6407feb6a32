package io.phalanx.node.ike.wire;

import io.phalanx.node.ike.wire.Payload.Attribute;
import java.util.ArrayList;
import java.util.List;

/**
 * Configuration payload (RFC 7296 §3.15) and its attributes.
 *
 * <pre>
 *                      1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+-----------------------------------------------+
 * |     type      |                   reserved                    |
 * +-+-------------+---------------+-------------------------------+
 * |R|       attribute type        |       length of value         |
 * +-+-----------------------------+-------------------------------+
 * |                          value ...
 * +---------------------------------------------------------------+
 * </pre>
 */
final class ConfigurationCodec {
  private static final int RESERVED_OCTETS = 3;
  private static final int ATTRIBUTE_TYPE = 0x7fff;

  private ConfigurationCodec() {}

  static Payload decode(Reader body) {
    int type = body.u8();
    body.skip(RESERVED_OCTETS);
    List<Attribute> attributes = new ArrayList<>();
    while (body.remaining() > 0) {
      body.require(attributes.size() < Limits.ATTRIBUTES_MAX);
      int attributeType = body.u16() & ATTRIBUTE_TYPE;
      attributes.add(new Attribute(attributeType, body.bytes(body.u16())));
    }
    return new Payload.Configuration(type, attributes);
  }

  static void encode(Payload.Configuration payload, Writer out) {
    out.u8(payload.type()).zeros(RESERVED_OCTETS);
    for (Attribute attribute : payload.attributes()) {
      out.u16(attribute.type()).u16(attribute.value().length).bytes(attribute.value());
    }
  }
}
