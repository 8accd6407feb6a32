package io.phalanx.node.ike.wire;

import io.phalanx.config.Secret;
import io.phalanx.config.suite.CipherMode;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.IntegrityAlgorithm;
import io.phalanx.datapath.NonceSource;
import io.phalanx.datapath.crypto.Ciphers;
import io.phalanx.datapath.crypto.Confidentiality;
import io.phalanx.datapath.crypto.KeyedMac;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/**
 * AES-CBC or AES-CTR (RFC 5930) with a MAC (RFC 7296 §3.14): encrypt, then authenticate the whole
 * message up to the integrity check value. The IV of CBC is random, as it has to be unpredictable;
 * the one of CTR comes from {@link NonceSource}, as it must never come twice under a key.
 */
final class MacProtection implements Protection {
  private final EncryptionAlgorithm encryption;
  private final IntegrityAlgorithm integrity;
  private final Secret encryptionKey;
  private final Secret integrityKey;

  MacProtection(
      EncryptionAlgorithm encryption,
      IntegrityAlgorithm integrity,
      Secret encryptionKey,
      Secret integrityKey) {
    this.encryption = encryption;
    this.integrity = integrity;
    this.encryptionKey = encryptionKey;
    this.integrityKey = integrityKey;
  }

  @Override
  public int blockOctets() {
    return encryption.blockOctets();
  }

  @Override
  public int overheadOctets() {
    return encryption.ivOctets() + integrity.icvOctets();
  }

  @Override
  public byte[] seal(byte[] head, byte[] plaintext, NonceSource nonces, SecureRandom random) {
    int iv = encryption.ivOctets();
    byte[] body =
        ByteBuffer.allocate(plaintext.length + overheadOctets())
            .put(iv(nonces, random))
            .put(plaintext)
            .array();
    confidentiality().encrypt(body, 0, iv, plaintext.length);
    int icvFrom = body.length - integrity.icvOctets();
    KeyedMac mac = mac();
    mac.update(head, 0, head.length);
    mac.update(body, 0, icvFrom);
    System.arraycopy(finish(mac), 0, body, icvFrom, integrity.icvOctets());
    return body;
  }

  @Override
  public Optional<byte[]> open(byte[] message, int bodyFrom) {
    int from = bodyFrom + encryption.ivOctets();
    int icvFrom = message.length - integrity.icvOctets();
    if (icvFrom <= from || (icvFrom - from) % encryption.blockOctets() != 0) {
      return Optional.empty();
    }
    KeyedMac mac = mac();
    mac.update(message, 0, icvFrom);
    byte[] icv = Arrays.copyOfRange(message, icvFrom, message.length);
    if (!MessageDigest.isEqual(finish(mac), icv)) {
      return Optional.empty();
    }
    byte[] body = Arrays.copyOfRange(message, bodyFrom, icvFrom);
    int iv = encryption.ivOctets();
    confidentiality().decrypt(body, 0, iv, body.length - iv);
    return Optional.of(Arrays.copyOfRange(body, iv, body.length));
  }

  private byte[] iv(NonceSource nonces, SecureRandom random) {
    byte[] iv = new byte[encryption.ivOctets()];
    if (encryption.mode().iv() == CipherMode.Iv.COUNTER) {
      ByteBuffer.wrap(iv).putLong(nonces.next());
    } else {
      random.nextBytes(iv);
    }
    return iv;
  }

  private byte[] finish(KeyedMac mac) {
    byte[] code = new byte[mac.octets()];
    mac.finish(code, 0);
    return Arrays.copyOf(code, integrity.icvOctets());
  }

  private Confidentiality confidentiality() {
    return Ciphers.jdk().confidentiality(encryption, encryptionKey.reveal());
  }

  private KeyedMac mac() {
    return Ciphers.jdk().mac(integrity, integrityKey.reveal());
  }
}
