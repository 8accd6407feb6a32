package io.phalanx.node.ike;

import java.security.SecureRandom;

/** Randomness that depends on nothing but what is about to happen. */
final class Dice extends SecureRandom {
  private static final long serialVersionUID = 1;

  private long state;

  /** What comes next comes again after the same throw. */
  void thrown(long seed) {
    state = seed;
  }

  @Override
  public void nextBytes(byte[] octets) {
    for (int i = 0; i < octets.length; i++) {
      if (i % 8 == 0) {
        state = ObjectGraph.mix(state, 0x5deece66dL);
      }
      octets[i] = (byte) (state >>> (i % 8 * 8));
    }
  }
}
