package io.phalanx.replication.hazelcast;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * A TLS connection in its first moments, while its socket still blocks. Reads exactly one record at
 * a time (RFC 8446 §5.1), so that nothing is left over when {@link TlsDecoder} goes on.
 */
final class TlsExchange implements Exchange {
  private static final int RECORD_HEADER = 5;

  /** 2^14 octets and what protection adds at the most, RFC 8446 §5.2. */
  private static final int RECORD_MAX = (1 << 14) + 256;

  private final SSLEngine engine;
  private final Exchange below;
  private final ByteBuffer clear;
  private final ByteBuffer sealed;

  TlsExchange(SSLEngine engine, Exchange below) {
    this.engine = engine;
    this.below = below;
    this.clear = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
    this.sealed = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
  }

  /**
   * @throws SSLException if either end refuses the other
   */
  void handshake() throws IOException {
    engine.beginHandshake();
    HandshakeStatus status = engine.getHandshakeStatus();
    while (status != HandshakeStatus.NOT_HANDSHAKING && status != HandshakeStatus.FINISHED) {
      status = step(status);
    }
    if (clear.position() > 0) {
      throw new SSLException("data in the handshake");
    }
  }

  private HandshakeStatus step(HandshakeStatus status) throws IOException {
    return switch (status) {
      case NEED_WRAP -> wrap(ByteBuffer.allocate(0)).getHandshakeStatus();
      case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrap().getHandshakeStatus();
      case NEED_TASK -> runTasks(engine);
      case NOT_HANDSHAKING, FINISHED -> status;
    };
  }

  static HandshakeStatus runTasks(SSLEngine engine) {
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      task.run();
    }
    return engine.getHandshakeStatus();
  }

  private SSLEngineResult wrap(ByteBuffer octets) throws IOException {
    sealed.clear();
    SSLEngineResult result = engine.wrap(octets, sealed);
    if (sealed.position() > 0) {
      below.send(Arrays.copyOf(sealed.array(), sealed.position()));
    }
    if (result.getStatus() != SSLEngineResult.Status.OK) {
      throw closed(result);
    }
    return result;
  }

  private SSLEngineResult unwrap() throws IOException {
    byte[] header = below.receive(RECORD_HEADER);
    int length = (header[3] & 0xFF) << 8 | (header[4] & 0xFF);
    if (length > RECORD_MAX) {
      throw new SSLException("not a TLS record");
    }
    byte[] body = below.receive(length);
    ByteBuffer octets = ByteBuffer.allocate(RECORD_HEADER + length).put(header).put(body).flip();
    SSLEngineResult result;
    try {
      result = engine.unwrap(octets, clear);
    } catch (SSLException refused) {
      sayWhy();
      throw refused;
    }
    if (result.getStatus() != SSLEngineResult.Status.OK) {
      throw closed(result);
    }
    return result;
  }

  /** Sends the alert that is due, so that the other end knows, too. */
  private void sayWhy() {
    try {
      while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
        wrap(ByteBuffer.allocate(0));
      }
    } catch (IOException gone) {
      // It is refused either way.
    }
  }

  private static IOException closed(SSLEngineResult result) {
    return result.getStatus() == SSLEngineResult.Status.CLOSED
        ? new EOFException("the connection was closed during the handshake")
        : new SSLException("a record of an impossible size");
  }

  @Override
  public void send(byte[] octets) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(octets);
    while (left.hasRemaining()) {
      wrap(left);
    }
  }

  /** Nothing may follow in the same record: it would be lost when the socket changes hands. */
  @Override
  public byte[] receive(int octets) throws IOException {
    while (clear.position() < octets) {
      unwrap();
      runTasks(engine);
    }
    if (clear.position() > octets) {
      throw new SSLException("more in a record than a handshake has");
    }
    byte[] received = Arrays.copyOf(clear.array(), octets);
    clear.clear();
    return received;
  }
}
