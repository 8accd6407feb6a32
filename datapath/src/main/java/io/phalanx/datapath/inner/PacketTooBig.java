package io.phalanx.datapath.inner;

/**
 * Tells a sender that its packet does not fit the path: ICMP Fragmentation Needed (RFC 1191 §4) or
 * ICMPv6 Packet Too Big (RFC 4443 §3.2). It seems to come from whom the packet was for: the gateway
 * has no address of its own between the two.
 */
public final class PacketTooBig {
  /** What {@link #write} gives for a packet that must not be answered. */
  public static final int NO_ANSWER = 0;

  /** The smallest that an IPv6 link may carry (RFC 8200 §5). */
  public static final int IPV6_MTU_MIN = 1280;

  private static final int IPV4_OCTETS_MAX = 576; // RFC 1812 §4.3.2.3
  private static final int ICMP_OCTETS = 8;
  private static final int HOP_LIMIT = 64;

  private PacketTooBig() {}

  /**
   * Writes the message to the start of {@code out}.
   *
   * @param mtu octets of the largest packet that fits
   * @return its octets, or {@link #NO_ANSWER} (RFC 1122 §3.2.2, RFC 4443 §2.4): the caller has
   *     looked that the packet is no ICMP error and no later fragment
   */
  public static int write(byte[] packet, int offset, int length, int mtu, byte[] out) {
    return Ip.ipv4(packet, offset)
        ? ipv4(packet, offset, length, mtu, out)
        : ipv6(packet, offset, length, mtu, out);
  }

  private static int ipv4(byte[] packet, int offset, int length, int mtu, byte[] out) {
    int source = Ip.u8(packet, offset + Ip.IPV4_SOURCE);
    int destination = Ip.u8(packet, offset + Ip.IPV4_DESTINATION);
    if (source == 0 || source == 127 || source >= 224 || destination >= 224) {
      return NO_ANSWER;
    }
    int start = Ip.IPV4_HEADER_OCTETS;
    int quoted = Math.min(length, IPV4_OCTETS_MAX - start - ICMP_OCTETS);
    Ip.putInt(out, 0, 0x45c0 << 16 | (start + ICMP_OCTETS + quoted)); // internetwork control
    Ip.putInt(out, Ip.IPV4_ID, 0);
    out[Ip.IPV4_TTL] = HOP_LIMIT;
    out[Ip.IPV4_PROTOCOL] = Ip.ICMP;
    System.arraycopy(packet, offset + Ip.IPV4_DESTINATION, out, Ip.IPV4_SOURCE, 4);
    System.arraycopy(packet, offset + Ip.IPV4_SOURCE, out, Ip.IPV4_DESTINATION, 4);
    InternetChecksum.putIpv4(out, 0);
    Ip.putInt(out, start, 0x0304 << 16); // type 3, code 4
    Ip.putInt(out, start + 4, Math.min(mtu, 0xffff));
    System.arraycopy(packet, offset, out, start + ICMP_OCTETS, quoted);
    int checksum = InternetChecksum.of(out, start, ICMP_OCTETS + quoted);
    Ip.putU16(out, start + 2, checksum);
    return start + ICMP_OCTETS + quoted;
  }

  private static int ipv6(byte[] packet, int offset, int length, int mtu, byte[] out) {
    boolean multicast = Ip.u8(packet, offset + Ip.IPV6_SOURCE) == 0xff;
    boolean unspecified = InternetChecksum.sum(packet, offset + Ip.IPV6_SOURCE, 16) == 0;
    if (multicast || unspecified) {
      return NO_ANSWER;
    }
    int start = Ip.IPV6_HEADER_OCTETS;
    int quoted = Math.min(length, IPV6_MTU_MIN - start - ICMP_OCTETS);
    int octets = ICMP_OCTETS + quoted;
    Ip.putInt(out, 0, 0x6c000000); // internetwork control
    Ip.putU16(out, Ip.IPV6_LENGTH, octets);
    out[Ip.IPV6_NEXT_HEADER] = Ip.ICMPV6;
    out[Ip.IPV6_HOP_LIMIT] = HOP_LIMIT;
    System.arraycopy(packet, offset + Ip.IPV6_DESTINATION, out, Ip.IPV6_SOURCE, 16);
    System.arraycopy(packet, offset + Ip.IPV6_SOURCE, out, Ip.IPV6_DESTINATION, 16);
    Ip.putInt(out, start, 0x0200 << 16); // type 2
    Ip.putInt(out, start + 4, Math.max(mtu, IPV6_MTU_MIN));
    System.arraycopy(packet, offset, out, start + ICMP_OCTETS, quoted);
    long pseudo = (long) InternetChecksum.sum(out, Ip.IPV6_SOURCE, 32) + octets + Ip.ICMPV6;
    int checksum = ~InternetChecksum.fold(pseudo + InternetChecksum.sum(out, start, octets));
    Ip.putU16(out, start + 2, checksum);
    return start + octets;
  }
}
