package io.phalanx.replication.hazelcast;

import com.hazelcast.core.EntryEvent;
import com.hazelcast.map.IMap;
import com.hazelcast.map.listener.EntryAddedListener;
import com.hazelcast.map.listener.EntryMergedListener;
import com.hazelcast.map.listener.EntryRemovedListener;
import com.hazelcast.map.listener.EntryUpdatedListener;
import io.phalanx.replication.table.Stored;
import io.phalanx.replication.table.Table.Watcher;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a watcher what is in a map and what changes in it.
 *
 * <p>The listener is there before the first scan. While a scan is under way, keys that events tell
 * of are noted: what the scan says of them may be older, and is left out. Events are not
 * guaranteed: one is lost when the member dies that was about to send it, or when the queue here is
 * full. So the map is scanned again after each such occasion, and what has gone from it without an
 * event is told as removed.
 */
final class TableWatch<K>
    implements EntryAddedListener<K, Stored>,
        EntryUpdatedListener<K, Stored>,
        EntryMergedListener<K, Stored>,
        EntryRemovedListener<K, Stored> {
  private static final Logger log = LoggerFactory.getLogger(TableWatch.class);
  private static final long RETRY_MILLIS = 500;

  private final IMap<K, Stored> map;
  private final Watcher<K> watcher;
  private final StoreThreads threads;
  private final BooleanSupplier unsure;
  private final AtomicBoolean scanWanted = new AtomicBoolean();

  // Of the thread for events.
  private final Map<K, Long> epochs = new HashMap<>();
  private final Set<K> touched = new HashSet<>();
  private boolean scanning;

  /**
   * @param unsure whether entries are on their way to this half of the cluster: a scan waits
   */
  TableWatch(
      IMap<K, Stored> map, Watcher<K> watcher, StoreThreads threads, BooleanSupplier unsure) {
    this.map = map;
    this.watcher = watcher;
    this.threads = threads;
    this.unsure = unsure;
  }

  void start() {
    threads.scans().execute(this::listen);
  }

  /** Waits for all members: each tells of the entries it holds. */
  private void listen() {
    try {
      map.addEntryListener(this, true);
      rescan();
    } catch (RuntimeException e) {
      log.debug("{}: {}", map.getName(), e.getClass().getSimpleName());
      later(this::listen);
    }
  }

  /** Scans the map, now or once the scan under way has ended. Any thread. */
  void rescan() {
    scanWanted.set(true);
    onEventThread(this::scanIfWanted);
  }

  @Override
  public void entryAdded(EntryEvent<K, Stored> event) {
    K key = event.getKey();
    Stored stored = event.getValue();
    onEventThread(() -> changed(key, stored));
  }

  @Override
  public void entryUpdated(EntryEvent<K, Stored> event) {
    entryAdded(event);
  }

  @Override
  public void entryMerged(EntryEvent<K, Stored> event) {
    entryAdded(event);
  }

  @Override
  public void entryRemoved(EntryEvent<K, Stored> event) {
    K key = event.getKey();
    onEventThread(() -> removed(key));
  }

  private void onEventThread(Runnable task) {
    try {
      threads.events().execute(task);
    } catch (RejectedExecutionException full) {
      scanWanted.set(true);
    }
  }

  private void changed(K key, Stored stored) {
    if (scanning) {
      touched.add(key);
    }
    tell(key, stored);
    scanIfWanted();
  }

  private void tell(K key, Stored stored) {
    long epoch = stored.header().epoch();
    if (epoch >= epochs.getOrDefault(key, 0L)) {
      epochs.put(key, epoch);
      watcher.changed(key, stored);
    }
  }

  private void removed(K key) {
    if (scanning) {
      touched.add(key);
    }
    if (epochs.remove(key) != null) {
      watcher.removed(key);
    }
    scanIfWanted();
  }

  private void scanIfWanted() {
    if (!scanning && scanWanted.getAndSet(false)) {
      scanning = true;
      touched.clear();
      threads.scans().execute(this::scan);
    }
  }

  private void scan() {
    try {
      Set<Map.Entry<K, Stored>> entries = map.entrySet();
      if (unsure.getAsBoolean()) {
        later(this::scan);
        return;
      }
      threads.events().execute(() -> scanned(entries));
    } catch (RuntimeException e) {
      log.debug("{}: {}", map.getName(), e.getClass().getSimpleName());
      later(this::scan);
    }
  }

  private void later(Runnable task) {
    CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS, threads.scans())
        .execute(task);
  }

  private void scanned(Set<Map.Entry<K, Stored>> entries) {
    Set<K> gone = new HashSet<>(epochs.keySet());
    for (Map.Entry<K, Stored> entry : entries) {
      gone.remove(entry.getKey());
      if (!touched.contains(entry.getKey())) {
        tell(entry.getKey(), entry.getValue());
      }
    }
    scanning = false;
    for (K key : List.copyOf(gone)) {
      if (!touched.contains(key)) {
        removed(key);
      }
    }
    scanIfWanted();
  }
}
