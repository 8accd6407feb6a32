package io.phalanx.node.eap;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * An EAP packet (RFC 3748 §4).
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * |     code      |  identifier   |            length             |
 * +---------------+---------------+-------------------------------+
 * |     type      |  type data ...            (requests, responses)
 * +---------------+-----------------------------------------------+
 * </pre>
 *
 * @param type 0 where the code has none
 * @param data the type's data; the array belongs to the record
 */
public record EapPacket(int code, int identifier, int type, byte[] data) {
  public static final int REQUEST = 1; // RFC 3748 §4.1
  public static final int RESPONSE = 2; // RFC 3748 §4.1
  public static final int SUCCESS = 3; // RFC 3748 §4.2
  public static final int FAILURE = 4; // RFC 3748 §4.2

  public static final int IDENTITY = 1; // RFC 3748 §5.1
  public static final int NAK = 3; // RFC 3748 §5.3.1
  public static final int TLS = 13; // RFC 5216
  public static final int MSCHAPV2 = 26; // draft-kamath-pppext-eap-mschapv2
  public static final int EXPANDED = 254; // RFC 3748 §5.7

  private static final int HEADER_OCTETS = 4;
  private static final int OCTETS_MAX = 0xffff;

  static EapPacket request(int identifier, int type, byte... data) {
    return new EapPacket(REQUEST, identifier & 0xff, type, data);
  }

  /** What a peer says first of all: its name. */
  public static EapPacket identity(int identifier, String name) {
    return new EapPacket(
        RESPONSE, identifier & 0xff, IDENTITY, name.getBytes(StandardCharsets.UTF_8));
  }

  static EapPacket success(int identifier) {
    return new EapPacket(SUCCESS, identifier & 0xff, 0, new byte[0]);
  }

  public static EapPacket failure(int identifier) {
    return new EapPacket(FAILURE, identifier & 0xff, 0, new byte[0]);
  }

  private static boolean typed(int code) {
    return code == REQUEST || code == RESPONSE;
  }

  /** Octets behind the length are padding (RFC 3748 §4); empty if it is no EAP packet. */
  public static Optional<EapPacket> decode(byte[] octets) {
    if (octets.length < HEADER_OCTETS) {
      return Optional.empty();
    }
    int code = octets[0] & 0xff;
    int length = ((octets[2] & 0xff) << 8) | (octets[3] & 0xff);
    int dataFrom = HEADER_OCTETS + (typed(code) ? 1 : 0);
    if (code < REQUEST || code > FAILURE || length < dataFrom || length > octets.length) {
      return Optional.empty();
    }
    return Optional.of(
        new EapPacket(
            code,
            octets[1] & 0xff,
            typed(code) ? octets[HEADER_OCTETS] & 0xff : 0,
            Arrays.copyOfRange(octets, dataFrom, length)));
  }

  public byte[] encode() {
    int length = HEADER_OCTETS + (typed(code) ? 1 : 0) + data.length;
    if (length > OCTETS_MAX) {
      throw new IllegalStateException("an EAP packet of ours is too long: " + length);
    }
    ByteBuffer out = ByteBuffer.allocate(length);
    out.put((byte) code).put((byte) identifier).putShort((short) length);
    if (typed(code)) {
      out.put((byte) type);
    }
    return out.put(data).array();
  }

  /** A name of the peer's choice, safe to log. */
  public static String printable(String name) {
    return name.codePoints().noneMatch(Character::isISOControl)
        ? name
        : name.codePoints()
            .map(each -> Character.isISOControl(each) ? '?' : each)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
  }
}
