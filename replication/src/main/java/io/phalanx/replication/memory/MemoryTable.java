package io.phalanx.replication.memory;

import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owner;
import io.phalanx.replication.table.Answer;
import io.phalanx.replication.table.Change;
import io.phalanx.replication.table.Step;
import io.phalanx.replication.table.Step.Effect;
import io.phalanx.replication.table.Stored;
import io.phalanx.replication.table.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A table in a sorted map, so that whoever goes over it meets the keys in the same order. */
final class MemoryTable<K extends Comparable<K>> {
  private final SortedMap<K, Stored> entries = new TreeMap<>();
  private final List<Table.Watcher<K>> watchers = new ArrayList<>();

  /** The table as one member reaches it. */
  Table<K> through(Courier courier) {
    return new View(courier);
  }

  private Answer run(K key, Change change) {
    Stored stored = entries.get(key);
    Step step = stored == null ? change.absent() : change.present(stored);
    switch (step.effect()) {
      case Effect.Keep() -> {}
      case Effect.Put(Stored after) -> put(key, after);
      case Effect.PutHeader(var header) -> {
        if (stored != null) {
          put(key, new Stored(header, stored.body()));
        }
      }
      case Effect.Delete() -> {
        entries.remove(key);
        List.copyOf(watchers).forEach(watcher -> watcher.removed(key));
      }
    }
    return step.answer();
  }

  private void put(K key, Stored stored) {
    entries.put(key, stored);
    List.copyOf(watchers).forEach(watcher -> watcher.changed(key, stored));
  }

  private Answer find(K key) {
    Stored stored = entries.get(key);
    return stored == null
        ? new Answer.Plain(Outcome.GONE)
        : new Answer.WithEntry(Outcome.DONE, stored);
  }

  private List<Table.Marked<K>> marked(Set<Long> marks) {
    return entries.entrySet().stream()
        .map(entry -> new Table.Marked<>(entry.getKey(), entry.getValue().header().ikeSpi()))
        .filter(marked -> marks.contains(marked.mark()))
        .toList();
  }

  private List<K> keys(Owner owner, int max) {
    return entries.entrySet().stream()
        .filter(entry -> entry.getValue().header().owner().equals(owner))
        .limit(Math.max(0, max))
        .map(Map.Entry::getKey)
        .toList();
  }

  private final class View implements Table<K> {
    private final Courier courier;

    View(Courier courier) {
      this.courier = courier;
    }

    @Override
    public CompletionStage<Answer> find(K key) {
      return ask(() -> MemoryTable.this.find(key), new Answer.Plain(Outcome.UNKNOWN));
    }

    @Override
    public CompletionStage<Answer> submit(K key, Change change) {
      return ask(() -> run(key, change), new Answer.Plain(Outcome.UNKNOWN));
    }

    /** All keys live on every member: who comes first gets them. */
    @Override
    public CompletionStage<List<K>> localKeys(Owner owner, int max) {
      return ask(() -> keys(owner, max), List.of());
    }

    @Override
    public CompletionStage<List<K>> keysOf(Owner owner) {
      return localKeys(owner, Integer.MAX_VALUE);
    }

    @Override
    public CompletionStage<List<K>> localKeys() {
      return ask(() -> List.copyOf(entries.keySet()), List.of());
    }

    @Override
    public CompletionStage<Optional<List<Marked<K>>>> marked(Set<Long> marks) {
      return ask(() -> Optional.of(MemoryTable.this.marked(marks)), Optional.empty());
    }

    private <T> CompletionStage<T> ask(Supplier<T> request, T lost) {
      CompletableFuture<T> answer = new CompletableFuture<>();
      courier.carry(
          () -> {
            T result = request.get();
            courier.carry(() -> answer.complete(result), () -> answer.complete(lost));
          },
          () -> answer.complete(lost));
      return answer;
    }

    /** What is told arrives in order, or not at all: like the rest of the store's events. */
    @Override
    public void watch(Watcher<K> watcher) {
      Watcher<K> carried =
          new Watcher<>() {
            @Override
            public void changed(K key, Stored stored) {
              courier.carry(() -> watcher.changed(key, stored), () -> {});
            }

            @Override
            public void removed(K key) {
              courier.carry(() -> watcher.removed(key), () -> {});
            }
          };
      entries.forEach(carried::changed);
      watchers.add(carried);
    }
  }
}
