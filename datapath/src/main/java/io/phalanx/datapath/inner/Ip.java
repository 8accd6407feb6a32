package io.phalanx.datapath.inner;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Where things are in IPv4 (RFC 791) and IPv6 (RFC 8200) headers; protocol numbers of IANA. */
public final class Ip {
  public static final int IPV4_HEADER_OCTETS = 20;
  public static final int IPV6_HEADER_OCTETS = 40;

  public static final int IPV4_TOS = 1;
  public static final int IPV4_LENGTH = 2;
  public static final int IPV4_ID = 4;
  public static final int IPV4_FRAGMENT = 6;
  public static final int IPV4_TTL = 8;
  public static final int IPV4_PROTOCOL = 9;
  public static final int IPV4_CHECKSUM = 10;
  public static final int IPV4_SOURCE = 12;
  public static final int IPV4_DESTINATION = 16;
  public static final int IPV6_LENGTH = 4;
  public static final int IPV6_NEXT_HEADER = 6;
  public static final int IPV6_HOP_LIMIT = 7;
  public static final int IPV6_SOURCE = 8;
  public static final int IPV6_DESTINATION = 24;

  public static final int DONT_FRAGMENT = 0x4000;
  public static final int MORE_FRAGMENTS = 0x2000;
  public static final int FRAGMENT_OFFSET = 0x1fff;

  public static final int HOP_BY_HOP = 0;
  public static final int ICMP = 1;
  public static final int TCP = 6;
  public static final int UDP = 17;
  public static final int DCCP = 33;
  public static final int ROUTING = 43;
  public static final int FRAGMENT = 44;
  public static final int ICMPV6 = 58;
  public static final int UDP_LITE = 136;

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private Ip() {}

  public static boolean ipv4(byte[] packet, int offset) {
    return (packet[offset] & 0xf0) == 0x40;
  }

  /** Octets of an IPv4 header with its options. */
  public static int ipv4HeaderOctets(byte[] packet, int offset) {
    return (packet[offset] & 0xf) * 4;
  }

  public static int u8(byte[] packet, int at) {
    return packet[at] & 0xff;
  }

  public static int u16(byte[] packet, int at) {
    return Short.toUnsignedInt((short) SHORT.get(packet, at));
  }

  public static void putU16(byte[] packet, int at, int value) {
    SHORT.set(packet, at, (short) value);
  }

  public static void putInt(byte[] packet, int at, int value) {
    INT.set(packet, at, value);
  }
}
