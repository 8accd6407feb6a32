package io.phalanx.it.sim;

import java.security.SecureRandom;
import java.security.SecureRandomSpi;

/** A source of keys and nonces that gives the same ones for the same seed. For simulation alone. */
final class SeededRandom extends SecureRandom {
  private static final long serialVersionUID = 1;

  SeededRandom(Dice dice) {
    super(new Source(dice), null);
  }

  private static final class Source extends SecureRandomSpi {
    private static final long serialVersionUID = 1;

    private final transient Dice dice;

    Source(Dice dice) {
      this.dice = dice;
    }

    @Override
    protected void engineSetSeed(byte[] seed) {
      // The seed was given at the start.
    }

    @Override
    protected void engineNextBytes(byte[] bytes) {
      for (int i = 0; i < bytes.length; ) {
        long octets = dice.next();
        for (int left = Math.min(Long.BYTES, bytes.length - i); left > 0; left--) {
          bytes[i++] = (byte) octets;
          octets >>>= 8;
        }
      }
    }

    @Override
    protected byte[] engineGenerateSeed(int octets) {
      byte[] seed = new byte[octets];
      engineNextBytes(seed);
      return seed;
    }
  }
}
