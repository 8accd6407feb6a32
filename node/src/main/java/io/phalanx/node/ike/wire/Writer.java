package io.phalanx.node.ike.wire;

import java.util.Arrays;

/** Writes octets in network order into a buffer that grows. */
final class Writer {
  private byte[] octets = new byte[512];
  private int size;

  int size() {
    return size;
  }

  Writer u8(int value) {
    grow(1);
    octets[size++] = (byte) value;
    return this;
  }

  Writer u16(int value) {
    return u8(value >>> 8).u8(value);
  }

  Writer u32(long value) {
    return u16((int) (value >>> 16)).u16((int) value);
  }

  Writer u64(long value) {
    return u32(value >>> 32).u32(value);
  }

  Writer bytes(byte[] value) {
    grow(value.length);
    System.arraycopy(value, 0, octets, size, value.length);
    size += value.length;
    return this;
  }

  Writer zeros(int count) {
    grow(count);
    size += count;
    return this;
  }

  /** Overwrites 16 bits with the number of octets written since {@code from}. */
  void lengthAt(int offset, int from) {
    int length = size - from;
    if (length > 0xffff) {
      throw new IllegalStateException("a structure of ours is too long: " + length);
    }
    octets[offset] = (byte) (length >>> 8);
    octets[offset + 1] = (byte) length;
  }

  byte[] toBytes() {
    return Arrays.copyOf(octets, size);
  }

  private void grow(int count) {
    if (size + count > octets.length) {
      octets = Arrays.copyOf(octets, Math.max(octets.length * 2, size + count));
    }
  }
}
