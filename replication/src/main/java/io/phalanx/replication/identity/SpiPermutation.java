package io.phalanx.replication.identity;

import io.phalanx.config.Secret;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A keyed permutation of the 32-bit numbers: a Feistel network over two 16-bit halves.
 *
 * <p>The round function is AES-256 of (round, half), which has so few inputs that all of its values
 * are computed once: AES in counter mode with the round in the first octet of the counter block
 * writes exactly these blocks. What is left per SPI is a look-up per round, with no cipher object
 * and no state, so any thread may ask; that matters, since a flood of random SPIs is asked about.
 */
final class SpiPermutation {
  /** Luby and Rackoff need 4; small halves call for more (NIST SP 800-38G takes 8 to 10). */
  private static final int ROUNDS = 8;

  private static final int HALVES = 1 << 16;
  private static final int BLOCK = 16;

  private final char[][] rounds = new char[ROUNDS][HALVES];

  SpiPermutation(Secret secret) {
    byte[] key = DerivedKey.of(secret, "esp spi");
    try {
      Cipher aes = Cipher.getInstance("AES/CTR/NoPadding");
      for (int round = 0; round < ROUNDS; round++) {
        byte[] counter = new byte[BLOCK];
        counter[0] = (byte) round;
        aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(counter));
        byte[] blocks = aes.doFinal(new byte[HALVES * BLOCK]);
        for (int half = 0; half < HALVES; half++) {
          rounds[round][half] =
              (char) ((blocks[half * BLOCK] & 0xFF) << 8 | (blocks[half * BLOCK + 1] & 0xFF));
        }
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES is part of every JDK", e);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  int apply(int value) {
    int left = value >>> 16;
    int right = value & 0xFFFF;
    for (int round = 0; round < ROUNDS; round++) {
      int mixed = left ^ rounds[round][right];
      left = right;
      right = mixed;
    }
    return left << 16 | right;
  }

  int invert(int value) {
    int left = value >>> 16;
    int right = value & 0xFFFF;
    for (int round = ROUNDS - 1; round >= 0; round--) {
      int mixed = right ^ rounds[round][left];
      right = left;
      left = mixed;
    }
    return left << 16 | right;
  }
}
