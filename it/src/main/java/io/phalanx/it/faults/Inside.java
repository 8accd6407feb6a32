package io.phalanx.it.faults;

import io.phalanx.it.analysis.ProbePacket;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The host behind the gateway: sends every numbered packet back, through the member by which it
 * came while that one is in the balancer, else through another.
 */
final class Inside implements AutoCloseable {
  private static final int SOCKET_BUFFER_OCTETS = 4 << 20;

  private final DatagramSocket socket;
  private final UnaryOperator<SocketAddress> route;

  /**
   * @param route from the clear side of a member to that of the one to send through now
   */
  Inside(UnaryOperator<SocketAddress> route) throws IOException {
    this.route = route;
    this.socket = new DatagramSocket(new InetSocketAddress(Ground.INSIDE, Ground.CLEAR_PORT));
    socket.setReceiveBufferSize(SOCKET_BUFFER_OCTETS);
    socket.setSendBufferSize(SOCKET_BUFFER_OCTETS);
    Thread.ofPlatform().daemon().name("inside").start(this::echo);
  }

  private void echo() {
    byte[] buffer = new byte[2048];
    DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
    while (!socket.isClosed()) {
      try {
        packet.setLength(buffer.length);
        socket.receive(packet);
        Optional<ProbePacket> probe =
            ProbePacket.decode(ByteBuffer.wrap(buffer, 0, packet.getLength()));
        if (probe.isPresent()) {
          byte[] back = turned(probe.get()).encode(packet.getLength());
          socket.send(
              new DatagramPacket(back, back.length, route.apply(packet.getSocketAddress())));
        }
      } catch (IOException closedOrRefused) {
        // A member that is gone refuses: the packet counts as lost, as it is.
        Thread.onSpinWait();
      }
    }
  }

  private static ProbePacket turned(ProbePacket probe) {
    return new ProbePacket(
        /* source= */ probe.target(),
        /* target= */ probe.source(),
        probe.direction(),
        probe.number());
  }

  @Override
  public void close() {
    socket.close();
  }
}
