package io.phalanx.node.eap;

import io.phalanx.config.Secret;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLKeyException;
import javax.net.ssl.SSLSession;

/** One end of a TLS connection without a wire: octets in, octets out. */
final class TlsPipe {
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
  private static final String TLS_1_3 = "TLSv1.3";
  private static final int HELLO_RANDOM_FROM = 11; // RFC 5246 §6.2.1, §7.4.1.2
  private static final int RANDOM_OCTETS = 32;
  private static final int STEPS_MAX = 200;
  private static final int MSK_OCTETS = 64;
  private static final int KEY_MATERIAL_OCTETS = 128; // MSK and EMSK, RFC 5216 §2.3

  private final SSLEngine engine;
  private final ByteArrayOutputStream clear = new ByteArrayOutputStream();
  private byte[] left = new byte[0];
  private final byte[] randoms = new byte[2 * RANDOM_OCTETS];
  private int hellos;
  private boolean begun;
  private boolean finished;

  TlsPipe(SSLEngine engine) {
    this.engine = engine;
    engine.setEnabledProtocols(PROTOCOLS);
  }

  /**
   * Takes what the other end has sent and makes what it is to get.
   *
   * @throws SSLException if the connection has failed; {@link #alert} says it to the other end
   */
  byte[] exchange(byte[] message) throws SSLException {
    if (!begun) {
      begun = true;
      engine.beginHandshake();
    }
    note(message, 0, engine.getUseClientMode());
    ByteBuffer in = ByteBuffer.allocate(left.length + message.length).put(left).put(message).flip();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int step = 0; step < STEPS_MAX; step++) {
      switch (engine.getHandshakeStatus()) {
        case NEED_TASK -> runTasks();
        case NEED_WRAP -> wrap(new byte[0], out);
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN, NOT_HANDSHAKING, FINISHED -> {
          if (!in.hasRemaining() || !unwrap(in)) {
            left = Arrays.copyOfRange(in.array(), in.position(), in.limit());
            note(out.toByteArray(), 1, engine.getUseClientMode());
            return out.toByteArray();
          }
        }
      }
    }
    throw new SSLException("a handshake without end");
  }

  /**
   * Notes the random value of a hello, which is the first message of each side: behind the headers
   * of record and handshake (9) and the version (2).
   *
   * @param way 0 for what came, 1 for what goes
   */
  private void note(byte[] message, int way, boolean client) {
    boolean ofClient = client == (way == 1);
    int seen = ofClient ? 1 : 2;
    if ((hellos & seen) == 0 && message.length >= HELLO_RANDOM_FROM + RANDOM_OCTETS) {
      hellos |= seen;
      int to = ofClient ? 0 : RANDOM_OCTETS;
      System.arraycopy(message, HELLO_RANDOM_FROM, randoms, to, RANDOM_OCTETS);
    }
  }

  /** Signatures and certificates: a millisecond or so, as in IKE_AUTH itself. */
  private void runTasks() {
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      task.run();
    }
  }

  private void wrap(byte[] data, ByteArrayOutputStream out) throws SSLException {
    ByteBuffer packet = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    note(engine.wrap(ByteBuffer.wrap(data), packet));
    out.write(packet.array(), 0, packet.position());
  }

  /** Whether there was a whole record. */
  private boolean unwrap(ByteBuffer in) throws SSLException {
    ByteBuffer data = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
    SSLEngineResult result = engine.unwrap(in, data);
    note(result);
    clear.write(data.array(), 0, data.position());
    return result.getStatus() == SSLEngineResult.Status.OK;
  }

  private void note(SSLEngineResult result) {
    finished |= result.getHandshakeStatus() == HandshakeStatus.FINISHED;
  }

  /** Protects application data. */
  byte[] seal(byte... data) throws SSLException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    wrap(data, out);
    return out.toByteArray();
  }

  /** What the other end is to know of a failure; empty if nothing. */
  byte[] alert() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      for (int step = 0; step < 4 && !engine.isOutboundDone(); step++) {
        wrap(new byte[0], out);
      }
    } catch (SSLException noAlert) {
      return out.toByteArray();
    }
    return out.toByteArray();
  }

  /** Application data that has come. */
  byte[] clear() {
    return clear.toByteArray();
  }

  boolean finished() {
    return finished;
  }

  boolean tls13() {
    return engine.getSession().getProtocol().equals(TLS_1_3);
  }

  /**
   * MSK (RFC 5216 §2.3, RFC 9190 §2.3).
   *
   * @param alone whether it has to prove both sides all alone
   * @throws SSLException if there is none: with TLS 1.2 that takes the extended master secret (RFC
   *     7627) there
   */
  Secret msk(boolean alone) throws SSLException {
    if (!(engine.getSession() instanceof ExtendedSSLSession session)) {
      throw new SSLKeyException("no exporter");
    }
    byte[] keys = tls13() ? exported13(session) : exported12(session, alone);
    Secret msk = Secret.of(keys, 0, MSK_OCTETS);
    Arrays.fill(keys, (byte) 0);
    return msk;
  }

  private static byte[] exported13(ExtendedSSLSession session) throws SSLException {
    return session.exportKeyingMaterialData(
        "EXPORTER_EAP_TLS_Key_Material", new byte[] {EapPacket.TLS}, KEY_MATERIAL_OCTETS);
  }

  private byte[] exported12(ExtendedSSLSession session, boolean alone) throws SSLException {
    try {
      return session.exportKeyingMaterialData("client EAP encryption", null, KEY_MATERIAL_OCTETS);
    } catch (SSLKeyException notExtended) {
      Optional<byte[]> keys =
          alone ? Optional.empty() : Tls12Keys.export(session, randoms, KEY_MATERIAL_OCTETS);
      return keys.orElseThrow(() -> notExtended);
    }
  }

  /** What the keys of TLS 1.2 are made of, beside the master secret. */
  byte[] randoms() {
    return randoms;
  }

  SSLSession session() {
    return engine.getSession();
  }
}
