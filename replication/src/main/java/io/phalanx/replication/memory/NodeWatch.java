package io.phalanx.replication.memory;

import io.phalanx.replication.table.Stored;
import io.phalanx.replication.table.Table;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Tells a watcher what it is promised: per key never of an older epoch after a newer one. */
final class NodeWatch {
  private final Table.Watcher<Object> watcher;
  private final Map<Object, Long> epochs = new HashMap<>();

  NodeWatch(Table.Watcher<Object> watcher) {
    this.watcher = watcher;
  }

  void event(Object key, Optional<Stored> stored) {
    if (stored.isEmpty()) {
      epochs.remove(key);
      watcher.removed(key);
    } else if (stored.get().header().epoch() >= epochs.getOrDefault(key, 0L)) {
      epochs.put(key, stored.get().header().epoch());
      watcher.changed(key, stored.get());
    }
  }

  void scan(Map<Object, Stored> entries) {
    new TreeMap<>(entries).forEach((key, stored) -> event(key, Optional.of(stored)));
  }

  /** What is not there any more was removed without a word. */
  void rescan(Map<Object, Stored> all) {
    List<Object> gone =
        epochs.keySet().stream().filter(key -> !all.containsKey(key)).sorted().toList();
    gone.forEach(key -> event(key, Optional.empty()));
    scan(all);
  }
}
