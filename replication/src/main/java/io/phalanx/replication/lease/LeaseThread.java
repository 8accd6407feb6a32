package io.phalanx.replication.lease;

import io.phalanx.datapath.Datapath;
import io.phalanx.replication.LeaseStore;
import java.util.concurrent.locks.LockSupport;

/** The thread of a {@link LeaseKeeper}. */
public final class LeaseThread implements AutoCloseable {
  private final LeaseKeeper keeper;
  private final long startNanos = System.nanoTime();
  private final Thread thread;
  private volatile boolean closed;

  private LeaseThread(LeaseStore store, Datapath datapath, LeaseKeeper.Listener listener) {
    this.thread = Thread.ofPlatform().name("lease").daemon().unstarted(this::run);
    this.keeper = new LeaseKeeper(store, datapath, listener, () -> LockSupport.unpark(this.thread));
  }

  public static LeaseThread start(
      LeaseStore store, Datapath datapath, LeaseKeeper.Listener listener) {
    LeaseThread started = new LeaseThread(store, datapath, listener);
    started.thread.start();
    return started;
  }

  public LeaseKeeper keeper() {
    return keeper;
  }

  private void run() {
    while (!closed) {
      long dueNanos = keeper.turn(this::now);
      LockSupport.parkNanos(this, dueNanos - now());
    }
  }

  private long now() {
    return System.nanoTime() - startNanos;
  }

  /** Ends the thread; answers that come later are dropped, and nothing is granted any more. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
