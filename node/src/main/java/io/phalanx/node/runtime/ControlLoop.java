package io.phalanx.node.runtime;

import java.util.concurrent.Executor;

/**
 * Where a member decides: engine, ownership, answers of the store, one task after the other. A
 * thread ({@link ControlThread}), or a simulator's virtual one.
 */
public interface ControlLoop extends Executor {
  /** Runs a task that handles a packet, unless too many wait already. */
  void executePacket(Runnable task);

  void after(long delayMillis, Runnable task);

  /** Runs a task again and again, each time so long after its last end. */
  void every(long periodMillis, Runnable task);
}
