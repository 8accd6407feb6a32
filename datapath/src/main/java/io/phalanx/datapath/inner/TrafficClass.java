package io.phalanx.datapath.inner;

/** DSCP (RFC 2474) and ECN (RFC 3168) of a packet: one octet, wherever the header has it. */
public final class TrafficClass {
  public static final int ECN = 0x03;
  public static final int DSCP = 0xfc;

  private TrafficClass() {}

  public static int of(byte[] packet, int offset) {
    return Ip.ipv4(packet, offset)
        ? Ip.u8(packet, offset + Ip.IPV4_TOS)
        : Ip.u16(packet, offset) >> 4 & 0xff;
  }

  /** Changes it in place, with the checksum of IPv4. */
  public static void put(byte[] packet, int offset, int value) {
    int word = Ip.u16(packet, offset);
    if (Ip.ipv4(packet, offset)) {
      InternetChecksum.replace(packet, offset, (word & 0xff00) | value, offset + Ip.IPV4_CHECKSUM);
    } else {
      Ip.putU16(packet, offset, (word & 0xf00f) | value << 4);
    }
  }
}
