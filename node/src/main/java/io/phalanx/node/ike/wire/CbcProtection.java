package io.phalanx.node.ike.wire;

import io.phalanx.config.Secret;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.IntegrityAlgorithm;
import io.phalanx.datapath.NonceSource;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-CBC with HMAC-SHA2 (RFC 7296 §3.14): encrypt, then authenticate the whole message up to the
 * integrity check value. The IV is random, as CBC needs it unpredictable.
 */
final class CbcProtection implements Protection {
  private static final EncryptionAlgorithm CBC = EncryptionAlgorithm.AES_CBC;

  private final IntegrityAlgorithm integrity;
  private final SecretKeySpec encryptionKey;
  private final SecretKeySpec integrityKey;

  CbcProtection(IntegrityAlgorithm integrity, Secret encryptionKey, Secret integrityKey) {
    this.integrity = integrity;
    this.encryptionKey = new SecretKeySpec(encryptionKey.reveal(), "AES");
    this.integrityKey = new SecretKeySpec(integrityKey.reveal(), integrity.jceName());
  }

  @Override
  public int blockOctets() {
    return CBC.blockOctets();
  }

  @Override
  public int overheadOctets() {
    return CBC.ivOctets() + integrity.icvOctets();
  }

  @Override
  public byte[] seal(byte[] head, byte[] plaintext, NonceSource nonces, SecureRandom random) {
    byte[] iv = new byte[CBC.ivOctets()];
    random.nextBytes(iv);
    byte[] body = new byte[plaintext.length + overheadOctets()];
    System.arraycopy(iv, 0, body, 0, iv.length);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, iv, 0);
      int _ = cipher.doFinal(plaintext, 0, plaintext.length, body, iv.length);
      int icvFrom = body.length - integrity.icvOctets();
      Mac mac = mac();
      mac.update(head);
      mac.update(body, 0, icvFrom);
      System.arraycopy(mac.doFinal(), 0, body, icvFrom, integrity.icvOctets());
      return body;
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("cannot encrypt with AES-CBC", fault);
    }
  }

  @Override
  public Optional<byte[]> open(byte[] message, int bodyFrom) {
    int from = bodyFrom + CBC.ivOctets();
    int icvFrom = message.length - integrity.icvOctets();
    if (icvFrom <= from || (icvFrom - from) % CBC.blockOctets() != 0) {
      return Optional.empty();
    }
    try {
      Mac mac = mac();
      mac.update(message, 0, icvFrom);
      byte[] expected = Arrays.copyOf(mac.doFinal(), integrity.icvOctets());
      byte[] icv = Arrays.copyOfRange(message, icvFrom, message.length);
      if (!MessageDigest.isEqual(expected, icv)) {
        return Optional.empty();
      }
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, message, bodyFrom);
      return Optional.of(cipher.doFinal(message, from, icvFrom - from));
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("cannot decrypt with AES-CBC", fault);
    }
  }

  private Mac mac() throws GeneralSecurityException {
    Mac mac = Mac.getInstance(integrity.jceName());
    mac.init(integrityKey);
    return mac;
  }

  private Cipher cipher(int mode, byte[] ivSource, int ivFrom) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
    cipher.init(mode, encryptionKey, new IvParameterSpec(ivSource, ivFrom, CBC.ivOctets()));
    return cipher;
  }
}
