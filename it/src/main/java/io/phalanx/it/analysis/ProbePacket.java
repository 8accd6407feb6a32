package io.phalanx.it.analysis;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A numbered IPv4/UDP packet, as traffic for a tunnel.
 *
 * <pre>
 *   IPv4 header (20) | UDP header (8) | magic (4) | direction (4) | number (4) | padding
 * </pre>
 *
 * @param direction tells the streams apart
 */
public record ProbePacket(InetAddress source, InetAddress target, int direction, int number) {
  private static final int MAGIC = 0x50484c58;
  private static final int IP_OCTETS = 20;
  private static final int UDP_OCTETS = 8;
  private static final int PORT = 7;
  private static final int PROTOCOL_UDP = 17;
  private static final int TIME_TO_LIVE = 64;

  public ProbePacket {
    if (!(source instanceof Inet4Address) || !(target instanceof Inet4Address)) {
      throw new IllegalArgumentException("IPv4 only");
    }
  }

  /**
   * @param octets whole length, at least 40
   */
  public byte[] encode(int octets) {
    ByteBuffer packet = ByteBuffer.allocate(octets);
    packet.put((byte) 0x45).put((byte) 0).putShort((short) octets);
    packet.putShort((short) number).putShort((short) 0x4000);
    packet.put((byte) TIME_TO_LIVE).put((byte) PROTOCOL_UDP).putShort((short) 0);
    packet.put(source.getAddress()).put(target.getAddress());
    packet.putShort(10, checksum(packet));
    // A UDP checksum of 0 says that there is none (RFC 768).
    packet.putShort((short) PORT).putShort((short) PORT);
    packet.putShort((short) (octets - IP_OCTETS)).putShort((short) 0);
    packet.putInt(MAGIC).putInt(direction).putInt(number);
    return packet.array();
  }

  /** Empty for a packet that is not ours. */
  public static Optional<ProbePacket> decode(ByteBuffer octets) {
    ByteBuffer packet = octets.slice();
    int header = IP_OCTETS + UDP_OCTETS;
    if (packet.remaining() < header + 12
        || packet.get(0) != 0x45
        || packet.get(9) != PROTOCOL_UDP
        || packet.getInt(header) != MAGIC
        || packet.getInt(header + 8) < 0) {
      return Optional.empty();
    }
    return Optional.of(
        new ProbePacket(
            address(packet, 12),
            address(packet, 16),
            packet.getInt(header + 4),
            packet.getInt(header + 8)));
  }

  /** RFC 1071, over the IPv4 header. */
  private static short checksum(ByteBuffer packet) {
    int sum = 0;
    for (int at = 0; at < IP_OCTETS; at += 2) {
      sum += packet.getShort(at) & 0xffff;
    }
    while (sum > 0xffff) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (short) ~sum;
  }

  private static InetAddress address(ByteBuffer packet, int at) {
    byte[] octets = new byte[4];
    packet.get(at, octets);
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException impossible) {
      throw new AssertionError("four octets are an address", impossible);
    }
  }
}
