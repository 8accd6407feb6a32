package io.phalanx.node.ike;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** When each IKE SA wants to be looked at next; one entry per IKE SA at most. */
final class Agenda {
  /** No moment at all. */
  static final long NEVER = Long.MAX_VALUE;

  private record Entry(long atMillis, long localSpi) {}

  private final Map<Long, Entry> bySpi = new HashMap<>();
  private final TreeSet<Entry> byTime =
      new TreeSet<>(Comparator.comparingLong(Entry::atMillis).thenComparingLong(Entry::localSpi));

  void set(long localSpi, long atMillis) {
    remove(localSpi);
    if (atMillis != NEVER) {
      Entry entry = new Entry(atMillis, localSpi);
      bySpi.put(localSpi, entry);
      byTime.add(entry);
    }
  }

  void remove(long localSpi) {
    Entry entry = bySpi.remove(localSpi);
    if (entry != null) {
      byTime.remove(entry);
    }
  }

  /** Takes out all that are due, each once, the earliest first. */
  List<Long> due(long nowMillis) {
    List<Long> due = new ArrayList<>();
    while (!byTime.isEmpty() && byTime.first().atMillis() <= nowMillis) {
      long localSpi = byTime.first().localSpi();
      remove(localSpi);
      due.add(localSpi);
    }
    return due;
  }
}
