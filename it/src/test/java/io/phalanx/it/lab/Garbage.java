package io.phalanx.it.lab;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code Garbage udp|tcp ADDRESS PORT COUNT} sends what does not belong there; {@code Garbage
 * critical ADDRESS PORT} sends an IKE_SA_INIT with an unknown critical payload and prints the type
 * of the notify that comes back. The same octets at every run.
 */
public final class Garbage {
  private static final int OVERSIZED_OCTETS = 65_000;
  private static final int IKE_SA_INIT = 34;
  private static final int PAYLOAD_NOTIFY = 41;
  private static final int PAYLOAD_UNKNOWN = 200;
  private static final int FLAG_INITIATOR = 0x08;
  private static final int HEADER_OCTETS = 28;
  private static final int TIMEOUT_MILLIS = 3000;

  private Garbage() {}

  public static void main(String[] arguments) throws IOException {
    InetSocketAddress target =
        new InetSocketAddress(InetAddress.ofLiteral(arguments[1]), Integer.parseInt(arguments[2]));
    switch (arguments[0]) {
      case "udp" -> udp(target, Integer.parseInt(arguments[3]));
      case "tcp" -> tcp(target, Integer.parseInt(arguments[3]));
      case "critical" -> critical(target);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static void udp(InetSocketAddress target, int count) throws IOException {
    Random random = new Random(target.getPort());
    try (DatagramSocket socket = new DatagramSocket()) {
      for (int index = 0; index < count; index++) {
        byte[] octets = octets(index, random);
        socket.send(new DatagramPacket(octets, octets.length, target));
        LockSupport.parkNanos(100_000);
      }
    }
  }

  /** In turn: random, a header alone, a header that lies about the length, truncated, oversized. */
  private static byte[] octets(int index, Random random) {
    int kind = index % 8;
    byte[] octets =
        new byte
            [switch (kind) {
              case 0 -> random.nextInt(1, 40);
              case 1 -> HEADER_OCTETS;
              case 2 -> random.nextInt(HEADER_OCTETS + 4);
              case 3 -> index % 64 == 3 ? OVERSIZED_OCTETS : 1400;
              default -> random.nextInt(HEADER_OCTETS, 600);
            }];
    random.nextBytes(octets);
    if (kind != 0 && octets.length >= HEADER_OCTETS) {
      int marker = random.nextBoolean() && octets.length >= HEADER_OCTETS + 4 ? 4 : 0;
      ByteBuffer header = ByteBuffer.wrap(octets);
      if (marker > 0) {
        header.putInt(0, 0);
      }
      header.putLong(marker + 8, kind % 2 == 0 ? 0 : random.nextLong());
      header.put(marker + 16, (byte) (kind == 5 ? 33 : random.nextInt(256)));
      header.put(marker + 17, (byte) 0x20);
      header.put(marker + 18, (byte) (IKE_SA_INIT + random.nextInt(4)));
      header.put(marker + 19, (byte) FLAG_INITIATOR);
      header.putInt(marker + 20, random.nextInt(3));
      header.putInt(marker + 24, kind == 4 ? Integer.MAX_VALUE : octets.length - marker);
    }
    return octets;
  }

  private static void tcp(InetSocketAddress target, int count) {
    Random random = new Random(target.getPort());
    for (int index = 0; index < count; index++) {
      byte[] octets = new byte[random.nextInt(1, 4000)];
      random.nextBytes(octets);
      try (Socket socket = new Socket(target.getAddress(), target.getPort())) {
        socket.getOutputStream().write(octets);
        socket.getOutputStream().flush();
      } catch (IOException refused) {
        // Closed on us in the middle: as it should be.
        Thread.onSpinWait();
      }
    }
  }

  private static void critical(InetSocketAddress target) throws IOException {
    ByteBuffer message = ByteBuffer.allocate(HEADER_OCTETS + 8);
    message.putLong(0x0123456789abcdefL).putLong(0);
    message.put((byte) PAYLOAD_UNKNOWN).put((byte) 0x20);
    message.put((byte) IKE_SA_INIT).put((byte) FLAG_INITIATOR);
    message.putInt(0).putInt(message.capacity());
    message.put((byte) 0).put((byte) 0x80).putShort((short) 8).putInt(42);
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.send(new DatagramPacket(message.array(), message.capacity(), target));
      DatagramPacket answer = new DatagramPacket(new byte[2048], 2048);
      socket.receive(answer);
      ByteBuffer octets = ByteBuffer.wrap(answer.getData(), 0, answer.getLength());
      boolean notify = octets.get(16) == PAYLOAD_NOTIFY;
      System.out.println(
          notify ? "notify " + octets.getShort(HEADER_OCTETS + 6) : "no notify first");
    } catch (SocketTimeoutException silence) {
      System.out.println("silence");
    }
  }
}
