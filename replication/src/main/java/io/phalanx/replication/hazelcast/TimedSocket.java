package io.phalanx.replication.hazelcast;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;

/**
 * A socket on which a handshake has to be over by a deadline, however slowly the other end sends.
 */
final class TimedSocket implements Exchange {
  private final Socket socket;
  private final long deadlineNanos;

  /**
   * @param deadlineNanos by {@link System#nanoTime}
   */
  TimedSocket(Socket socket, long deadlineNanos) {
    this.socket = socket;
    this.deadlineNanos = deadlineNanos;
  }

  /** What is sent in a handshake fits into the buffer of a new socket. */
  @Override
  public void send(byte[] octets) throws IOException {
    socket.getOutputStream().write(octets);
  }

  @Override
  public byte[] receive(int octets) throws IOException {
    byte[] received = new byte[octets];
    InputStream in = socket.getInputStream();
    int there = 0;
    while (there < octets) {
      long millis = (deadlineNanos - System.nanoTime()) / 1_000_000;
      if (millis <= 0) {
        throw new SocketTimeoutException("the handshake takes too long");
      }
      socket.setSoTimeout((int) Math.min(millis, Integer.MAX_VALUE));
      int read = in.read(received, there, octets - there);
      if (read < 0) {
        throw new EOFException("the connection was closed during the handshake");
      }
      there += read;
    }
    return received;
  }
}
