package io.phalanx.node.ike.wire;

import io.phalanx.config.Secret;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.datapath.NonceSource;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Combined-mode ciphers (RFC 5282; RFC 7634 for ChaCha20-Poly1305). The nonce is salt and explicit
 * IV; the associated data reach from the header up to the IV (RFC 5282 §5.1).
 *
 * <p>Every IV comes from {@link NonceSource}, so two members never use one twice under a key.
 */
final class AeadProtection implements Protection {
  private final EncryptionAlgorithm algorithm;
  private final SecretKeySpec key;
  private final byte[] salt;

  /** Key and salt, as SK_e has them (RFC 5282 §7.1). */
  AeadProtection(EncryptionAlgorithm algorithm, Secret keyAndSalt) {
    this.algorithm = algorithm;
    int keyOctets = keyAndSalt.length() - algorithm.saltOctets();
    String name = algorithm == EncryptionAlgorithm.CHACHA20_POLY1305 ? "ChaCha20" : "AES";
    this.key = new SecretKeySpec(keyAndSalt.reveal(), 0, keyOctets, name);
    this.salt = Secret.of(keyAndSalt.reveal(), keyOctets, keyAndSalt.length()).reveal();
  }

  @Override
  public int blockOctets() {
    return algorithm.blockOctets();
  }

  @Override
  public int overheadOctets() {
    return algorithm.ivOctets() + algorithm.icvOctets();
  }

  @Override
  public byte[] seal(byte[] head, byte[] plaintext, NonceSource nonces, SecureRandom random) {
    byte[] iv = ByteBuffer.allocate(algorithm.ivOctets()).putLong(nonces.next()).array();
    byte[] body = new byte[plaintext.length + overheadOctets()];
    System.arraycopy(iv, 0, body, 0, iv.length);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, iv, 0);
      cipher.updateAAD(head);
      int _ = cipher.doFinal(plaintext, 0, plaintext.length, body, iv.length);
      return body;
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("cannot encrypt with " + algorithm, fault);
    }
  }

  @Override
  public Optional<byte[]> open(byte[] message, int bodyFrom) {
    int from = bodyFrom + algorithm.ivOctets();
    if (message.length - bodyFrom <= overheadOctets()) {
      return Optional.empty();
    }
    try {
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, message, bodyFrom);
      cipher.updateAAD(message, 0, bodyFrom);
      return Optional.of(cipher.doFinal(message, from, message.length - from));
    } catch (GeneralSecurityException notAuthentic) {
      return Optional.empty();
    }
  }

  private Cipher cipher(int mode, byte[] ivSource, int ivFrom) throws GeneralSecurityException {
    byte[] nonce = new byte[salt.length + algorithm.ivOctets()];
    System.arraycopy(salt, 0, nonce, 0, salt.length);
    System.arraycopy(ivSource, ivFrom, nonce, salt.length, algorithm.ivOctets());
    boolean chacha = algorithm == EncryptionAlgorithm.CHACHA20_POLY1305;
    AlgorithmParameterSpec parameters =
        chacha
            ? new IvParameterSpec(nonce)
            : new GCMParameterSpec(algorithm.icvOctets() * Byte.SIZE, nonce);
    Cipher cipher = Cipher.getInstance(chacha ? "ChaCha20-Poly1305" : "AES/GCM/NoPadding");
    cipher.init(mode, key, parameters);
    return cipher;
  }
}
