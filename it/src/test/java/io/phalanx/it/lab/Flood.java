package io.phalanx.it.lab;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code Flood ADDRESS PORT INTERVAL-MICROSECONDS}: IKE_SA_INIT requests that are in order, each
 * for another IKE SA, and none goes on with what is answered; until it is killed.
 */
public final class Flood {
  private static final int NONCE_OCTETS = 32;
  private static final int KEY_OCTETS = 32;
  private static final int CURVE25519 = 31;
  private static final int SECURITY_ASSOCIATION = 33;
  private static final int KEY_EXCHANGE = 34;
  private static final int NONCE = 40;

  private Flood() {}

  public static void main(String[] arguments) throws IOException {
    InetSocketAddress target =
        new InetSocketAddress(InetAddress.ofLiteral(arguments[0]), Integer.parseInt(arguments[1]));
    long intervalNanos = Long.parseLong(arguments[2]) * 1000;
    Random random = new Random();
    try (DatagramSocket socket = new DatagramSocket()) {
      System.out.println("flooding");
      while (true) {
        byte[] octets = request(random);
        socket.send(new DatagramPacket(octets, octets.length, target));
        LockSupport.parkNanos(intervalNanos);
      }
    }
  }

  /** SA (AES-GCM-16 with 256 bits, PRF of SHA-256, Curve25519), KE and nonce: RFC 7296 §1.2. */
  private static byte[] request(Random random) {
    byte[] key = new byte[KEY_OCTETS];
    byte[] nonce = new byte[NONCE_OCTETS];
    random.nextBytes(key);
    random.nextBytes(nonce);
    int length = 28 + 40 + 8 + KEY_OCTETS + 4 + NONCE_OCTETS;
    ByteBuffer message = ByteBuffer.allocate(length);
    message.putLong(random.nextLong()).putLong(0);
    message.put((byte) SECURITY_ASSOCIATION).put((byte) 0x20).put((byte) 34).put((byte) 0x08);
    message.putInt(0).putInt(length);
    header(message, KEY_EXCHANGE, 40);
    header(message, 0, 36);
    message.put((byte) 1).put((byte) 1).put((byte) 0).put((byte) 3);
    header(message, 3, 12);
    message.put((byte) 1).put((byte) 0).putShort((short) 20).putInt(0x800e0100);
    header(message, 3, 8);
    message.put((byte) 2).put((byte) 0).putShort((short) 5);
    header(message, 0, 8);
    message.put((byte) 4).put((byte) 0).putShort((short) CURVE25519);
    header(message, NONCE, 8 + KEY_OCTETS);
    message.putShort((short) CURVE25519).putShort((short) 0).put(key);
    header(message, 0, 4 + NONCE_OCTETS);
    return message.put(nonce).array();
  }

  private static void header(ByteBuffer message, int next, int length) {
    message.put((byte) next).put((byte) 0).putShort((short) length);
  }
}
