package io.phalanx.datapath.inner;

/** The checksum of IP, TCP, UDP and ICMP (RFC 1071), and how it follows a change (RFC 1624). */
public final class InternetChecksum {
  private InternetChecksum() {}

  /** The sum of 16-bit words, folded to 16 bits; an odd octet at the end counts as the high one. */
  public static int sum(byte[] octets, int offset, int length) {
    long sum = 0;
    int end = offset + (length & ~1);
    for (int at = offset; at < end; at += 2) {
      sum += Ip.u16(octets, at);
    }
    if ((length & 1) != 0) {
      sum += (long) Ip.u8(octets, end) << 8;
    }
    return fold(sum);
  }

  /** A sum of sums in one's complement arithmetic. */
  public static int fold(long sum) {
    long folded = sum;
    while (folded >>> 16 != 0) {
      folded = (folded & 0xffff) + (folded >>> 16);
    }
    return (int) folded;
  }

  /** The checksum of octets whose checksum field is zero. */
  public static int of(byte[] octets, int offset, int length) {
    return ~sum(octets, offset, length) & 0xffff;
  }

  /** What is to be added to a checksum where words of one sum take the place of others. */
  static int change(int oldSum, int newSum) {
    return fold((~oldSum & 0xffffL) + newSum);
  }

  /** A checksum after a {@link #change} (RFC 1624 equation 3). */
  static int changed(int checksum, int change) {
    return ~fold((~checksum & 0xffffL) + change) & 0xffff;
  }

  /** Changes a 16-bit word that a checksum covers, and the checksum with it. */
  static void replace(byte[] packet, int wordAt, int value, int checksumAt) {
    int change = change(Ip.u16(packet, wordAt), value);
    Ip.putU16(packet, wordAt, value);
    Ip.putU16(packet, checksumAt, changed(Ip.u16(packet, checksumAt), change));
  }

  /** Writes the checksum of an IPv4 header. */
  public static void putIpv4(byte[] packet, int offset) {
    Ip.putU16(packet, offset + Ip.IPV4_CHECKSUM, 0);
    int octets = Ip.ipv4HeaderOctets(packet, offset);
    Ip.putU16(packet, offset + Ip.IPV4_CHECKSUM, of(packet, offset, octets));
  }
}
