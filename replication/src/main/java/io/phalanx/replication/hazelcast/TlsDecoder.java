package io.phalanx.replication.hazelcast;

import com.hazelcast.internal.networking.HandlerStatus;
import com.hazelcast.internal.networking.InboundHandler;
import java.io.EOFException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** Opens the TLS records of a connection between members; what is in them goes to Hazelcast. */
final class TlsDecoder extends InboundHandler<ByteBuffer, ByteBuffer> {
  private static final int RECORDS = 8;

  private final SSLEngine engine;

  /** What has been opened and did not fit; to be read from. */
  private final ByteBuffer clear;

  TlsDecoder(SSLEngine engine) {
    this.engine = engine;
    this.clear = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize()).flip();
  }

  @Override
  public void handlerAdded() {
    initSrcBuffer(RECORDS * engine.getSession().getPacketBufferSize());
  }

  /** Dirty while something is left for whoever comes next; its buffer may have been too small. */
  @Override
  public HandlerStatus onRead() throws Exception {
    src.flip();
    try {
      drain();
      while (!clear.hasRemaining() && src.hasRemaining() && open()) {
        drain();
      }
      return clear.hasRemaining() ? HandlerStatus.DIRTY : HandlerStatus.CLEAN;
    } finally {
      src.compact();
    }
  }

  /** Whether there was a whole record. */
  private boolean open() throws SSLException, EOFException {
    clear.clear();
    SSLEngineResult result = engine.unwrap(src, clear);
    clear.flip();
    if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
      TlsExchange.runTasks(engine);
    }
    if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
      // Such as the answer to a key update (RFC 8446 §4.6.3).
      channel.outboundPipeline().wakeup();
    }
    return switch (result.getStatus()) {
      case OK -> true;
      case BUFFER_UNDERFLOW -> false;
      case CLOSED -> throw new EOFException("the other end has closed the connection");
      case BUFFER_OVERFLOW -> throw new SSLException("a record of an impossible size");
    };
  }

  private void drain() {
    int length = Math.min(clear.remaining(), dst.remaining());
    dst.put(dst.position(), clear, clear.position(), length);
    dst.position(dst.position() + length);
    clear.position(clear.position() + length);
  }
}
