package io.phalanx.node.eap;

import org.bouncycastle.crypto.engines.DESEngine;
import org.bouncycastle.crypto.params.KeyParameter;

/** One block of DES, as MS-CHAP answers challenges (RFC 2759 §8.6); for nothing else. */
final class Des {
  private static final int BLOCK_OCTETS = 8;
  private static final int KEY_OCTETS = 7;

  private Des() {}

  /**
   * @param clear 8 octets
   * @param key 7 octets at {@code keyFrom}; the parity bits are put in here
   */
  static byte[] encrypt(byte[] clear, byte[] key, int keyFrom) {
    DESEngine engine = new DESEngine();
    engine.init(true, new KeyParameter(spread(key, keyFrom)));
    byte[] cipher = new byte[BLOCK_OCTETS];
    int _ = engine.processBlock(clear, 0, cipher, 0);
    return cipher;
  }

  /** 56 bits as the upper seven of eight octets each; nobody looks at the parity. */
  private static byte[] spread(byte[] key, int from) {
    long bits = 0;
    for (int i = 0; i < KEY_OCTETS; i++) {
      bits = (bits << 8) | (key[from + i] & 0xff);
    }
    byte[] spread = new byte[BLOCK_OCTETS];
    for (int i = 0; i < BLOCK_OCTETS; i++) {
      spread[i] = (byte) ((bits >>> (7 * (BLOCK_OCTETS - 1 - i))) << 1);
    }
    return spread;
  }
}
