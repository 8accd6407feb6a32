package io.phalanx.replication.memory;

import io.phalanx.replication.table.Step.Effect;
import io.phalanx.replication.table.Stored;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One partition of all tables, as one node has it; its version counts the writes. */
final class Replica {
  private final Map<String, TreeMap<Object, Stored>> tables = new HashMap<>();
  private long version;

  long version() {
    return version;
  }

  Map<Object, Stored> table(String name) {
    return tables.computeIfAbsent(name, _ -> new TreeMap<>());
  }

  Optional<Stored> get(String table, Object key) {
    return Optional.ofNullable(table(table).get(key));
  }

  /**
   * @return the entry afterwards
   */
  Optional<Stored> apply(long at, String table, Object key, Effect effect) {
    version = at;
    switch (effect) {
      case Effect.Keep() -> {}
      case Effect.Put(Stored stored) -> table(table).put(key, stored);
      case Effect.PutHeader(var header) ->
          table(table).computeIfPresent(key, (_, old) -> new Stored(header, old.body()));
      case Effect.Delete() -> table(table).remove(key);
    }
    return get(table, key);
  }

  Replica copy() {
    Replica copy = new Replica();
    copy.version = version;
    tables.forEach((name, entries) -> copy.tables.put(name, new TreeMap<>(entries)));
    return copy;
  }
}
