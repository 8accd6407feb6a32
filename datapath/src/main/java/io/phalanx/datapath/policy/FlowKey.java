package io.phalanx.datapath.policy;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * What selectors look at in an IPv4 or IPv6 packet: addresses, protocol and ports. A flyweight that
 * each packet loop fills again for each packet. IPv4 addresses are kept as IPv4-mapped ones.
 */
public final class FlowKey {
  /** A port field that is not there or not readable: a later fragment, a protocol without ports. */
  public static final int NO_PORT = -1;

  static final long MAPPED = 0xffffL << 32;

  private static final int IPV4_HEADER_OCTETS = 20;
  private static final int IPV6_HEADER_OCTETS = 40;
  private static final int EXTENSIONS_MAX = 8;
  private static final int ICMP_HEADER_OCTETS = 8;
  private static final long FRAGMENT_OF_IPV6 = 1L << 40;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  boolean ipv4;
  long sourceHigh;
  long sourceLow;
  long destinationHigh;
  long destinationLow;
  int protocol;
  int sourcePort;
  int destinationPort;
  long fragmentId; // with what else tells packets of the same addresses apart
  private int length;
  private int transportAt; // octets before the transport header
  private boolean laterFragment;
  private boolean firstFragment;

  /** The packet's own length in octets; what follows it in the buffer is padding. */
  public int length() {
    return length;
  }

  public boolean ipv4() {
    return ipv4;
  }

  /** Whether it is but a part of a packet. */
  public boolean fragment() {
    return firstFragment || laterFragment;
  }

  /** Whether it is the first of several fragments. */
  public boolean firstFragment() {
    return firstFragment;
  }

  /** Whether it is a fragment, but not the first: without ports. */
  public boolean laterFragment() {
    return laterFragment;
  }

  /** Whether an ICMP error may answer the packet (RFC 1122 §3.2.2, RFC 4443 §2.4). */
  public boolean answerable() {
    return !laterFragment && !icmpError();
  }

  /** Whether it is an ICMP message about another packet (RFC 792, RFC 4443 §2.1). */
  boolean icmpError() {
    int type = sourcePort == NO_PORT ? NO_PORT : sourcePort >> 8;
    return (protocol == 58 && type >= 0 && type < 128)
        || (protocol == 1 && (type == 3 || type == 4 || type == 5 || type == 11 || type == 12));
  }

  /**
   * Reads a packet.
   *
   * @return whether it is one: version, header lengths and total length fit what is there
   */
  public boolean parse(byte[] packet, int offset, int available) {
    return parse(packet, offset, available, true);
  }

  /**
   * Reads the packet that an ICMP message tells the fate of, with its two ends exchanged: the flow
   * that the message belongs to (RFC 4301 §6.2). What comes of it says nothing but that.
   *
   * @param of the message, as it was parsed out of {@code packet}
   * @return whether it is such a message, for the sender of the packet that it quotes
   */
  public boolean parseQuoted(FlowKey of, byte[] packet, int offset) {
    int quoted = of.transportAt + ICMP_HEADER_OCTETS;
    if (!of.tellsOfLoss()
        || quoted > of.length
        || !parse(packet, offset + quoted, of.length - quoted, false)
        || ipv4 != of.ipv4
        || icmpError()
        || sourceHigh != of.destinationHigh
        || sourceLow != of.destinationLow) {
      return false;
    }
    long high = sourceHigh;
    long low = sourceLow;
    int port = sourcePort;
    sourceHigh = destinationHigh;
    sourceLow = destinationLow;
    sourcePort = destinationPort;
    destinationHigh = high;
    destinationLow = low;
    destinationPort = port;
    return true;
  }

  /** Unreachable, too big, time exceeded, parameter problem; a redirect tells of no loss. */
  private boolean tellsOfLoss() {
    int type = sourcePort == NO_PORT ? NO_PORT : sourcePort >> 8;
    return ipv4
        ? protocol == 1 && (type == 3 || type == 11 || type == 12)
        : protocol == 58 && type >= 1 && type <= 4;
  }

  private boolean parse(byte[] packet, int offset, int available, boolean whole) {
    if (available < IPV4_HEADER_OCTETS) {
      return false;
    }
    return switch ((packet[offset] >> 4) & 0xf) {
      case 4 -> parseIpv4(packet, offset, available, whole);
      case 6 -> parseIpv6(packet, offset, available, whole);
      default -> false;
    };
  }

