package io.phalanx.replication.hazelcast;

import com.hazelcast.internal.networking.HandlerStatus;
import com.hazelcast.internal.networking.OutboundHandler;
import java.io.EOFException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;

/** Seals what Hazelcast sends to another member into TLS records. */
final class TlsEncoder extends OutboundHandler<ByteBuffer, ByteBuffer> {
  private static final int RECORDS = 8;

  private final SSLEngine engine;

  TlsEncoder(SSLEngine engine) {
    this.engine = engine;
  }

  @Override
  public void handlerAdded() {
    initDstBuffer(RECORDS * engine.getSession().getPacketBufferSize());
  }

  /** Dirty while there is more than fits; called again when the socket has taken some. */
  @Override
  public HandlerStatus onWrite() throws Exception {
    dst.compact();
    try {
      while (src.hasRemaining() || engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
        SSLEngineResult result = engine.wrap(src, dst);
        switch (result.getStatus()) {
          case OK -> {}
          case BUFFER_OVERFLOW -> {
            return HandlerStatus.DIRTY;
          }
          case BUFFER_UNDERFLOW, CLOSED -> throw new EOFException("the connection has been closed");
        }
      }
      return HandlerStatus.CLEAN;
    } finally {
      dst.flip();
    }
  }
}
