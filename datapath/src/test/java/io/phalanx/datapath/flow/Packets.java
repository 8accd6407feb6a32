package io.phalanx.datapath.flow;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/** Inner packets for tests. */
final class Packets {
  private Packets() {}

  /** A UDP packet with a number in its payload; checksums are left 0, nobody here looks at them. */
  static byte[] udp(String source, String destination, int port, int number, int payloadOctets) {
    byte[] from = InetAddress.ofLiteral(source).getAddress();
    byte[] to = InetAddress.ofLiteral(destination).getAddress();
    int udpOctets = 8 + Math.max(payloadOctets, 4);
    ByteBuffer packet = ByteBuffer.allocate((from.length == 4 ? 20 : 40) + udpOctets);
    if (from.length == 4) {
      packet.put((byte) 0x45).put((byte) 0).putShort((short) packet.capacity());
      packet.putInt(0).put((byte) 64).put((byte) 17).putShort((short) 0);
    } else {
      packet.putInt(0x60000000).putShort((short) udpOctets).put((byte) 17).put((byte) 64);
    }
    packet.put(from).put(to);
    packet.putShort((short) port).putShort((short) port).putShort((short) udpOctets);
    packet.putShort((short) 0).putInt(number);
    return packet.array();
  }

  /** The number that {@link #udp} has put in. */
  static int number(byte[] packet) {
    int header = (packet[0] >> 4) == 4 ? 20 : 40;
    return ByteBuffer.wrap(packet).getInt(header + 8);
  }
}
