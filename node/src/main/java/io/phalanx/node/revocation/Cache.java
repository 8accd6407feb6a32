package io.phalanx.node.revocation;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Answers that hold until a time that they name. Keeps the last used ones, up to a bound. */
final class Cache<K, V> {
  private record Held<V>(V value, Instant until) {}

  private final Map<K, Held<V>> entries;

  Cache(int max) {
    entries =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<K, Held<V>> eldest) {
            return size() > max;
          }
        };
  }

  synchronized Optional<V> find(K key, Instant now) {
    return Optional.ofNullable(entries.get(key))
        .filter(held -> now.isBefore(held.until()))
        .map(Held::value);
  }

  synchronized void put(K key, V value, Instant until) {
    entries.put(key, new Held<>(value, until));
  }
}
