package io.phalanx.datapath.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-CBC (RFC 3602) and AES-CTR (RFC 3686) by JCE.
 *
 * <p>A counter block is the nonce of the keying material, the explicit IV, and a block counter that
 * starts at 1 (RFC 3686 §4):
 *
 * <pre>
 * |  nonce, 4 octets  |  explicit IV, 8 octets  |  counter, 4 octets  |
 * </pre>
 */
final class AesConfidentiality implements Confidentiality {
  private static final int BLOCK_OCTETS = 16;
  private static final int IV_OCTETS = 8;

  private final Cipher cipher;
  private final SecretKeySpec key;
  private final boolean counterMode;
  private final int saltOctets;
  private final byte[] block = new byte[BLOCK_OCTETS];

  /**
   * @param cipher of the mode
   * @param saltOctets how many octets of {@code keyAndSalt} are the nonce of counter mode; 0 for
   *     CBC
   */
  AesConfidentiality(Cipher cipher, byte[] keyAndSalt, int saltOctets) {
    int keyOctets = keyAndSalt.length - saltOctets;
    this.cipher = cipher;
    this.key = new SecretKeySpec(keyAndSalt, 0, keyOctets, "AES");
    this.counterMode = saltOctets > 0;
    this.saltOctets = saltOctets;
    System.arraycopy(keyAndSalt, keyOctets, block, 0, saltOctets);
    block[BLOCK_OCTETS - 1] = 1;
  }

  @Override
  public void encrypt(byte[] octets, int iv, int from, int length) {
    crypt(Cipher.ENCRYPT_MODE, octets, iv, from, length);
  }

  @Override
  public void decrypt(byte[] octets, int iv, int from, int length) {
    crypt(Cipher.DECRYPT_MODE, octets, iv, from, length);
  }

  private void crypt(int mode, byte[] octets, int iv, int from, int length) {
    try {
      cipher.init(mode, key, parameters(octets, iv));
      cipher.doFinal(octets, from, length, octets, from);
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("cannot encrypt or decrypt", fault);
    }
  }

  private IvParameterSpec parameters(byte[] octets, int iv) {
    if (!counterMode) {
      return new IvParameterSpec(octets, iv, BLOCK_OCTETS);
    }
    System.arraycopy(octets, iv, block, saltOctets, IV_OCTETS);
    return new IvParameterSpec(block);
  }
}
