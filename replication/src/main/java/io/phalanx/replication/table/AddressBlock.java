package io.phalanx.replication.table;

import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * 256 addresses that follow each other: who has them, and who had them last. One entry of the store
 * holds them all, so that finding a free one among them is one change.
 *
 * <p>An address that nobody ever had is given out first, then the one that has been free for
 * longest: so an identity finds its last address again as long as the pool allows.
 *
 * <pre>
 * for each address that anybody ever had, in their order:
 * | slot (8 bits) | session, 0 if free (64) | lessee (64) | leased or freed at, seconds (32) |
 * </pre>
 */
final class AddressBlock {
  static final int SLOTS = 256;

  private static final int SLOT_OCTETS = 1 + 2 * Long.BYTES + Integer.BYTES;
  private static final long FREE = 0;

  /**
   * An address that somebody has or had.
   *
   * @param sessionId who has it; 0 for nobody
   * @param lessee who has it or had it last, over sessions
   * @param sinceSeconds when that began or ended
   */
  record Slot(int index, long sessionId, long lessee, long sinceSeconds) {
    boolean free() {
      return sessionId == FREE;
    }
  }

  private final SortedMap<Integer, Slot> slots = new TreeMap<>();

  private AddressBlock() {}

  /** Reads the body of an entry. */
  static AddressBlock of(byte[] body) {
    AddressBlock block = new AddressBlock();
    ByteBuffer in = ByteBuffer.wrap(body);
    while (in.remaining() >= SLOT_OCTETS) {
      int index = in.get() & 0xff;
      long sessionId = in.getLong();
      long lessee = in.getLong();
      block.slots.put(
          index, new Slot(index, sessionId, lessee, Integer.toUnsignedLong(in.getInt())));
    }
    return block;
  }

  byte[] body() {
    ByteBuffer out = ByteBuffer.allocate(slots.size() * SLOT_OCTETS);
    for (Slot slot : slots.values()) {
      out.put((byte) slot.index());
      out.putLong(slot.sessionId());
      out.putLong(slot.lessee());
      out.putInt((int) slot.sinceSeconds());
    }
    return out.array();
  }

  SortedMap<Integer, Slot> slots() {
    return slots;
  }

  /**
   * Leases one address: the session's own, the lessee's last, one that nobody ever had, or, if that
   * is allowed, the one that has been free for longest.
   *
   * @return its slot; empty if there is none
   */
  Optional<Integer> lease(SlotWish wish) {
    Optional<Integer> found =
        slots.values().stream()
            .filter(slot -> wish.covers(slot.index()) && own(slot, wish))
            .map(Slot::index)
            .findFirst()
            .or(() -> last(wish))
            .or(() -> fresh(wish))
            .or(() -> wish.reuse() ? oldest(wish).map(Slot::index) : Optional.empty());
    found.ifPresent(
        index ->
            slots.put(index, new Slot(index, wish.sessionId(), wish.lessee(), wish.nowSeconds())));
    return found;
  }

  private static boolean own(Slot slot, SlotWish wish) {
    return slot.sessionId() == wish.sessionId()
        || (slot.lessee() == wish.lessee() && wish.replaced().contains(slot.sessionId()));
  }

  private Optional<Integer> last(SlotWish wish) {
    return slots.values().stream()
        .filter(slot -> slot.free() && slot.lessee() == wish.lessee() && wish.allows(slot.index()))
        .map(Slot::index)
        .findFirst();
  }

  private Optional<Integer> fresh(SlotWish wish) {
    int span = wish.to() - wish.from() + 1;
    int start = Math.floorMod(Long.hashCode(wish.lessee()), span);
    for (int step = 0; step < span; step++) {
      int index = wish.from() + (start + step) % span;
      if (!slots.containsKey(index) && wish.allows(index)) {
        return Optional.of(index);
      }
    }
    return Optional.empty();
  }

  /** The address that has been free for longest. */
  Optional<Slot> oldest(SlotWish wish) {
    return slots.values().stream()
        .filter(slot -> slot.free() && wish.allows(slot.index()))
        .min(Comparator.comparingLong(Slot::sinceSeconds).thenComparingInt(Slot::index));
  }

  /** Frees an address, if this session has it; it keeps in mind whose it was. */
  boolean free(int index, long sessionId, long nowSeconds) {
    Slot slot = slots.get(index);
    if (slot == null || slot.free() || slot.sessionId() != sessionId) {
      return false;
    }
    slots.put(index, new Slot(index, FREE, slot.lessee(), nowSeconds));
    return true;
  }

  /**
   * With what another half of the store knows: of each address what happened to it last.
   *
   * @param earlier gives way where both happened in one second
   */
  AddressBlock mergedWith(AddressBlock earlier) {
    AddressBlock merged = new AddressBlock();
    merged.slots.putAll(slots);
    earlier.slots.forEach(
        (index, slot) ->
            merged.slots.merge(
                index,
                slot,
                (mine, other) -> other.sinceSeconds() > mine.sinceSeconds() ? other : mine));
    return merged;
  }
}
