package io.phalanx.datapath.crypto;

import java.util.Arrays;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.GCMModeCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * AES-GCM with an ICV of 8 octets, which JCE lacks, by Bouncy Castle. Several times slower than
 * {@link JceAead}, which does not count for a suite that is there for old peers.
 */
final class BouncyGcm implements Aead {
  private final GCMModeCipher cipher;
  private final KeyParameter key;
  private final int icvOctets;
  private byte[] lastNonce = new byte[0];

  BouncyGcm(byte[] key, int keyOctets, int icvOctets) {
    this.cipher = GCMBlockCipher.newInstance(AESEngine.newInstance());
    this.key = new KeyParameter(key, 0, keyOctets);
    this.icvOctets = icvOctets;
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
