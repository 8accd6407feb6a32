package io.phalanx.datapath;

import java.util.concurrent.Executor;

/** One packet loop, as the packet path sees it: a thread, or a simulator's virtual one. */
public interface Loop extends Executor {
  /** Runs a task on this loop later. */
  void after(long nanos, Runnable task);
}
