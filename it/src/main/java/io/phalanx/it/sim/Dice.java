package io.phalanx.it.sim;

/**
 * Chance, from a seed: SplitMix64. Each use has dice of its own, so that one does not move others.
 */
final class Dice {
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private long state;

  Dice(long seed) {
    state = seed;
  }

  /** Other dice, for a use of this name. */
  Dice of(String use) {
    return new Dice(mix(state ^ mix(use.hashCode())));
  }

  Dice of(String use, int number) {
    return new Dice(mix(state ^ mix(use.hashCode()) + number));
  }

  long next() {
    state += GOLDEN;
    return mix(state);
  }

  /** From 0 to one below the bound. */
  int below(int bound) {
    return (int) ((next() >>> 33) % bound);
  }

  /** Both ends included. */
  long between(long from, long to) {
    return from + Long.remainderUnsigned(next(), to - from + 1);
  }

  /** True in so many of a thousand cases. */
  boolean chance(int perMille) {
    return perMille > 0 && below(1000) < perMille;
  }

  static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
