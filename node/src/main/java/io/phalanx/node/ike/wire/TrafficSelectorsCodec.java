package io.phalanx.node.ike.wire;

import io.phalanx.config.net.TrafficSelector;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Traffic Selector payloads (RFC 7296 §3.13), of the initiator (44) and the responder (45).
 *
 * <pre>
 *                      1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+-----------------------------------------------+
 * | number of TSs |                   reserved                    |
 * +---------------+---------------+-------------------------------+
 * |    TS type    |  IP protocol  |        selector length        |
 * +---------------+---------------+-------------------------------+
 * |          start port           |           end port            |
 * +-------------------------------+-------------------------------+
 * |                     starting address ...
 * +---------------------------------------------------------------+
 * |                      ending address ...
 * +---------------------------------------------------------------+
 * </pre>
 */
final class TrafficSelectorsCodec {
  private static final int RESERVED_OCTETS = 3;
  private static final int IPV4_RANGE = 7; // RFC 7296 §3.13.1
  private static final int IPV6_RANGE = 8; // RFC 7296 §3.13.1

  /** Octets of a selector before its addresses. */
  private static final int FIXED_OCTETS = 8;

  /** Ports that stand for OPAQUE (RFC 7296 §3.13.1): the only range that goes backwards. */
  private static final int OPAQUE_START = 65_535;

  private static final int OPAQUE_END = 0;

  private TrafficSelectorsCodec() {}

  static Payload decode(boolean initiator, Reader body) {
    int count = body.u8();
    body.skip(RESERVED_OCTETS);
    body.require(count > 0 && count <= Limits.SELECTORS_MAX);
    List<TrafficSelector> selectors = new ArrayList<>();
    for (int index = 0; index < count && !body.broken(); index++) {
      decodeSelector(body, selectors);
    }
    return new Payload.TrafficSelectors(initiator, selectors);
  }

  /** A selector of another type is left out: what it would allow is not asked of us then. */
  private static void decodeSelector(Reader body, List<TrafficSelector> selectors) {
    int type = body.u8();
    int protocol = body.u8();
    Reader rest = body.slice(body.u16() - 4);
    if (type != IPV4_RANGE && type != IPV6_RANGE) {
      return;
    }
    int addressOctets = type == IPV4_RANGE ? 4 : 16;
    int startPort = rest.u16();
    int endPort = rest.u16();
    rest.require(startPort <= endPort || (startPort == OPAQUE_START && endPort == OPAQUE_END));
    byte[] start = rest.bytes(addressOctets);
    byte[] end = rest.bytes(addressOctets);
    rest.require(rest.remaining() == 0 && Arrays.compareUnsigned(start, end) <= 0);
    if (!rest.broken()) {
      selectors.add(
          new TrafficSelector(protocol, startPort, endPort, addressOf(start), addressOf(end)));
    }
  }

  static void encode(Payload.TrafficSelectors payload, Writer out) {
    out.u8(payload.selectors().size()).zeros(RESERVED_OCTETS);
    for (TrafficSelector selector : payload.selectors()) {
      byte[] start = selector.start().getAddress();
      out.u8(selector.ipv4() ? IPV4_RANGE : IPV6_RANGE)
          .u8(selector.protocol())
          .u16(FIXED_OCTETS + 2 * start.length)
          .u16(selector.startPort())
          .u16(selector.endPort())
          .bytes(start)
          .bytes(selector.end().getAddress());
    }
  }

  /**
   * The address of 4 or 16 octets. {@link InetAddress#getByAddress(byte[])} would turn
   * ::ffff:a.b.c.d into an IPv4 address, and so a range of IPv6 into one of two families.
   */
  static InetAddress addressOf(byte[] octets) {
    try {
      return octets.length == 16
          ? Inet6Address.getByAddress(null, octets, -1)
          : InetAddress.getByAddress(octets);
    } catch (UnknownHostException impossible) {
      throw new AssertionError("an address has 4 or 16 octets", impossible);
    }
  }
}
