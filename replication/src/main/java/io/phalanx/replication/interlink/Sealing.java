package io.phalanx.replication.interlink;

import io.phalanx.config.GatewayConfig.ClusterKey;
import io.phalanx.config.Secret;
import io.phalanx.replication.Owner;
import io.phalanx.replication.seal.Keyring;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Datagrams between members: AES-256-GCM over a frame, with the header as associated data.
 *
 * <pre>
 *   0         1         2               4               6               8                16
 *  +---------+---------+---------------+---------------+---------------+-----------------+-----
 *  | version | key id  |   recipient   |    sender     |  incarnation  |     counter     | ...
 *  +---------+---------+---------------+---------------+---------------+-----------------+-----
 *                                      |<-------------- nonce (12) ------------------->|
 * </pre>
 *
 * <p>The nonce names the sender's life and counts its datagrams, so it is unique under a key as
 * long as an incarnation is. The recipient is in the header, so that a datagram does not count at
 * any other member.
 *
 * <p>Any thread may seal and open; each has its ciphers.
 */
final class Sealing {
  static final int HEADER = 16;
  static final int TAG = 16;

  /** What UDP over IPv4 carries at the most. */
  static final int DATAGRAM_MAX = 65_507;

  private static final byte VERSION = 1;
  private static final int KEY = 32;
  private static final int NONCE_OFFSET = 4;
  private static final int NONCE = 12;

  private final Owner self;
  private final int sealingKey;
  private final Map<Integer, SecretKeySpec> keys = new HashMap<>();
  private final AtomicLong counter = new AtomicLong();
  private final ThreadLocal<Cipher> ciphers = ThreadLocal.withInitial(Sealing::cipher);

  /** A datagram that some member has made for this one. */
  record Opened(Owner sender, long counter, ByteBuffer frame) {}

  Sealing(Owner self, List<ClusterKey> clusterKeys) {
    this.self = self;
    Keyring keyring = new Keyring(clusterKeys);
    this.sealingKey = keyring.newest();
    for (int id : keyring.ids()) {
      Secret key = keyring.derive(id, "interlink", KEY);
      keys.put(id, new SecretKeySpec(key.reveal(), "AES"));
      key.wipe();
    }
  }

  /** Seals a frame for one member; empty if it does not fit into a datagram. */
  Optional<byte[]> seal(int recipient, Frame frame) {
    int frameSize = FrameCodec.size(frame);
    if (frameSize > DATAGRAM_MAX - HEADER - TAG) {
      return Optional.empty();
    }
    byte[] datagram = new byte[HEADER + frameSize + TAG];
    ByteBuffer out = ByteBuffer.wrap(datagram);
    out.put(VERSION).put((byte) sealingKey).putShort((short) recipient);
    out.putShort((short) self.member()).putShort((short) self.incarnation());
    out.putLong(counter.incrementAndGet());
    FrameCodec.encode(frame, out);
    try {
      run(Cipher.ENCRYPT_MODE, sealingKey, datagram, HEADER, frameSize, datagram);
      return Optional.of(datagram);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM cannot seal", e);
    }
  }

  /** Opens a datagram in place; empty if it is not for this member, or no member has made it. */
  Optional<Opened> open(byte[] datagram) {
    if (datagram.length < HEADER + TAG || datagram[0] != VERSION) {
      return Optional.empty();
    }
    ByteBuffer header = ByteBuffer.wrap(datagram, 1, HEADER - 1);
    int keyId = header.get() & 0xFF;
    int recipient = header.getShort() & 0xFFFF;
    Owner sender = new Owner(header.getShort() & 0xFFFF, header.getShort() & 0xFFFF);
    long number = header.getLong();
    if (recipient != self.member() || !keys.containsKey(keyId) || number <= 0) {
      return Optional.empty();
    }
    try {
      byte[] frame = new byte[datagram.length - HEADER - TAG];
      run(Cipher.DECRYPT_MODE, keyId, datagram, 0, frame.length + TAG, frame);
      return Optional.of(new Opened(sender, number, ByteBuffer.wrap(frame)));
    } catch (AEADBadTagException _) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM cannot open", e);
    }
  }

  /** The input begins after the header of {@code datagram}, the output at an offset. */
  private void run(int mode, int keyId, byte[] datagram, int outOffset, int length, byte[] out)
      throws GeneralSecurityException {
    Cipher cipher = ciphers.get();
    SecretKeySpec key = keys.get(keyId);
    if (key == null) {
      throw new IllegalStateException("no key " + keyId);
    }
    cipher.init(mode, key, new GCMParameterSpec(8 * TAG, datagram, NONCE_OFFSET, NONCE));
    cipher.updateAAD(datagram, 0, HEADER);
    cipher.doFinal(datagram, HEADER, length, out, outOffset);
  }

  private static Cipher cipher() {
    try {
      return Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM is part of every JDK", e);
    }
  }
}
