package io.phalanx.node.runtime;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;

/** The little that is needed of an inner packet to find its SA: where it goes. */
final class InnerPacket {
  private static final int IPV4_DESTINATION = 16;
  private static final int IPV6_DESTINATION = 24;

  private InnerPacket() {}

  /** The destination; empty for what is neither IPv4 nor IPv6, or cut short. */
  static Optional<InetAddress> destination(byte[] packet) {
    return switch (packet.length == 0 ? 0 : packet[0] >> 4 & 0xF) {
      case 4 -> address(packet, IPV4_DESTINATION, 4);
      case 6 -> address(packet, IPV6_DESTINATION, 16);
      default -> Optional.empty();
    };
  }

  private static Optional<InetAddress> address(byte[] packet, int offset, int octets) {
    if (packet.length < offset + octets) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          InetAddress.getByAddress(Arrays.copyOfRange(packet, offset, offset + octets)));
    } catch (UnknownHostException impossible) {
      throw new AssertionError("an address has 4 or 16 octets", impossible);
    }
  }
}
