package io.phalanx.node.ike.wire;

import io.phalanx.config.net.IpPrefix;
import io.phalanx.node.ike.wire.Payload.Attribute;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Configuration payloads and their attributes (RFC 7296 §3.15). */
public final class Configurations {
  public static final int REQUEST = 1; // RFC 7296 §3.15
  public static final int REPLY = 2; // RFC 7296 §3.15
  public static final int SET = 3; // RFC 7296 §3.15
  public static final int ACK = 4; // RFC 7296 §3.15

  public static final int INTERNAL_IP4_ADDRESS = 1; // RFC 7296 §3.15.1
  public static final int INTERNAL_IP4_NETMASK = 2; // RFC 7296 §3.15.1
  public static final int INTERNAL_IP4_DNS = 3; // RFC 7296 §3.15.1
  public static final int APPLICATION_VERSION = 7; // RFC 7296 §3.15.1
  public static final int INTERNAL_IP6_ADDRESS = 8; // RFC 7296 §3.15.1
  public static final int INTERNAL_IP6_DNS = 10; // RFC 7296 §3.15.1
  public static final int INTERNAL_IP4_SUBNET = 13; // RFC 7296 §3.15.1
  public static final int SUPPORTED_ATTRIBUTES = 14; // RFC 7296 §3.15.1
  public static final int INTERNAL_IP6_SUBNET = 15; // RFC 7296 §3.15.1
  public static final int INTERNAL_DNS_DOMAIN = 25; // RFC 8598 §3.1

  private static final int IPV4_OCTETS = 4;
  private static final int IPV6_OCTETS = 16;
  private static final byte HOST_PREFIX_BITS = (byte) 128;

  private Configurations() {}

  /** An attribute without a value: asks for one. */
  public static Attribute request(int type) {
    return new Attribute(type, new byte[0]);
  }

  /** INTERNAL_IP4_ADDRESS, or INTERNAL_IP6_ADDRESS with the prefix length of a single host. */
  public static Attribute internalAddress(InetAddress address) {
    byte[] octets = address.getAddress();
    if (octets.length == IPV4_OCTETS) {
      return new Attribute(INTERNAL_IP4_ADDRESS, octets);
    }
    byte[] withPrefix = Arrays.copyOf(octets, IPV6_OCTETS + 1);
    withPrefix[IPV6_OCTETS] = HOST_PREFIX_BITS;
    return new Attribute(INTERNAL_IP6_ADDRESS, withPrefix);
  }

  /** INTERNAL_IP4_DNS or INTERNAL_IP6_DNS. */
  public static Attribute dns(InetAddress server) {
    byte[] octets = server.getAddress();
    return new Attribute(
        octets.length == IPV4_OCTETS ? INTERNAL_IP4_DNS : INTERNAL_IP6_DNS, octets);
  }

  /**
   * INTERNAL_IP4_NETMASK.
   *
   * @param bits 0..32
   */
  public static Attribute netmask(int bits) {
    return new Attribute(INTERNAL_IP4_NETMASK, maskOf(bits));
  }

  private static byte[] maskOf(int bits) {
    long mask = 0xffff_ffffL << (Integer.SIZE - bits);
    return Notifies.spiOf((int) mask);
  }

  /** INTERNAL_IP4_SUBNET, with a mask, or INTERNAL_IP6_SUBNET, with a prefix length. */
  public static Attribute subnet(IpPrefix prefix) {
    byte[] octets = prefix.address().getAddress();
    if (octets.length == IPV4_OCTETS) {
      byte[] withMask = Arrays.copyOf(octets, 2 * IPV4_OCTETS);
      System.arraycopy(maskOf(prefix.bits()), 0, withMask, IPV4_OCTETS, IPV4_OCTETS);
      return new Attribute(INTERNAL_IP4_SUBNET, withMask);
    }
    byte[] withPrefix = Arrays.copyOf(octets, IPV6_OCTETS + 1);
    withPrefix[IPV6_OCTETS] = (byte) prefix.bits();
    return new Attribute(INTERNAL_IP6_SUBNET, withPrefix);
  }

  /** A text of ASCII characters, such as a domain. */
  public static Attribute text(int type, String text) {
    return new Attribute(type, text.getBytes(StandardCharsets.US_ASCII));
  }

  /** SUPPORTED_ATTRIBUTES. */
  public static Attribute supported(List<Integer> types) {
    ByteBuffer value = ByteBuffer.allocate(types.size() * Short.BYTES);
    types.forEach(type -> value.putShort(type.shortValue()));
    return new Attribute(SUPPORTED_ATTRIBUTES, value.array());
  }

  /**
   * The address in an attribute of one of the types above; the prefix octet that IPv6 addresses
   * carry is left out.
   *
   * @return empty for a request, a value of the wrong length, or another type
   */
  public static Optional<InetAddress> address(Attribute attribute) {
    int octets =
        switch (attribute.type()) {
          case INTERNAL_IP4_ADDRESS, INTERNAL_IP4_NETMASK, INTERNAL_IP4_DNS -> IPV4_OCTETS;
          case INTERNAL_IP6_ADDRESS, INTERNAL_IP6_DNS -> IPV6_OCTETS;
          default -> 0;
        };
    byte[] value = attribute.value();
    boolean prefixed = attribute.type() == INTERNAL_IP6_ADDRESS && value.length == IPV6_OCTETS + 1;
    if (octets == 0 || (value.length != octets && !prefixed)) {
      return Optional.empty();
    }
    return Optional.of(TrafficSelectorsCodec.addressOf(Arrays.copyOf(value, octets)));
  }

  /** 4 or 6 for an attribute that asks for or gives an internal address; 0 for any other. */
  public static int addressFamily(Attribute attribute) {
    return switch (attribute.type()) {
      case INTERNAL_IP4_ADDRESS -> 4;
      case INTERNAL_IP6_ADDRESS -> 6;
      default -> 0;
    };
  }
}
