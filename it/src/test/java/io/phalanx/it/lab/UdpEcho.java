package io.phalanx.it.lab;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;

/** {@code UdpEcho PORT}: sends every datagram back, until it is killed. */
public final class UdpEcho {
  private UdpEcho() {}

  public static void main(String[] arguments) throws IOException {
    try (DatagramSocket socket = new DatagramSocket(Integer.parseInt(arguments[0]))) {
      socket.setReceiveBufferSize(4 << 20);
      DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
      System.out.println("listening");
      while (true) {
        packet.setLength(2048);
        socket.receive(packet);
        socket.send(packet);
      }
    }
  }
}