  private boolean parseIpv4(byte[] packet, int offset, int available, boolean whole) {
    int header = (packet[offset] & 0xf) * 4;
    int total = unsignedShort(packet, offset + 2);
    if (header < IPV4_HEADER_OCTETS || total < header || (whole ? total : header) > available) {
      return false;
    }
    ipv4 = true;
    length = Math.min(total, available);
    transportAt = header;
    sourceHigh = 0;
    sourceLow = MAPPED | Integer.toUnsignedLong((int) INT.get(packet, offset + 12));
    destinationHigh = 0;
    destinationLow = MAPPED | Integer.toUnsignedLong((int) INT.get(packet, offset + 16));
    protocol = packet[offset + 9] & 0xff;
    int fragment = unsignedShort(packet, offset + 6);
    laterFragment = (fragment & 0x1fff) != 0;
    firstFragment = (fragment & 0x3fff) == 0x2000;
    fragmentId = (long) protocol << 16 | unsignedShort(packet, offset + 4);
    if (laterFragment) {
      noPorts();
    } else {
      ports(packet, offset + header, offset + length);
    }
    return true;
  }

  private boolean parseIpv6(byte[] packet, int offset, int available, boolean whole) {
    if (available < IPV6_HEADER_OCTETS) {
      return false;
    }
    int total = IPV6_HEADER_OCTETS + unsignedShort(packet, offset + 4);
    if (whole && total > available) {
      return false;
    }
    ipv4 = false;
    laterFragment = false;
    firstFragment = false;
    length = Math.min(total, available);
    sourceHigh = (long) LONG.get(packet, offset + 8);
    sourceLow = (long) LONG.get(packet, offset + 16);
    destinationHigh = (long) LONG.get(packet, offset + 24);
    destinationLow = (long) LONG.get(packet, offset + 32);
    return extensions(packet, offset, packet[offset + 6] & 0xff);
  }

  /** Walks the extension headers (RFC 8200 §4) to the protocol that selectors mean. */
  private boolean extensions(byte[] packet, int offset, int first) {
    int end = offset + length;
    int at = offset + IPV6_HEADER_OCTETS;
    int next = first;
    for (int walked = 0; walked < EXTENSIONS_MAX; walked++) {
      int octets;
      switch (next) {
        case 0, 43, 60 -> { // hop-by-hop options, routing, destination options
          if (end - at < 8) {
            return false;
          }
          octets = ((packet[at + 1] & 0xff) + 1) * 8;
        }
        case 44 -> { // fragment
          if (end - at < 8) {
            return false;
          }
          int fragment = unsignedShort(packet, at + 2);
          if ((fragment & 0xfff9) != 0) {
            fragment(packet, at, end, (fragment & 0xfff8) != 0);
            return true;
          }
          octets = 8; // all of a packet in one fragment, RFC 6946
        }
        case 51 -> { // authentication header, RFC 4302 §2.2
          if (end - at < 12) {
            return false;
          }
          octets = ((packet[at + 1] & 0xff) + 2) * 4;
        }
        default -> {
          protocol = next;
          transportAt = at - offset;
          ports(packet, at, end);
          return true;
        }
      }
      if (octets > end - at) {
        return false;
      }
      next = packet[at] & 0xff;
      at += octets;
    }
    return false;
  }

  /**
   * Fragments show what stands right behind the fragment header and no further: where that is
   * another header, a later fragment could change what comes after it.
   */
  private void fragment(byte[] packet, int at, int end, boolean later) {
    laterFragment = later;
    firstFragment = !later;
    fragmentId = FRAGMENT_OF_IPV6 | Integer.toUnsignedLong((int) INT.get(packet, at + 4));
    protocol = packet[at] & 0xff;
    if (later) {
      noPorts();
    } else {
      transportAt = at + 8 - (end - length);
      ports(packet, at + 8, end);
    }
  }

  private void ports(byte[] packet, int at, int end) {
    switch (protocol) {
      case 6, 17, 33, 132, 136 -> { // TCP, UDP, DCCP, SCTP, UDP-Lite
        if (end - at < 4) {
          noPorts();
          return;
        }
        sourcePort = unsignedShort(packet, at);
        destinationPort = unsignedShort(packet, at + 2);
      }
      case 1, 58 -> { // ICMP: type and code as one number (RFC 4301 §4.4.1.1)
        if (end - at < 2) {
          noPorts();
          return;
        }
        sourcePort = unsignedShort(packet, at);
        destinationPort = sourcePort;
      }
      default -> noPorts();
    }
  }

  private void noPorts() {
    sourcePort = NO_PORT;
    destinationPort = NO_PORT;
  }

  private static int unsignedShort(byte[] packet, int offset) {
    return (packet[offset] & 0xff) << 8 | (packet[offset + 1] & 0xff);
  }
}
