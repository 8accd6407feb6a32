package io.phalanx.node.runtime;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@link ControlLoop} of a member in earnest: one thread. Packets that are handed to it count
 * against a bound; what is over it is dropped, as a full socket would.
 */
final class ControlThread implements ControlLoop, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ControlThread.class);
  private static final int PACKETS_MAX = 8192;

  private final ScheduledThreadPoolExecutor thread;
  private final AtomicInteger packetsQueued = new AtomicInteger();
  private final LongAdder packetsDropped = new LongAdder();
  private final LongAdder faults = new LongAdder();

  ControlThread() {
    thread =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread control = new Thread(task, "control");
              control.setDaemon(true);
              return control;
            });
    thread.setRemoveOnCancelPolicy(true);
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    thread.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
  }

  @Override
  public void execute(Runnable task) {
    try {
      thread.execute(guarded(task));
    } catch (RejectedExecutionException closed) {
      log.debug("control loop is closed; a late task is dropped");
    }
  }

  @Override
  public void executePacket(Runnable task) {
    if (packetsQueued.incrementAndGet() > PACKETS_MAX) {
      packetsQueued.decrementAndGet();
      packetsDropped.increment();
      return;
    }
    execute(
        () -> {
          packetsQueued.decrementAndGet();
          task.run();
        });
  }

  @Override
  public void after(long delayMillis, Runnable task) {
    try {
      var _ = thread.schedule(guarded(task), delayMillis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closed) {
      log.debug("control loop is closed; a late timer is dropped");
    }
  }

  @Override
  public void every(long periodMillis, Runnable task) {
    var _ =
        thread.scheduleWithFixedDelay(
            guarded(task), periodMillis, periodMillis, TimeUnit.MILLISECONDS);
  }

  /** A fault of ours in one task must not end the loop that all sessions depend on. */
  private Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException | AssertionError fault) {
        faults.increment();
        log.error("a fault of this program, please report it", fault);
      }
    };
  }

  long packetsDropped() {
    return packetsDropped.sum();
  }

  /** Faults of our own that were caught; not 0 means a bug. */
  long faults() {
    return faults.sum();
  }

  int queued() {
    return thread.getQueue().size();
  }

  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException interrupted) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
