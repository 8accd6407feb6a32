package io.phalanx.datapath.esp;

import java.util.Arrays;

/**
 * Anti-replay window over 64-bit numbers, as a ring of 64-bit blocks with one block to spare (RFC
 * 6479), so that moving it forward clears blocks and never shifts bits.
 *
 * <p>A packet is checked ({@link #fresh}), then authenticated, then marked ({@link #mark}). Not
 * thread-safe: lives on the home loop of its SA cluster.
 */
public final class ReplayWindow {
  public static final int SIZE_BITS_MIN = 32;
  public static final int SIZE_BITS_MAX = 8192;

  private static final int BLOCK_SHIFT = 6;
  private static final long SPAN = 1L << 32; // of the 32 bits on the wire

  private final int sizeBits;
  private final long[] blocks;
  private final int blockMask;
  private long top;

  /**
   * @param sizeBits 32..8192
   * @param seen all numbers up to this one count as received
   */
  public ReplayWindow(int sizeBits, long seen) {
    if (sizeBits < SIZE_BITS_MIN || sizeBits > SIZE_BITS_MAX || seen < 0) {
      throw new IllegalArgumentException("window of " + sizeBits + " bits at " + seen);
    }
    this.sizeBits = sizeBits;
    // A window that starts amid a block touches one block more than its size fills.
    int needed = ((sizeBits + 62) >> BLOCK_SHIFT) + 1;
    this.blocks = new long[Integer.highestOneBit(needed - 1) << 1];
    this.blockMask = blocks.length - 1;
    this.top = seen;
    Arrays.fill(blocks, -1L);
    // What lies above the top in its own block is not received yet.
    blocks[block(seen)] = -1L >>> (63 - (int) (seen & 63));
  }

  /** The highest number marked, or the one the window started at. */
  public long top() {
    return top;
  }

  /**
   * The 64-bit number that 32 bits on the wire stand for, seen from the window (RFC 4303 appendix
   * A2.2). Negative where the window says it lies before the first one: never {@link #fresh}.
   */
  public long infer(int low) {
    long topLow = top & (SPAN - 1);
    long high = top - topLow;
    long sequence = Integer.toUnsignedLong(low);
    long bottom = topLow - sizeBits + 1;
    if (bottom >= 0) {
      return sequence >= bottom ? high + sequence : high + SPAN + sequence;
    }
    return sequence >= bottom + SPAN ? high - SPAN + sequence : high + sequence;
  }

  /** Whether a packet of this number may still be accepted. 0 is never sent (RFC 4303 §3.3.3). */
  public boolean fresh(long sequence) {
    if (sequence <= 0) {
      return false;
    }
    if (sequence > top) {
      return true;
    }
    return top - sequence < sizeBits && (blocks[block(sequence)] & bit(sequence)) == 0;
  }

  /** Marks the number of an authenticated packet as received; it must be fresh. */
  public void mark(long sequence) {
    if (!fresh(sequence)) {
      throw new IllegalStateException("number accepted twice: " + sequence);
    }
    if (sequence > top) {
      advance(sequence);
    }
    blocks[block(sequence)] |= bit(sequence);
  }

  private void advance(long sequence) {
    long from = top >>> BLOCK_SHIFT;
    long steps = Math.min((sequence >>> BLOCK_SHIFT) - from, blocks.length);
    for (long step = 1; step <= steps; step++) {
      blocks[(int) ((from + step) & blockMask)] = 0;
    }
    if (steps == blocks.length) {
      blocks[block(sequence)] = 0;
    }
    top = sequence;
  }

  private int block(long sequence) {
    return (int) (sequence >>> BLOCK_SHIFT) & blockMask;
  }

  private static long bit(long sequence) {
    return 1L << (sequence & 63);
  }
}
