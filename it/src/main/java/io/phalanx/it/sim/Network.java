package io.phalanx.it.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The wires: what is lost, doubled, late, cut; and what somebody has recorded. */
final class Network {
  private static final long MICRO = 1_000;
  private static final long NEAR_NANOS_MIN = 50 * MICRO;
  private static final long NEAR_NANOS_MAX = 400 * MICRO;
  private static final long FAR_NANOS_MIN = 2_000 * MICRO;
  private static final long FAR_NANOS_MAX = 9_000 * MICRO;
  private static final long LATE_NANOS_MAX = 300_000 * MICRO;
  private static final int RECORDED_MAX = 400;

  /** A datagram of a peer, as it was on the wire. */
  record Recorded(boolean natPort, byte[] octets) {}

  private record Way(int from, int to) {}

  private final Timeline timeline;
  private final Dice dice;
  private final Map<Way, Integer> cuts = new HashMap<>();
  private final Map<Way, List<Runnable>> held = new HashMap<>();
  private final Map<Way, Long> lastNanos = new HashMap<>();
  private final Map<Integer, List<Recorded>> recorded = new HashMap<>();
  private final Set<Way> silent = new HashSet<>();
  private int roughPerMille;

  Network(Timeline timeline, Dice dice) {
    this.timeline = timeline;
    this.dice = dice;
  }

  void rough(int perMille) {
    roughPerMille = perMille;
  }

  /** A datagram between a peer and a member. */
  void far(Runnable arrive) {
    datagram(FAR_NANOS_MIN, FAR_NANOS_MAX, arrive);
  }

  /** A datagram between two members. */
  void near(int from, int to, Runnable arrive) {
    Way way = new Way(from, to);
    if (!cuts.containsKey(way) && !silent.contains(way)) {
      datagram(NEAR_NANOS_MIN, NEAR_NANOS_MAX, arrive);
    }
  }

  private void datagram(long minNanos, long maxNanos, Runnable arrive) {
    if (dice.chance(roughPerMille)) {
      return;
    }
    for (int copies = dice.chance(roughPerMille) ? 2 : 1; copies > 0; copies--) {
      long late = dice.chance(roughPerMille) ? dice.between(0, LATE_NANOS_MAX) : 0;
      timeline.after(dice.between(minNanos, maxNanos) + late, arrive);
    }
  }

  /** A connection between two members keeps the order; what is cut waits, as in TCP. */
  void connection(int from, int to, Runnable arrive) {
    Way way = new Way(from, to);
    if (cuts.containsKey(way)) {
      held.computeIfAbsent(way, _ -> new ArrayList<>()).add(arrive);
      return;
    }
    long at =
        Math.max(
            lastNanos.getOrDefault(way, 0L),
            timeline.nowNanos()
                + (from == to ? 10 * MICRO : dice.between(NEAR_NANOS_MIN, NEAR_NANOS_MAX)));
    lastNanos.put(way, at);
    timeline.at(at, arrive);
  }

  /** Connections of a process that has ended carry nothing to its successor. */
  void forget(int member) {
    held.keySet().removeIf(way -> way.from == member || way.to == member);
  }

  boolean cut(int one, int other) {
    return cuts.containsKey(new Way(one, other));
  }

  void cut(Set<Integer> some, Set<Integer> others) {
    both(some, others).forEach(way -> cuts.merge(way, 1, Integer::sum));
  }

  void heal(Set<Integer> some, Set<Integer> others) {
    for (Way way : both(some, others)) {
      if (cuts.merge(way, -1, Integer::sum) == 0) {
        cuts.remove(way);
        List<Runnable> waited = held.remove(way);
        if (waited != null) {
          waited.forEach(arrive -> connection(way.from, way.to, arrive));
        }
      }
    }
  }

  private static List<Way> both(Set<Integer> some, Set<Integer> others) {
    List<Way> ways = new ArrayList<>();
    for (int one : some) {
      for (int other : others) {
        ways.add(new Way(one, other));
        ways.add(new Way(other, one));
      }
    }
    return ways;
  }

  void silence(int from, int to) {
    silent.add(new Way(from, to));
  }

  void unsilence(int from, int to) {
    silent.remove(new Way(from, to));
  }

  void record(int peer, boolean natPort, byte[] octets) {
    List<Recorded> of = recorded.computeIfAbsent(peer, _ -> new ArrayList<>());
    if (of.size() < RECORDED_MAX) {
      of.add(new Recorded(natPort, octets));
    } else {
      of.set(dice.below(RECORDED_MAX), new Recorded(natPort, octets));
    }
  }

  /** The last datagrams of a peer, the latest first, and some older ones. */
  List<Recorded> recorded(int peer, int count) {
    List<Recorded> of = recorded.getOrDefault(peer, List.of());
    List<Recorded> some = new ArrayList<>();
    for (int i = 0; i < count && !of.isEmpty(); i++) {
      int latest = of.size() - 1 - Math.min(i, of.size() - 1);
      some.add(of.get(i % 2 == 0 ? latest : dice.below(of.size())));
    }
    return some;
  }
}
