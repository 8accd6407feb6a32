package io.phalanx.it.lab;

import io.phalanx.it.analysis.Pcap;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code Replayer CAPTURE FROM PORT TO...}: sends every captured datagram that came from an address
 * and went to a port once more to each of the targets; prints how many those were.
 */
public final class Replayer {
  private static final long INTERVAL_NANOS = 200_000;

  private Replayer() {}

  public static void main(String[] arguments) throws Exception {
    InetAddress from = InetAddress.ofLiteral(arguments[1]);
    int port = Integer.parseInt(arguments[2]);
    int count = 0;
    try (DatagramSocket socket = new DatagramSocket()) {
      for (Pcap.Udp udp : Pcap.read(Path.of(arguments[0]))) {
        if (!udp.source().getAddress().equals(from)
            || udp.target().getPort() != port
            || !udp.whole()) {
          continue;
        }
        for (int target = 3; target < arguments.length; target++) {
          socket.send(
              new DatagramPacket(
                  udp.payload(), udp.length(), InetAddress.ofLiteral(arguments[target]), port));
          LockSupport.parkNanos(INTERVAL_NANOS);
        }
        count++;
      }
    }
    System.out.println("replayed " + count);
  }
}
