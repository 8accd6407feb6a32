package io.phalanx.datapath.inner;

/** Lowers the segment size that a TCP connection is opened with (RFC 9293 §3.7.1). */
public final class SegmentSize {
  private static final int TCP_HEADER_OCTETS = 20;
  private static final int TCP_OFFSET = 12;
  private static final int TCP_FLAGS = 13;
  private static final int TCP_CHECKSUM = 16;
  private static final int SYN = 0x02;
  private static final int OPTION_END = 0;
  private static final int OPTION_NONE = 1;
  private static final int OPTION_MSS = 2;
  private static final int OPTION_MSS_OCTETS = 4;

  private SegmentSize() {}

  /**
   * Changes the packet in place if it is a SYN with a larger size.
   *
   * @param packetOctetsMax the largest packet that fits
   */
  public static void clamp(byte[] packet, int offset, int length, int packetOctetsMax) {
    boolean ipv4 = Ip.ipv4(packet, offset);
    int protocol = Ip.u8(packet, offset + (ipv4 ? Ip.IPV4_PROTOCOL : Ip.IPV6_NEXT_HEADER));
    if (protocol != Ip.TCP
        || (ipv4 && (Ip.u16(packet, offset + Ip.IPV4_FRAGMENT) & Ip.FRAGMENT_OFFSET) != 0)) {
      return;
    }
    int header = ipv4 ? Ip.ipv4HeaderOctets(packet, offset) : Ip.IPV6_HEADER_OCTETS;
    int tcp = offset + header;
    int end = offset + length;
    if (end - tcp < TCP_HEADER_OCTETS || (packet[tcp + TCP_FLAGS] & SYN) == 0) {
      return;
    }
    int usualHeader = ipv4 ? Ip.IPV4_HEADER_OCTETS : Ip.IPV6_HEADER_OCTETS;
    int sizeMax = packetOctetsMax - usualHeader - TCP_HEADER_OCTETS;
    int optionsEnd = Math.min(end, tcp + (Ip.u8(packet, tcp + TCP_OFFSET) >> 4) * 4);
    int option = find(packet, tcp + TCP_HEADER_OCTETS, optionsEnd);
    if (option >= 0 && Ip.u16(packet, option + 2) > sizeMax) {
      put(packet, tcp, option + 2, sizeMax);
    }
  }

  /** Where the option is, or -1. */
  private static int find(byte[] packet, int from, int end) {
    int at = from;
    while (at < end && packet[at] != OPTION_END) {
      if (packet[at] == OPTION_NONE) {
        at++;
        continue;
      }
      int octets = at + 1 < end ? Ip.u8(packet, at + 1) : 0;
      if (octets < 2 || octets > end - at) {
        return -1;
      }
      if (packet[at] == OPTION_MSS) {
        return octets == OPTION_MSS_OCTETS ? at : -1;
      }
      at += octets;
    }
    return -1;
  }

  private static void put(byte[] packet, int tcp, int at, int size) {
    int change = InternetChecksum.change(Ip.u16(packet, at), size);
    if (((at - tcp) & 1) != 0) {
      change = Short.toUnsignedInt(Short.reverseBytes((short) change)); // RFC 1071 §2 (B)
    }
    Ip.putU16(packet, at, size);
    int checksum = Ip.u16(packet, tcp + TCP_CHECKSUM);
    Ip.putU16(packet, tcp + TCP_CHECKSUM, InternetChecksum.changed(checksum, change));
  }
}
