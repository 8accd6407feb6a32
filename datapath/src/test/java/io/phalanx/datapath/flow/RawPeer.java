package io.phalanx.datapath.flow;

import io.phalanx.config.suite.EspSuite;
import io.phalanx.datapath.esp.EspPacket;
import io.phalanx.datapath.esp.PacketCipher;
import io.phalanx.datapath.esp.PacketCiphers;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;

/** A peer made of a socket and two ciphers, which sends under whatever number a test wants. */
final class RawPeer implements AutoCloseable {
  /** An ESP packet that came from the gateway. */
  record Received(int spi, long sequence, byte[] iv, int nextHeader, byte[] inner) {}

  final DatagramSocket socket;
  private final EspSuite suite;
  private final int gatewaySpi;
  private final int ownSpi;
  private final Random ivs = new Random(1);

  RawPeer(EspSuite suite, int gatewaySpi, int ownSpi) throws IOException {
    this(suite, gatewaySpi, ownSpi, "127.0.0.1");
  }

  RawPeer(EspSuite suite, int gatewaySpi, int ownSpi, String address) throws IOException {
    this.suite = suite;
    this.gatewaySpi = gatewaySpi;
    this.ownSpi = ownSpi;
    this.socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(address), 0));
  }

  InetSocketAddress address() {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  /** An ESP packet as the peer would send it. */
  byte[] seal(long sequence, int nextHeader, byte[] inner) {
    PacketCipher cipher =
        PacketCiphers.jdk()
            .create(
                suite,
                Suites.key(suite, gatewaySpi),
                Suites.integrityKey(suite, gatewaySpi),
                suite.extendedSequenceNumbers());
    byte[] packet = new byte[inner.length + 400];
    EspPacket.putHeader(packet, 0, gatewaySpi, sequence);
    byte[] iv = new byte[cipher.ivOctets()];
    ivs.nextBytes(iv);
    System.arraycopy(iv, 0, packet, EspPacket.IV, iv.length);
    int payload = EspPacket.IV + iv.length;
    System.arraycopy(inner, 0, packet, payload, inner.length);
    int sealed =
        EspPacket.putTrailer(packet, payload, inner.length, cipher.alignOctets(), nextHeader);
    return Arrays.copyOf(packet, cipher.seal(packet, 0, sealed, sequence));
  }

  void send(InetSocketAddress to, byte[] datagram) throws IOException {
    socket.send(new DatagramPacket(datagram, datagram.length, to));
  }

  /** Sends an IPv4 packet with {@code number} as payload. */
  void send(InetSocketAddress to, long sequence, int number) throws IOException {
    send(to, seal(sequence, 4, Packets.udp("10.2.0.1", "10.1.0.1", 7, number, 20)));
  }

  /** The next datagram as it is; empty if none comes in time. */
  Optional<byte[]> datagram(int waitMillis) throws IOException {
    DatagramPacket datagram = new DatagramPacket(new byte[65_536], 65_536);
    socket.setSoTimeout(waitMillis);
    try {
      socket.receive(datagram);
      return Optional.of(Arrays.copyOf(datagram.getData(), datagram.getLength()));
    } catch (SocketTimeoutException none) {
      return Optional.empty();
    }
  }

  /** The next ESP packet; empty if none comes in time. */
  Optional<Received> receive(int waitMillis) throws IOException {
    Optional<byte[]> datagram = datagram(waitMillis);
    if (datagram.isEmpty()) {
      return Optional.empty();
    }
    byte[] packet = datagram.get();
    PacketCipher cipher =
        PacketCiphers.jdk()
            .create(
                suite,
                Suites.key(suite, ownSpi),
                Suites.integrityKey(suite, ownSpi),
                suite.extendedSequenceNumbers());
    long sequence = Integer.toUnsignedLong(EspPacket.sequenceLow(packet, 0));
    int length = packet.length;
    byte[] iv = Arrays.copyOfRange(packet, 8, 8 + cipher.ivOctets());
    if (!cipher.open(packet, 0, length, sequence)) {
      throw new AssertionError("the gateway sent what does not open");
    }
    int payload = EspPacket.IV + cipher.ivOctets();
    int inner = EspPacket.innerLength(packet, payload, length - cipher.overheadOctets());
    return Optional.of(
        new Received(
            EspPacket.spi(packet, 0),
            sequence,
            iv,
            EspPacket.nextHeader(packet, payload, length - cipher.overheadOctets()),
            Arrays.copyOfRange(packet, payload, payload + inner)));
  }

  @Override
  public void close() {
    socket.close();
  }
}
