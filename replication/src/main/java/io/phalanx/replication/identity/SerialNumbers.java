package io.phalanx.replication.identity;

/**
 * Incarnations are 16-bit numbers that wrap around, so "later" is serial-number arithmetic (the
 * idea of RFC 1982): a number is after another one if it is fewer than 32768 steps ahead of it.
 */
public final class SerialNumbers {
  static final int MASK = 0xFFFF;
  private static final int HALF = 0x8000;

  private SerialNumbers() {}

  /** Whether {@code a} is later than {@code b}; both 0..65535. */
  public static boolean after(int a, int b) {
    int ahead = (a - b) & MASK;
    return ahead != 0 && ahead < HALF;
  }

  /** {@code atLeast} if it is after {@code last}, else the one that follows {@code last}. */
  public static int above(int last, int atLeast) {
    return after(atLeast, last) ? atLeast : (last + 1) & MASK;
  }
}
