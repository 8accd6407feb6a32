package io.phalanx.datapath.policy;

import io.phalanx.config.net.TrafficSelector;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A traffic selector in the form that the packet path compares: addresses as two longs, IPv4 ones
 * mapped.
 */
public final class Selector {
  private final boolean ipv4;
  private final long startHigh;
  private final long startLow;
  private final long endHigh;
  private final long endLow;
  private final int protocol;
  private final int startPort;
  private final int endPort;
  private final int addressBits;
  private final int specificity;

  private Selector(TrafficSelector selector) {
    ipv4 = selector.ipv4();
    startHigh = high(selector.start());
    startLow = low(selector.start());
    endHigh = high(selector.end());
    endLow = low(selector.end());
    protocol = selector.protocol();
    startPort = selector.startPort();
    endPort = selector.endPort();
    addressBits = commonBits();
    int portBits = Integer.numberOfLeadingZeros(Math.max(0, endPort - startPort)) - 16;
    specificity = addressBits * 64 + (protocol == 0 ? 0 : 32) + portBits;
  }

  public static Selector of(TrafficSelector selector) {
    return new Selector(selector);
  }

  public static Selector[] of(List<TrafficSelector> selectors) {
    return selectors.stream().map(Selector::new).toArray(Selector[]::new);
  }

  /** Whether the sender of a packet is inside one of the selectors. */
  public static boolean anyCoversSource(Selector[] selectors, FlowKey packet) {
    for (Selector selector : selectors) {
      if (selector.covers(packet, packet.sourceHigh, packet.sourceLow, packet.sourcePort)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the receiver of a packet is inside one of the selectors. */
  public static boolean anyCoversDestination(Selector[] selectors, FlowKey packet) {
    for (Selector selector : selectors) {
      if (selector.coversDestination(packet)) {
        return true;
      }
    }
    return false;
  }

  /** Whether one of them looks at ports, which later fragments do not show. */
  public static boolean anyNeedsPorts(Selector[] selectors) {
    for (Selector selector : selectors) {
      if (!selector.coversPort(FlowKey.NO_PORT)) {
        return true;
      }
    }
    return false;
  }

  boolean coversDestination(FlowKey packet) {
    return covers(packet, packet.destinationHigh, packet.destinationLow, packet.destinationPort);
  }

  private boolean covers(FlowKey packet, long high, long low, int port) {
    return packet.ipv4 == ipv4
        && (protocol == 0 || protocol == packet.protocol)
        && atMost(startHigh, startLow, high, low)
        && atMost(high, low, endHigh, endLow)
        && coversPort(port);
  }

  /**
   * A packet without readable ports is inside only where ports do not matter, or where the selector
   * asks for just such packets: OPAQUE, start 65535 and end 0 (RFC 7296 §3.13.1).
   */
  private boolean coversPort(int port) {
    if (port == FlowKey.NO_PORT) {
      return (startPort == 0 && endPort == 65535) || (startPort == 65535 && endPort == 0);
    }
    return port >= startPort && port <= endPort;
  }

  /**
   * The length of the prefix (0..128, IPv4 as mapped) that this range of addresses is, or -1 where
   * it is none.
   */
  int prefixBits() {
    int bits = addressBits;
    boolean block =
        startHigh == masked(startHigh, bits, 0)
            && startLow == masked(startLow, bits, 64)
            && endHigh == (startHigh | ~maskOf(bits, 0))
            && endLow == (startLow | ~maskOf(bits, 64));
    return block ? bits : -1;
  }

  private int commonBits() {
    return startHigh != endHigh
        ? Long.numberOfLeadingZeros(startHigh ^ endHigh)
        : 64 + Long.numberOfLeadingZeros(startLow ^ endLow);
  }

  /** Bits that all addresses of the range have in common. */
  int addressBits() {
    return addressBits;
  }

  /** Larger for less: by addresses first, then by protocol, then by ports. */
  int specificity() {
    return specificity;
  }

  long startHigh() {
    return startHigh;
  }

  long startLow() {
    return startLow;
  }

  /** A half of an address with all bits beyond a prefix cleared; {@code base} 0 or 64. */
  static long masked(long half, int bits, int base) {
    return half & maskOf(bits, base);
  }

  private static long maskOf(int bits, int base) {
    int here = Math.clamp(bits - base, 0, 64);
    return here == 0 ? 0 : -1L << (64 - here);
  }

  private static boolean atMost(long leftHigh, long leftLow, long rightHigh, long rightLow) {
    int high = Long.compareUnsigned(leftHigh, rightHigh);
    return high < 0 || (high == 0 && Long.compareUnsigned(leftLow, rightLow) <= 0);
  }

  private static long high(InetAddress address) {
    byte[] octets = address.getAddress();
    return octets.length == 4 ? 0 : ByteBuffer.wrap(octets).getLong();
  }

  private static long low(InetAddress address) {
    byte[] octets = address.getAddress();
    return octets.length == 4
        ? FlowKey.MAPPED | Integer.toUnsignedLong(ByteBuffer.wrap(octets).getInt())
        : ByteBuffer.wrap(octets).getLong(8);
  }
}
