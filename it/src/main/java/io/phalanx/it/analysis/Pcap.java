package io.phalanx.it.analysis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads UDP over IPv4 out of a capture file in the classic pcap format with Ethernet frames, as
 * {@code tcpdump -w} writes it. IP fragments and other protocols are passed over; a record that is
 * cut off at the end of the file ends it.
 */
public final class Pcap {
  private static final int FILE_HEADER_OCTETS = 24;
  private static final int RECORD_HEADER_OCTETS = 16;
  private static final int MAGIC_MICROS = 0xa1b2c3d4;
  private static final int MAGIC_NANOS = 0xa1b23c4d;
  private static final int LINK_ETHERNET = 1;
  private static final int ETHERNET_OCTETS = 14;
  private static final int ETHERTYPE_IPV4 = 0x0800;
  private static final int UDP_OCTETS = 8;

  /**
   * A captured datagram.
   *
   * @param payload what the snapshot length has left of it
   * @param length octets that it had on the wire
   */
  public record Udp(
      long timeNanos,
      InetSocketAddress source,
      InetSocketAddress target,
      byte[] payload,
      int length) {
    public boolean whole() {
      return payload.length == length;
    }
  }

  private Pcap() {}

  /**
   * @throws IOException if the file cannot be read or is of another format
   */
  public static List<Udp> read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      return read(channel.map(MapMode.READ_ONLY, 0, channel.size()));
    }
  }

  static List<Udp> read(ByteBuffer file) throws IOException {
    if (file.remaining() < FILE_HEADER_OCTETS) {
      throw new IOException("not a capture file: too short");
    }
    if (!isMagic(file.getInt(0))) {
      file.order(ByteOrder.LITTLE_ENDIAN);
    }
    if (!isMagic(file.getInt(0)) || file.getInt(20) != LINK_ETHERNET) {
      throw new IOException("not a pcap file with Ethernet frames");
    }
    long fractionNanos = file.getInt(0) == MAGIC_NANOS ? 1 : 1000;
    List<Udp> datagrams = new ArrayList<>();
    int at = FILE_HEADER_OCTETS;
    while (at + RECORD_HEADER_OCTETS <= file.limit()) {
      int captured = file.getInt(at + 8);
      long time =
          Integer.toUnsignedLong(file.getInt(at)) * 1_000_000_000L
              + Integer.toUnsignedLong(file.getInt(at + 4)) * fractionNanos;
      int frame = at + RECORD_HEADER_OCTETS;
      if (captured < 0 || captured > file.limit() - frame) {
        break;
      }
      udp(time, file.slice(frame, captured).order(ByteOrder.BIG_ENDIAN)).ifPresent(datagrams::add);
      at = frame + captured;
    }
    return datagrams;
  }

  private static boolean isMagic(int value) {
    return value == MAGIC_MICROS || value == MAGIC_NANOS;
  }

  private static Optional<Udp> udp(long timeNanos, ByteBuffer frame) throws IOException {
    if (frame.limit() < ETHERNET_OCTETS + 20 + UDP_OCTETS
        || (frame.getShort(12) & 0xffff) != ETHERTYPE_IPV4) {
      return Optional.empty();
    }
    ByteBuffer ip = frame.slice(ETHERNET_OCTETS, frame.limit() - ETHERNET_OCTETS);
    int header = (ip.get(0) & 0x0f) * 4;
    boolean fragment = (ip.getShort(6) & 0x3fff) != 0;
    if (ip.get(9) != 17 || fragment || ip.limit() < header + UDP_OCTETS) {
      return Optional.empty();
    }
    int length = (ip.getShort(header + 4) & 0xffff) - UDP_OCTETS;
    int from = header + UDP_OCTETS;
    if (length < 0) {
      return Optional.empty();
    }
    byte[] payload = new byte[Math.min(length, ip.limit() - from)];
    ip.get(from, payload);
    return Optional.of(
        new Udp(
            timeNanos, endpoint(ip, 12, header), endpoint(ip, 16, header + 2), payload, length));
  }

  private static InetSocketAddress endpoint(ByteBuffer ip, int address, int port)
      throws IOException {
    byte[] octets = new byte[4];
    ip.get(address, octets);
    return new InetSocketAddress(InetAddress.getByAddress(octets), ip.getShort(port) & 0xffff);
  }
}
