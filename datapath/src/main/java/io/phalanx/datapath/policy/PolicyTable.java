package io.phalanx.datapath.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The SPD: where a clear packet goes, by inner destination, source, protocol and ports. Of all that
 * cover it, the one with the most specific destination wins (addresses, then protocol, then ports);
 * among equals what was added last, so that a rekeyed SA takes over.
 *
 * <p>Selectors whose addresses are a prefix stand in one hash table per prefix length, so tens of
 * thousands of virtual addresses cost one probe; the other ranges stand in a list. Read by all
 * loops without locks, written by one at a time.
 */
public final class PolicyTable<T> {
  private record Policy<T>(long order, Selector remote, Selector[] local, T target) {
    boolean before(@Nullable Policy<T> other) {
      if (other == null || remote.specificity() != other.remote.specificity()) {
        return other == null || remote.specificity() > other.remote.specificity();
      }
      return order > other.order;
    }

    boolean covers(FlowKey packet) {
      return remote.coversDestination(packet)
          && (local.length == 0 || Selector.anyCoversSource(local, packet));
    }
  }

  private static final int PREFIXES = 129;

  private final T absent;
  private final List<LongPairTable<List<Policy<T>>>> tables = new ArrayList<>(PREFIXES);
  private volatile int[] lengths = {}; // of prefixes in use, longest first
  private volatile List<Policy<T>> ranges = List.of(); // the winner first, as all lists here
  private long added;

  /**
   * @param absent what {@link #find} gives where nothing covers the packet
   */
  public PolicyTable(T absent) {
    this.absent = absent;
    for (int bits = 0; bits < PREFIXES; bits++) {
      tables.add(new LongPairTable<>(List.of()));
    }
  }

  /** What covers the packet. */
  public T find(FlowKey packet) {
    Policy<T> best = first(ranges, packet);
    for (int bits : lengths) {
      if (best != null && best.remote.addressBits() > bits) {
        break;
      }
      List<Policy<T>> here =
          tables
              .get(bits)
              .find(
                  Selector.masked(packet.destinationHigh, bits, 0),
                  Selector.masked(packet.destinationLow, bits, 64));
      Policy<T> found = first(here, packet);
      best = found != null && found.before(best) ? found : best;
    }
    return best == null ? absent : best.target;
  }

  private static <T> @Nullable Policy<T> first(List<Policy<T>> policies, FlowKey packet) {
    for (int at = 0; at < policies.size(); at++) { // by index: no iterator on the packet path
      Policy<T> policy = policies.get(at);
      if (policy.covers(packet)) {
        return policy;
      }
    }
    return null;
  }

  /**
   * Adds a target. One that is here with the same selectors comes before its equals from now on,
   * and is found at any moment.
   *
   * @param remote what the packet's destination must be inside of
   * @param local what its source must be inside of; empty for any
   */
  public void add(Selector[] remote, Selector[] local, T target) {
    put(remote, local, target, ++added);
  }

  /** Likewise, but behind its equals: what was there before stays in force. */
  public void addBehind(Selector[] remote, Selector[] local, T target) {
    put(remote, local, target, - ++added);
  }

  private void put(Selector[] remote, Selector[] local, T target, long order) {
    for (Selector selector : remote) {
      Policy<T> policy = new Policy<>(order, selector, local, target);
      int bits = selector.prefixBits();
      if (bits < 0) {
        ranges = with(ranges, policy);
      } else {
        LongPairTable<List<Policy<T>>> table = tables.get(bits);
        List<Policy<T>> here = table.find(selector.startHigh(), selector.startLow());
        table.put(selector.startHigh(), selector.startLow(), with(here, policy));
        lengthsInUse();
      }
    }
  }

  /** Removes a target that was added with these remote selectors. */
  public void remove(Selector[] remote, T target) {
    for (Selector selector : remote) {
      int bits = selector.prefixBits();
      if (bits < 0) {
        ranges = without(ranges, target);
        continue;
      }
      LongPairTable<List<Policy<T>>> table = tables.get(bits);
      List<Policy<T>> left = without(table.find(selector.startHigh(), selector.startLow()), target);
      if (!left.isEmpty()) {
        table.put(selector.startHigh(), selector.startLow(), left);
      } else {
        table.remove(selector.startHigh(), selector.startLow());
      }
      lengthsInUse();
    }
  }

  private void lengthsInUse() {
    int[] now =
        IntStream.range(0, PREFIXES)
            .map(index -> PREFIXES - 1 - index)
            .filter(bits -> tables.get(bits).size() > 0)
            .toArray();
    if (!Arrays.equals(now, lengths)) {
      lengths = now;
    }
  }

  private static <T> List<Policy<T>> with(List<Policy<T>> policies, Policy<T> newest) {
    List<Policy<T>> longer = new ArrayList<>(policies);
    longer.removeIf(each -> each.target.equals(newest.target) && each.remote.equals(newest.remote));
    int at = 0;
    while (at < longer.size() && longer.get(at).before(newest)) {
      at++;
    }
    longer.add(at, newest);
    return List.copyOf(longer);
  }

  private static <T> List<Policy<T>> without(List<Policy<T>> policies, T target) {
    return policies.stream().filter(policy -> !policy.target.equals(target)).toList();
  }
}
