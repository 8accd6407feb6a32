package io.phalanx.datapath.crypto;

import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES-GCM with an ICV of 12 or 16 octets, and ChaCha20-Poly1305, by JCE. */
final class JceAead implements Aead {
  private final Cipher cipher;
  private final SecretKeySpec key;
  private final boolean gcm;
  private final int icvOctets;

  private JceAead(Cipher cipher, SecretKeySpec key, boolean gcm, int icvOctets) {
    this.cipher = cipher;
    this.key = key;
    this.gcm = gcm;
    this.icvOctets = icvOctets;
  }

  static JceAead gcm(Cipher cipher, byte[] key, int keyOctets, int icvOctets) {
    return new JceAead(cipher, new SecretKeySpec(key, 0, keyOctets, "AES"), true, icvOctets);
  }

  static JceAead chacha20Poly1305(Cipher cipher, byte[] key, int keyOctets) {
    return new JceAead(cipher, new SecretKeySpec(key, 0, keyOctets, "ChaCha20"), false, 16);
  }

  @Override
  public int icvOctets() {
    return icvOctets;
  }

  @Override
  public void seal(
      byte[] nonce, byte[] associated, int associatedLength, byte[] octets, int from, int length) {
    try {
      cipher.init(Cipher.ENCRYPT_MODE, key, parameters(nonce));
      cipher.updateAAD(associated, 0, associatedLength);
      cipher.doFinal(octets, from, length, octets, from);
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("cannot seal", fault);
    }
  }

  @Override
  public boolean open(
      byte[] nonce, byte[] associated, int associatedLength, byte[] octets, int from, int length) {
    try {
      cipher.init(Cipher.DECRYPT_MODE, key, parameters(nonce));
      cipher.updateAAD(associated, 0, associatedLength);
      cipher.doFinal(octets, from, length, octets, from);
      return true;
    } catch (GeneralSecurityException notAuthentic) {
      return false;
    }
  }

  private AlgorithmParameterSpec parameters(byte[] nonce) {
    return gcm ? new GCMParameterSpec(icvOctets * Byte.SIZE, nonce) : new IvParameterSpec(nonce);
  }
}
