package io.phalanx.it.lab;

import io.phalanx.it.analysis.Arrivals;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code UdpProbe ADDRESS PORT INTERVAL-MICROSECONDS}: numbered datagrams to an echo server until
 * the input ends; then waits a second for stragglers and prints what came of them.
 */
public final class UdpProbe {
  private static final int PACKET_OCTETS = 64;
  private static volatile boolean sending = true;

  private UdpProbe() {}

  public static void main(String[] arguments) throws Exception {
    InetAddress address = InetAddress.ofLiteral(arguments[0]);
    int port = Integer.parseInt(arguments[1]);
    long intervalNanos = Long.parseLong(arguments[2]) * 1000;
    Arrivals arrivals = new Arrivals();
    try (DatagramSocket socket = new DatagramSocket()) {
      Thread.ofPlatform().daemon().start(() -> receive(socket, arrivals));
      Thread sender =
          Thread.ofPlatform()
              .daemon()
              .start(() -> send(socket, arrivals, address, port, intervalNanos));
      while (System.in.read() >= 0) {
        Thread.onSpinWait();
      }
      sending = false;
      sender.join();
      Thread.sleep(1000);
    }
    System.out.printf(
        "sent %d received %d duplicated %d longestGapMs %d%n",
        arrivals.sent(),
        arrivals.arrived(),
        arrivals.duplicated(),
        arrivals.longestGapNanos() / 1_000_000);
  }

  private static void send(
      DatagramSocket socket, Arrivals arrivals, InetAddress address, int port, long interval) {
    long due = System.nanoTime();
    while (sending) {
      byte[] octets = new byte[PACKET_OCTETS];
      ByteBuffer.wrap(octets).putInt(arrivals.nextNumber());
      try {
        socket.send(new DatagramPacket(octets, octets.length, address, port));
      } catch (IOException lost) {
        // No route at the moment: a lost packet, and counted as one.
        Thread.onSpinWait();
      }
      due = Math.max(due + interval, System.nanoTime() - 20 * interval);
      LockSupport.parkNanos(due - System.nanoTime());
    }
  }

  private static void receive(DatagramSocket socket, Arrivals arrivals) {
    DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
    while (!socket.isClosed()) {
      try {
        packet.setLength(2048);
        socket.receive(packet);
        arrivals.arrived(ByteBuffer.wrap(packet.getData()).getInt(), System.nanoTime());
      } catch (SocketException closed) {
        return;
      } catch (IOException refused) {
        Thread.onSpinWait();
      }
    }
  }
}
