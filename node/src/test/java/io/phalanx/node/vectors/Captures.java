package io.phalanx.node.vectors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads UDP payloads out of captures as other projects keep them: pcap and pcapng in both orders of
 * octets, over Ethernet, loopback or nothing, IPv4 and IPv6, whole or cut off.
 */
public final class Captures {
  private static final int PCAP_MICROS = 0xa1b2c3d4;
  private static final int PCAPNG_SECTION = 0x0a0d0d0a;
  private static final int PCAPNG_ORDER = 0x1a2b3c4d;
  private static final int PCAPNG_INTERFACE = 1;
  private static final int PCAPNG_PACKET = 6;
  private static final int LINK_LOOPBACK = 0;
  private static final int LINK_ETHERNET = 1;
  private static final int UDP = 17;

  /** What is left of a UDP datagram. */
  public record Datagram(int sourcePort, int targetPort, byte[] payload) {}

  private final ByteBuffer file;
  private final List<Datagram> found = new ArrayList<>();

  private Captures(byte[] file) {
    this.file = ByteBuffer.wrap(file);
  }

  public static List<Datagram> read(Path path) throws IOException {
    Captures captures = new Captures(Files.readAllBytes(path));
    if (captures.file.getInt(0) == PCAPNG_SECTION) {
      captures.readBlocks();
    } else {
      captures.readRecords();
    }
    return captures.found;
  }

  private void readRecords() {
    if (file.getInt(0) != PCAP_MICROS) {
      file.order(ByteOrder.LITTLE_ENDIAN);
    }
    int link = file.getInt(20);
    int at = 24;
    while (at + 16 <= file.limit()) {
      int captured = Math.min(file.getInt(at + 8), file.limit() - at - 16);
      frame(link, at + 16, captured);
      at += 16 + captured;
    }
  }

  private void readBlocks() {
    file.order(file.getInt(8) == PCAPNG_ORDER ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    int link = LINK_ETHERNET;
    int at = 0;
    while (at + 12 <= file.limit()) {
      switch (file.getInt(at)) {
        case PCAPNG_INTERFACE -> link = file.getShort(at + 8);
        case PCAPNG_PACKET -> frame(link, at + 28, file.getInt(at + 20));
        default -> {}
      }
      at += file.getInt(at + 4);
    }
  }

  private void frame(int link, int at, int octets) {
    int header =
        switch (link) {
          case LINK_ETHERNET -> 14;
          case LINK_LOOPBACK -> 4;
          default -> 0;
        };
    if (octets > header) {
      packet(Arrays.copyOfRange(file.array(), at + header, at + octets));
    }
  }

  private void packet(byte[] packet) {
    boolean four = (packet[0] & 0xf0) == 0x40;
    int protocolAt = four ? 9 : 6;
    int header = four ? (packet[0] & 0x0f) * 4 : 40;
    if (packet.length < header + 8 || packet[protocolAt] != UDP) {
      return;
    }
    ByteBuffer udp = ByteBuffer.wrap(packet, header, packet.length - header).slice();
    int end = Math.clamp(udp.getShort(4) & 0xffff, 8, udp.limit());
    byte[] payload = new byte[end - 8];
    udp.get(8, payload);
    found.add(new Datagram(udp.getShort(0) & 0xffff, udp.getShort(2) & 0xffff, payload));
  }
}
