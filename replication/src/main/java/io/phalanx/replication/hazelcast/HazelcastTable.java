package io.phalanx.replication.hazelcast;

import com.hazelcast.map.IMap;
import com.hazelcast.map.listener.EntryMergedListener;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owner;
import io.phalanx.replication.table.Answer;
import io.phalanx.replication.table.Change;
import io.phalanx.replication.table.Stored;
import io.phalanx.replication.table.Table;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A table in a map of Hazelcast.
 *
 * <p>Whatever goes wrong is an answer: too few members, a backup that did not acknowledge, a member
 * that shuts down, no answer in time. A call that was given up may still take effect; changes are
 * made so that this does no harm.
 */
final class HazelcastTable<K> implements Table<K> {
  private static final Logger log = LoggerFactory.getLogger(HazelcastTable.class);

  /**
   * Calls in flight on one table; above it the store answers at once that it does not know. About
   * what a busy member gets done while a caller waits: more would only be answered too late.
   */
  private static final int CALLS_MAX = 4096;

  private static final long ANSWER_MILLIS_MAX = 2000;
  private static final long RETRY_MILLIS = 500;

  private final IMap<K, Stored> map;
  private final StoreThreads threads;
  private final BooleanSupplier unsure;
  private final List<TableWatch<K>> watches = new CopyOnWriteArrayList<>();
  private final Semaphore calls = new Semaphore(CALLS_MAX);

  HazelcastTable(IMap<K, Stored> map, StoreThreads threads) {
    this(map, threads, () -> false);
  }

  /**
   * @param unsure whether an entry that is here may be old, or one that is not may be on its way
   */
  HazelcastTable(IMap<K, Stored> map, StoreThreads threads, BooleanSupplier unsure) {
    this.map = map;
    this.threads = threads;
    this.unsure = unsure;
  }

  @Override
  public CompletionStage<Answer> find(K key) {
    return ask(() -> map.getAsync(key), HazelcastTable::found);
  }

  @Override
  public CompletionStage<Answer> submit(K key, Change change) {
    return ask(() -> map.submitToKey(key, new ChangeProcessor<>(change)), Function.identity());
  }

  private static Answer found(@Nullable Stored stored) {
    return stored == null
        ? new Answer.Plain(Outcome.GONE)
        : new Answer.WithEntry(Outcome.DONE, stored);
  }

  private <T extends @Nullable Object> CompletionStage<Answer> ask(
      Supplier<CompletionStage<T>> call, Function<T, Answer> read) {
    Answer unknown = new Answer.Plain(Outcome.UNKNOWN);
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    if (unsure.getAsBoolean() || !calls.tryAcquire()) {
      answer.complete(unknown);
      return answer;
    }
    try {
      var _ =
          call.get()
              .whenCompleteAsync(
                  (result, fault) -> {
                    calls.release();
                    answer.complete(fault == null ? read.apply(result) : unknown(fault));
                  },
                  threads.answers());
      return answer.completeOnTimeout(unknown, ANSWER_MILLIS_MAX, TimeUnit.MILLISECONDS);
    } catch (RuntimeException refused) {
      calls.release();
      return CompletableFuture.completedStage(unknown(refused));
    }
  }

  /** Only kinds of faults go to the log: their texts may quote keys and entries. */
  private Answer unknown(Throwable fault) {
    log.debug("{}: {}", map.getName(), fault.getClass().getSimpleName());
    return new Answer.Plain(Outcome.UNKNOWN);
  }

  @Override
  public CompletionStage<List<K>> localKeys(Owner owner, int max) {
    return scan(() -> keysOf(owner, max), List.of());
  }

  @Override
  public CompletionStage<List<K>> keysOf(Owner owner) {
    return scan(() -> List.copyOf(map.keySet(new OwnedBy<>(owner))), List.of());
  }

  @Override
  public CompletionStage<List<K>> localKeys() {
    return scan(() -> List.copyOf(map.localKeySet()), List.of());
  }

  /** A query that meets partitions on their way asks again for those; none is left out. */
  @Override
  public CompletionStage<Optional<List<Marked<K>>>> marked(Set<Long> marks) {
    return scan(
        () -> Optional.of(List.copyOf(map.project(new MarkOf<K>(), new MarkedBy<>(marks)))),
        Optional.empty());
  }

  private <T> CompletionStage<T> scan(Supplier<T> query, T unknown) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      threads.scans().execute(() -> answer.complete(orElse(query, unknown)));
      return answer;
    } catch (RejectedExecutionException stopped) {
      return CompletableFuture.completedStage(unknown);
    }
  }

  private <T> T orElse(Supplier<T> query, T unknown) {
    try {
      return query.get();
    } catch (RuntimeException e) {
      log.debug("{}: {}", map.getName(), e.getClass().getSimpleName());
      return unknown;
    }
  }

  private List<K> keysOf(Owner owner, int max) {
    return max <= 0
        ? List.of()
        : map.localKeySet(new OwnedBy<>(owner)).stream().limit(max).toList();
  }

  @Override
  public void watch(Watcher<K> watcher) {
    TableWatch<K> watch = new TableWatch<>(map, watcher, threads, unsure);
    watches.add(watch);
    watch.start();
  }

  /** Events may have been missed: whoever watches is told of what has changed without one. */
  void rescan() {
    watches.forEach(TableWatch::rescan);
  }

  /** Tells of each entry that comes from another half of the cluster; on any thread. */
  void watchMerges(Runnable told) {
    EntryMergedListener<K, Stored> listener = _ -> told.run();
    threads.scans().execute(() -> listen(listener));
  }

  private void listen(EntryMergedListener<K, Stored> listener) {
    try {
      map.addEntryListener(listener, false);
    } catch (RuntimeException e) {
      log.debug("{}: {}", map.getName(), e.getClass().getSimpleName());
      CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS, threads.scans())
          .execute(() -> listen(listener));
    }
  }
}
