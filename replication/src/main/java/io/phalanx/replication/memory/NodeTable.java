package io.phalanx.replication.memory;

import io.phalanx.replication.Owner;
import io.phalanx.replication.table.Answer;
import io.phalanx.replication.table.Change;
import io.phalanx.replication.table.Stored;
import io.phalanx.replication.table.Table;
import io.phalanx.replication.table.Tables;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A table as one node of a {@link PartitionedStore} offers it. */
@SuppressWarnings("unchecked") // all keys of one table are of its type
final class NodeTable<K extends Comparable<K>> implements Table<K> {
  static final List<String> ALL =
      List.of(
          Tables.IKE_SAS,
          Tables.SA_CLUSTERS,
          Tables.ROUTES,
          Tables.SPIS,
          Tables.COUNTERS,
          Tables.ADDRESSES);

  private final StoreNode node;
  private final String name;

  NodeTable(StoreNode node, String name) {
    this.node = node;
    this.name = name;
  }

  @Override
  public CompletionStage<Answer> find(K key) {
    return node.call(name, key, Optional.empty()).answer();
  }

  @Override
  public CompletionStage<Answer> submit(K key, Change change) {
    return node.call(name, key, Optional.of(change)).answer();
  }

  @Override
  public CompletionStage<List<K>> localKeys(Owner owner, int max) {
    return scan(
        () ->
            node.own(name).entrySet().stream()
                .filter(entry -> entry.getValue().header().owner().equals(owner))
                .limit(Math.max(0, max))
                .map(entry -> (K) entry.getKey())
                .toList());
  }

  @Override
  public CompletionStage<List<K>> keysOf(Owner owner) {
    return scan(
        () ->
            node.all(name).stream()
                .flatMap(all -> all.entrySet().stream())
                .filter(entry -> entry.getValue().header().owner().equals(owner))
                .map(entry -> (K) entry.getKey())
                .toList());
  }

  @Override
  public CompletionStage<List<K>> localKeys() {
    return scan(() -> node.own(name).keySet().stream().map(key -> (K) key).toList());
  }

  @Override
  public CompletionStage<Optional<List<Marked<K>>>> marked(Set<Long> marks) {
    return scan(() -> node.all(name).map(all -> marked(all, marks)));
  }

  private static <K> List<Marked<K>> marked(Map<Object, Stored> all, Set<Long> marks) {
    return all.entrySet().stream()
        .map(entry -> new Marked<>((K) entry.getKey(), entry.getValue().header().ikeSpi()))
        .filter(marked -> marks.contains(marked.mark()))
        .toList();
  }

  private <T> CompletionStage<T> scan(Supplier<T> query) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    node.later(() -> answer.complete(query.get()));
    return answer;
  }

  @Override
  public void watch(Watcher<K> watcher) {
    node.watch(
        name,
        new NodeWatch(
            new Watcher<>() {
              @Override
              public void changed(Object key, Stored stored) {
                watcher.changed((K) key, stored);
              }

              @Override
              public void removed(Object key) {
                watcher.removed((K) key);
              }
            }));
  }
}
