package io.phalanx.datapath.esp;

import io.phalanx.datapath.NonceSource;

/** IVs for AEAD ciphers out of the member's nonces, taken in blocks so that loops do not meet. */
public final class CounterIvs implements IvSource {
  private static final int BLOCK = 4096;

  private final NonceSource nonces;
  private long next;
  private int left;

  public CounterIvs(NonceSource nonces) {
    this.nonces = nonces;
  }

  @Override
  public void put(byte[] packet, int offset) {
    if (left == 0) {
      next = nonces.reserve(BLOCK);
      left = BLOCK;
    }
    EspPacket.putLong(packet, offset, next++);
    left--;
  }
}
