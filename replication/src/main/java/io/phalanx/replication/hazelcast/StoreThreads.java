package io.phalanx.replication.hazelcast;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of the store on one member.
 *
 * @param answers completes what callers wait for; as many as calls are in flight can wait
 * @param scans the only one that makes blocking calls of Hazelcast
 * @param events hands changes to watchers; refuses when it falls too far behind
 */
record StoreThreads(ExecutorService answers, ExecutorService scans, ExecutorService events) {
  private static final int EVENTS_MAX = 65536;

  static StoreThreads start(int memberId) {
    return new StoreThreads(
        Executors.newSingleThreadExecutor(daemon("store-answers-" + memberId)),
        Executors.newSingleThreadExecutor(daemon("store-scans-" + memberId)),
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(EVENTS_MAX),
            daemon("store-events-" + memberId)));
  }

  /** Runs a task that may block a moment some time later, on a thread of its own. */
  static void later(long millis, Runnable task) {
    Executor executor = each -> Thread.ofVirtual().name("store-later").start(each);
    CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS, executor).execute(task);
  }

  void stop() {
    answers.shutdown();
    scans.shutdownNow();
    events.shutdownNow();
  }

  private static ThreadFactory daemon(String name) {
    return Thread.ofPlatform().daemon().name(name).factory();
  }
}
