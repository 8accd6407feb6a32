package io.phalanx.datapath.policy;

import java.util.Arrays;

/**
 * Where the first fragments of packets went, so that the later ones, which show no ports, go the
 * same way (RFC 4301 §7.3). A bounded memory for one thread: a packet may take the place of
 * another, whose later fragments are then judged by themselves. None is kept for a later fragment
 * that comes before its first.
 *
 * <p>Ports are in the first 4 octets of a packet's payload and fragments begin at multiples of 8,
 * so no later fragment can change what the first one was let through for.
 */
public final class FragmentMemory<T> {
  private static final long LIFE_NANOS = 10_000_000_000L;

  private final T absent;
  private final int mask;
  private final long[] keys; // 5 of each place: source, destination, identification
  private final long[] sinceNanos;
  private final T[] targets;

  /**
   * @param places a power of two
   * @param absent what {@link #find} gives for a packet that is not known
   */
  @SuppressWarnings("unchecked") // an array of T is never seen outside
  public FragmentMemory(int places, T absent) {
    if (Integer.bitCount(places) != 1) {
      throw new IllegalArgumentException("not a power of two: " + places);
    }
    this.absent = absent;
    mask = places - 1;
    keys = new long[places * 5];
    sinceNanos = new long[places];
    targets = (T[]) new Object[places];
    Arrays.fill(targets, absent);
  }

  /** Remembers where a first fragment went; with {@code absent}, that it went nowhere. */
  public void remember(FlowKey first, T target, long nowNanos) {
    int place = place(first);
    if (target.equals(absent) && !holds(place, first)) {
      return;
    }
    int at = place * 5;
    keys[at] = first.sourceHigh;
    keys[at + 1] = first.sourceLow;
    keys[at + 2] = first.destinationHigh;
    keys[at + 3] = first.destinationLow;
    keys[at + 4] = first.fragmentId;
    sinceNanos[place] = nowNanos;
    targets[place] = target;
  }

  /** Where the first fragment of the same packet went. */
  public T find(FlowKey later, long nowNanos) {
    int place = place(later);
    return holds(place, later) && nowNanos - sinceNanos[place] < LIFE_NANOS
        ? targets[place]
        : absent;
  }

  private boolean holds(int place, FlowKey packet) {
    int at = place * 5;
    return keys[at + 4] == packet.fragmentId
        && keys[at + 3] == packet.destinationLow
        && keys[at + 2] == packet.destinationHigh
        && keys[at + 1] == packet.sourceLow
        && keys[at] == packet.sourceHigh;
  }

  private int place(FlowKey packet) {
    long mixed = packet.fragmentId + packet.sourceLow * 31 + packet.destinationLow * 961;
    mixed = (mixed ^ packet.sourceHigh ^ (packet.destinationHigh >>> 7)) * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 40) & mask;
  }
}
