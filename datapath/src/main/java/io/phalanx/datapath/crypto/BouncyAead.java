package io.phalanx.datapath.crypto;

import java.util.Arrays;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.modes.AEADCipher;
import org.bouncycastle.crypto.modes.CCMBlockCipher;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * What JCE lacks, by Bouncy Castle: AES-CCM, and AES-GCM with an ICV of 8 octets. Several times
 * slower than {@link JceAead}, which does not count for suites that are there for old peers.
 */
final class BouncyAead implements Aead {
  private final AEADCipher cipher;
  private final KeyParameter key;
  private final int icvOctets;
  private byte[] lastNonce = new byte[0];

  private BouncyAead(AEADCipher cipher, KeyParameter key, int icvOctets) {
    this.cipher = cipher;
    this.key = key;
    this.icvOctets = icvOctets;
  }

  static BouncyAead gcm(byte[] key, int keyOctets, int icvOctets) {
    return new BouncyAead(
        GCMBlockCipher.newInstance(AESEngine.newInstance()),
        new KeyParameter(key, 0, keyOctets),
        icvOctets);
  }

  static BouncyAead ccm(byte[] key, int keyOctets, int icvOctets) {
    return new BouncyAead(
        CCMBlockCipher.newInstance(AESEngine.newInstance()),
        new KeyParameter(key, 0, keyOctets),
        icvOctets);
  }

  @Override
  public int icvOctets() {
    return icvOctets;
  }

  @Override
  public void seal(
      byte[] nonce, byte[] associated, int associatedLength, byte[] octets, int from, int length) {
    if (Arrays.equals(lastNonce, nonce)) {
      throw new IllegalStateException("sealed twice with one nonce");
    }
    lastNonce = nonce.clone();
    try {
      run(true, nonce, associated, associatedLength, octets, from, length);
    } catch (InvalidCipherTextException impossible) {
      throw new IllegalStateException("cannot seal", impossible);
    }
  }

  @Override
  public boolean open(
      byte[] nonce, byte[] associated, int associatedLength, byte[] octets, int from, int length) {
    try {
      run(false, nonce, associated, associatedLength, octets, from, length);
      return true;
    } catch (InvalidCipherTextException notAuthentic) {
      return false;
    }
  }

  private void run(
      boolean seal,
      byte[] nonce,
      byte[] associated,
      int associatedLength,
      byte[] octets,
      int from,
      int length)
      throws InvalidCipherTextException {
    cipher.init(seal, new AEADParameters(key, icvOctets * Byte.SIZE, nonce));
    cipher.processAADBytes(associated, 0, associatedLength);
    int written = cipher.processBytes(octets, from, length, octets, from);
    cipher.doFinal(octets, from + written);
  }
}
