package io.phalanx.datapath.policy;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A hash table by 128-bit keys with open addressing, read by all packet loops without locks or
 * allocation. Writers must exclude each other. A reader sees each entry as it was before or after a
 * write, never a mixture; while a key is removed and put again it may miss it.
 */
final class LongPairTable<V> {
  private record Slot<V>(long high, long low, @Nullable V value) {}

  private static final int CAPACITY_MIN = 64;

  private final V absent;
  private volatile AtomicReferenceArray<@Nullable Slot<V>> slots =
      new AtomicReferenceArray<>(CAPACITY_MIN);
  private int used; // slots that are not empty, removed ones among them
  private int size;

  /**
   * @param absent what {@link #find} gives for a key that is not there
   */
  LongPairTable(V absent) {
    this.absent = absent;
  }

  V find(long high, long low) {
    AtomicReferenceArray<@Nullable Slot<V>> current = slots;
    int mask = current.length() - 1;
    for (int at = hash(high, low) & mask; ; at = (at + 1) & mask) {
      Slot<V> slot = current.get(at);
      if (slot == null) {
        return absent;
      }
      if (slot.low == low && slot.high == high) {
        return slot.value == null ? absent : slot.value;
      }
    }
  }

  int size() {
    return size;
  }

  void put(long high, long low, V value) {
    if ((used + 1) * 2 > slots.length()) {
      rehash();
    }
    set(new Slot<>(high, low, value));
  }

  /** Forgets a key; its slot stays taken by it until the next rehash. */
  void remove(long high, long low) {
    Slot<V> empty = new Slot<>(high, low, null);
    if (slots.get(place(slots, empty)) != null) {
      set(empty);
    }
  }

  private void set(Slot<V> slot) {
    AtomicReferenceArray<@Nullable Slot<V>> current = slots;
    int at = place(current, slot);
    Slot<V> old = current.get(at);
    if (old == null) {
      used++;
    }
    boolean was = old != null && old.value != null;
    boolean is = slot.value != null;
    size += (is ? 1 : 0) - (was ? 1 : 0);
    current.set(at, slot);
  }

  private static <V> int place(AtomicReferenceArray<@Nullable Slot<V>> table, Slot<V> slot) {
    int mask = table.length() - 1;
    int at = hash(slot.high, slot.low) & mask;
    while (true) {
      Slot<V> there = table.get(at);
      if (there == null || (there.low == slot.low && there.high == slot.high)) {
        return at;
      }
      at = (at + 1) & mask;
    }
  }

  /** Copies what is there into a fresh array, four times as large as needed. */
  private void rehash() {
    int capacity = Math.max(CAPACITY_MIN, Integer.highestOneBit(size + 1) * 4);
    AtomicReferenceArray<@Nullable Slot<V>> next = new AtomicReferenceArray<>(capacity);
    AtomicReferenceArray<@Nullable Slot<V>> current = slots;
    for (int at = 0; at < current.length(); at++) {
      Slot<V> slot = current.get(at);
      if (slot != null && slot.value != null) {
        next.set(place(next, slot), slot);
      }
    }
    used = size;
    slots = next;
  }

  /** Mixes all bits into the low ones: SPIs and addresses often differ in few. */
  private static int hash(long high, long low) {
    long mixed = (low ^ (high * 0x9E3779B97F4A7C15L)) * 0xD6E8FEB86659FD93L;
    mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
    return (int) (mixed >>> 32);
  }
}
