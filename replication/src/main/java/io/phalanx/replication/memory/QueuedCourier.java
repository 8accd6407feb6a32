package io.phalanx.replication.memory;

import java.util.ArrayDeque;
import java.util.Deque;

/** Keeps everything until it is told to let it arrive. Single-threaded. */
public final class QueuedCourier implements Courier {
  private record Carried(Runnable arrive, Runnable lose) {}

  private final Deque<Carried> waiting = new ArrayDeque<>();

  @Override
  public void carry(Runnable arrive, Runnable lose) {
    waiting.add(new Carried(arrive, lose));
  }

  public int waiting() {
    return waiting.size();
  }

  /** Lets the one that waits longest arrive. */
  public void runNext() {
    waiting.remove().arrive().run();
  }

  /** Lets the one that came last arrive before the others. */
  public void runLast() {
    waiting.removeLast().arrive().run();
  }

  /** The one that waits longest never arrives. */
  public void loseNext() {
    waiting.remove().lose().run();
  }

  /** Lets all arrive, also what is sent meanwhile. */
  public void runAll() {
    while (!waiting.isEmpty()) {
      runNext();
    }
  }
}
