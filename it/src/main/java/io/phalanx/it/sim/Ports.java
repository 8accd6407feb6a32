package io.phalanx.it.sim;

import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.datapath.udp.DatagramPorts;
import java.net.InetSocketAddress;
import java.util.Arrays;

/** UDP ports 500 and 4500 on a wire of the simulation. */
final class Ports implements DatagramPorts {
  static final int IKE_PORT = 500;
  static final int NAT_PORT = 4500;
  private static final int MARKER_OCTETS = 4; // RFC 3948 §2.2

  /** Takes what was sent. */
  interface Wire {
    void ike(InetSocketAddress to, boolean natPort, byte[] message, byte[] wire);

    void esp(InetSocketAddress to, byte[] packet);
  }

  private final Wire wire;

  Ports(Wire wire) {
    this.wire = wire;
  }

  @Override
  public int ikePort() {
    return IKE_PORT;
  }

  @Override
  public int natPort() {
    return NAT_PORT;
  }

  @Override
  public int listenFor(PeerPath path) {
    return 0;
  }

  @Override
  public boolean write(int loop, int listen, InetSocketAddress peer, byte[] packet, int length) {
    wire.esp(peer, Arrays.copyOf(packet, length));
    return true;
  }

  @Override
  public void flush(int loop, int listen) {}

  @Override
  public boolean canMark() {
    return false;
  }

  @Override
  public boolean sendMarked(
      int loop, int listen, InetSocketAddress peer, byte[] packet, int length, int trafficClass) {
    return write(loop, listen, peer, packet, length);
  }

  @Override
  public boolean sendIke(UdpDatagram datagram) {
    byte[] message = datagram.payload();
    byte[] octets = message;
    if (datagram.natPort()) {
      octets = new byte[MARKER_OCTETS + message.length];
      System.arraycopy(message, 0, octets, MARKER_OCTETS, message.length);
    }
    wire.ike(datagram.peer(), datagram.natPort(), message, octets);
    return true;
  }

  @Override
  public boolean sendKeepalive(PeerPath path) {
    return true;
  }

  @Override
  public void close() {}
}
