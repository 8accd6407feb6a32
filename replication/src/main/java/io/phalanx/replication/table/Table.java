package io.phalanx.replication.table;

import io.phalanx.replication.Owner;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Entries under keys. No method blocks and no stage completes exceptionally. */
public interface Table<K> {
  /** The entry as {@code DONE}, plain {@code GONE} if there is none, {@code UNKNOWN} otherwise. */
  CompletionStage<Answer> find(K key);

  CompletionStage<Answer> submit(K key, Change change);

  /**
   * Keys of entries of an owner, out of the part of the table that lives on this member.
   *
   * @param max keys at the most
   */
  CompletionStage<List<K>> localKeys(Owner owner, int max);

  /** Keys of entries of an owner, out of the whole table; none if the store cannot tell. */
  CompletionStage<List<K>> keysOf(Owner owner);

  /** Keys of all entries in the part of the table that lives on this member. */
  CompletionStage<List<K>> localKeys();

  /**
   * Entries of the whole table that carry one of these marks ({@link Header#ikeSpi}).
   *
   * @return empty if the store cannot tell of all
   */
  CompletionStage<Optional<List<Marked<K>>>> marked(Set<Long> marks);

  /** A key, and the mark of its entry. */
  record Marked<K>(K key, long mark) {}

  /** Tells of all entries that exist, then of changes. Told on one thread at a time. */
  void watch(Watcher<K> watcher);

  /** Told of changes; per key never of an older epoch after a newer one. */
  interface Watcher<K> {
    void changed(K key, Stored stored);

    void removed(K key);
  }
}
