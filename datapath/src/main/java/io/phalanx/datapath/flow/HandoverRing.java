package io.phalanx.datapath.flow;

import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Packets on their way from one thread to the packet loop that carries their SA cluster: one
 * producer, one consumer, a copy into slots that are used again, so nothing is allocated per packet
 * once a slot has seen its largest.
 */
final class HandoverRing {
  private static final InetSocketAddress NOBODY = new InetSocketAddress(0);
  private static final int SLOT_OCTETS = 2048;

  static final class Slot {
    byte[] octets = new byte[SLOT_OCTETS];
    int length;
    boolean clear; // an inner packet, not ESP
    InetSocketAddress from = NOBODY;
    boolean natPort;
    int listen;
    int outer; // traffic class of the datagram
    int hops;
  }

  private final Slot[] slots;
  private final int mask;
  private final AtomicLong head = new AtomicLong(); // next to be read
  private final AtomicLong tail = new AtomicLong(); // next to be written

  /**
   * @param capacity a power of two
   */
  HandoverRing(int capacity) {
    slots = new Slot[capacity];
    mask = capacity - 1;
  }

  boolean offerClear(byte[] packet, int offset, int length, int hops) {
    long at = tail.get();
    if (at - head.get() > mask) {
      return false;
    }
    Slot slot = fill(at, packet, offset, length, hops);
    slot.clear = true;
    tail.setRelease(at + 1);
    return true;
  }

  boolean offerEsp(
      byte[] packet,
      int offset,
      int length,
      InetSocketAddress from,
      boolean natPort,
      int listen,
      int outer,
      int hops) {
    long at = tail.get();
    if (at - head.get() > mask) {
      return false;
    }
    Slot slot = fill(at, packet, offset, length, hops);
    slot.clear = false;
    slot.from = from;
    slot.natPort = natPort;
    slot.listen = listen;
    slot.outer = outer;
    tail.setRelease(at + 1);
    return true;
  }

  private Slot fill(long at, byte[] packet, int offset, int length, int hops) {
    int index = (int) at & mask;
    if (slots[index] == null) {
      slots[index] = new Slot();
    }
    Slot slot = slots[index];
    if (slot.octets.length < length) {
      slot.octets = new byte[length];
    }
    System.arraycopy(packet, offset, slot.octets, 0, length);
    slot.length = length;
    slot.hops = hops;
    return slot;
  }

  boolean isEmpty() {
    return head.get() == tail.getAcquire();
  }

  /** The next packet; there must be one. Valid until {@link #release}. */
  Slot peek() {
    return slots[(int) head.get() & mask];
  }

  void release() {
    head.setRelease(head.get() + 1);
  }
}
