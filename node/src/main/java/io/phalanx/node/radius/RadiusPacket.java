package io.phalanx.node.radius;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A RADIUS packet (RFC 2865 §3).
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * |     code      |  identifier   |            length             |
 * +---------------+---------------+-------------------------------+
 * |                     authenticator (16)                        |
 * +---------------+---------------+-------------------------------+
 * |     type      |    length     |  value ...
 * +---------------+---------------+-------------------------------+
 * </pre>
 *
 * @param authenticator 16 octets; the array belongs to the record
 */
record RadiusPacket(int code, int identifier, byte[] authenticator, List<Attribute> attributes) {
  static final int ACCESS_REQUEST = 1; // RFC 2865 §4.1
  static final int ACCESS_ACCEPT = 2; // RFC 2865 §4.2
  static final int ACCESS_REJECT = 3; // RFC 2865 §4.3
  static final int ACCOUNTING_REQUEST = 4; // RFC 2866 §4.1
  static final int ACCOUNTING_RESPONSE = 5; // RFC 2866 §4.2
  static final int ACCESS_CHALLENGE = 11; // RFC 2865 §4.4
  static final int DISCONNECT_REQUEST = 40; // RFC 5176 §2.1
  static final int DISCONNECT_ACK = 41; // RFC 5176 §2.1
  static final int DISCONNECT_NAK = 42; // RFC 5176 §2.1
  static final int COA_REQUEST = 43; // RFC 5176 §2.2
  static final int COA_NAK = 45; // RFC 5176 §2.2

  static final int HEADER_OCTETS = 20;
  static final int OCTETS_MAX = 4096;
  static final int AUTHENTICATOR_OCTETS = 16;
  private static final int VALUE_OCTETS_MAX = 253;
  private static final int ATTRIBUTE_HEADER_OCTETS = 2;

  /**
   * @param value at most 253 octets; the array belongs to the record
   */
  record Attribute(int type, byte[] value) {
    static Attribute text(int type, String text) {
      byte[] octets = text.getBytes(StandardCharsets.UTF_8);
      return new Attribute(type, Arrays.copyOf(octets, Math.min(octets.length, VALUE_OCTETS_MAX)));
    }

    static Attribute number(int type, long number) {
      return new Attribute(type, ByteBuffer.allocate(4).putInt((int) number).array());
    }
  }

  /** As many attributes as it takes, in order (RFC 3579 §3.1). */
  static List<Attribute> pieces(int type, byte[] value) {
    List<Attribute> pieces = new ArrayList<>();
    for (int from = 0; from < value.length; from += VALUE_OCTETS_MAX) {
      int to = Math.min(value.length, from + VALUE_OCTETS_MAX);
      pieces.add(new Attribute(type, Arrays.copyOfRange(value, from, to)));
    }
    return pieces;
  }

  /** Octets behind the length are padding; empty if it is no RADIUS packet. */
  static Optional<RadiusPacket> decode(byte[] octets) {
    if (octets.length < HEADER_OCTETS || octets.length > OCTETS_MAX) {
      return Optional.empty();
    }
    int length = ((octets[2] & 0xff) << 8) | (octets[3] & 0xff);
    if (length < HEADER_OCTETS || length > octets.length) {
      return Optional.empty();
    }
    List<Attribute> attributes = new ArrayList<>();
    int at = HEADER_OCTETS;
    while (at < length) {
      int size = at + 1 < length ? octets[at + 1] & 0xff : 0;
      if (size < ATTRIBUTE_HEADER_OCTETS || at + size > length) {
        return Optional.empty();
      }
      attributes.add(
          new Attribute(
              octets[at] & 0xff,
              Arrays.copyOfRange(octets, at + ATTRIBUTE_HEADER_OCTETS, at + size)));
      at += size;
    }
    return Optional.of(
        new RadiusPacket(
            octets[0] & 0xff,
            octets[1] & 0xff,
            Arrays.copyOfRange(octets, 4, HEADER_OCTETS),
            List.copyOf(attributes)));
  }

  byte[] encode() {
    int length =
        HEADER_OCTETS
            + attributes.stream()
                .mapToInt(each -> ATTRIBUTE_HEADER_OCTETS + each.value().length)
                .sum();
    if (length > OCTETS_MAX) {
      throw new IllegalStateException("a RADIUS packet of ours is too long: " + length);
    }
    ByteBuffer out = ByteBuffer.allocate(length);
    out.put((byte) code).put((byte) identifier).putShort((short) length).put(authenticator);
    for (Attribute attribute : attributes) {
      out.put((byte) attribute.type());
      out.put((byte) (ATTRIBUTE_HEADER_OCTETS + attribute.value().length));
      out.put(attribute.value());
    }
    return out.array();
  }

  RadiusPacket with(byte[] otherAuthenticator) {
    return new RadiusPacket(code, identifier, otherAuthenticator, attributes);
  }

  Stream<byte[]> all(int type) {
    return attributes.stream().filter(each -> each.type() == type).map(Attribute::value);
  }

  Optional<byte[]> first(int type) {
    return all(type).findFirst();
  }

  Optional<String> text(int type) {
    return first(type).map(value -> new String(value, StandardCharsets.UTF_8));
  }

  /** An unsigned number of 32 bits. */
  Optional<Long> number(int type) {
    return first(type)
        .filter(value -> value.length == 4)
        .map(value -> Integer.toUnsignedLong(ByteBuffer.wrap(value).getInt()));
  }

  Optional<InetAddress> address(int type, int octets) {
    return first(type).filter(value -> value.length == octets).flatMap(RadiusPacket::address);
  }

  static Optional<InetAddress> address(byte[] octets) {
    try {
      return Optional.of(InetAddress.getByAddress(octets));
    } catch (UnknownHostException wrongLength) {
      return Optional.empty();
    }
  }

  /** The values of an attribute that comes in pieces, as one. */
  byte[] joined(int type) {
    int length = all(type).mapToInt(each -> each.length).sum();
    ByteBuffer joined = ByteBuffer.allocate(length);
    all(type).forEach(joined::put);
    return joined.array();
  }

  /** An attribute of a vendor (RFC 2865 §5.26). */
  Optional<byte[]> vendor(int vendor, int type) {
    return all(AttributeType.VENDOR_SPECIFIC)
        .flatMap(value -> vendor(value, vendor, type).stream())
        .findFirst();
  }

  private static Optional<byte[]> vendor(byte[] value, int vendor, int type) {
    if (value.length < 4 || ByteBuffer.wrap(value).getInt() != vendor) {
      return Optional.empty();
    }
    for (int at = 4; at + 1 < value.length; ) {
      int size = value[at + 1] & 0xff;
      if (size < ATTRIBUTE_HEADER_OCTETS || at + size > value.length) {
        return Optional.empty();
      }
      if ((value[at] & 0xff) == type) {
        return Optional.of(Arrays.copyOfRange(value, at + ATTRIBUTE_HEADER_OCTETS, at + size));
      }
      at += size;
    }
    return Optional.empty();
  }
}
