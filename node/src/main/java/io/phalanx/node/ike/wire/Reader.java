package io.phalanx.node.ike.wire;

import java.util.Arrays;

/**
 * Reads octets from the wire without ever throwing. A read past the end gives zeros and marks the
 * reader, and the reader it was sliced from, as broken: decoders are written straight on, and what
 * they return counts only if nothing was broken at the end.
 */
final class Reader {
  private final byte[] octets;
  private final int end;
  private final Reader root;
  private int position;
  private boolean broken;

  /** Octets {@code from} (inclusive) to {@code to} (exclusive), which must be inside the array. */
  Reader(byte[] octets, int from, int to) {
    this.octets = octets;
    this.position = from;
    this.end = to;
    this.root = this;
  }

  private Reader(Reader parent, int from, int to) {
    this.octets = parent.octets;
    this.position = from;
    this.end = to;
    this.root = parent.root;
  }

  /** Octets left; none once broken, so loops over the rest end. */
  int remaining() {
    return root.broken ? 0 : end - position;
  }

  int position() {
    return position;
  }

  boolean broken() {
    return root.broken;
  }

  void fail() {
    root.broken = true;
    position = end;
  }

  /** Breaks the reader unless the condition holds. */
  void require(boolean condition) {
    if (!condition) {
      fail();
    }
  }

  int u8() {
    return take(1) ? octets[position - 1] & 0xff : 0;
  }

  int u16() {
    return (u8() << 8) | u8();
  }

  long u32() {
    return ((long) u16() << 16) | u16();
  }

  long u64() {
    return (u32() << 32) | u32();
  }

  void skip(int count) {
    boolean _ = take(count);
  }

  byte[] bytes(int count) {
    return take(count) ? Arrays.copyOfRange(octets, position - count, position) : new byte[0];
  }

  byte[] rest() {
    return bytes(remaining());
  }

  /** A reader of the next octets alone, which this one skips. */
  Reader slice(int count) {
    return take(count) ? new Reader(this, position - count, position) : new Reader(this, end, end);
  }

  private boolean take(int count) {
    if (count < 0 || count > remaining()) {
      fail();
      return false;
    }
    position += count;
    return true;
  }
}
