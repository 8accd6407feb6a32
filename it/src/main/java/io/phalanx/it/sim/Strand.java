package io.phalanx.it.sim;

import io.phalanx.datapath.Loop;
import io.phalanx.node.runtime.ControlLoop;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;

/**
 * What a thread is in a real process: one task after the other, in the order they came. Strands of
 * one life take turns by chance.
 */
final class Strand implements Executor {
  private static final long MILLI = 1_000_000;

  /** A strand as a packet loop. */
  private record PacketLoop(Strand strand) implements Loop {
    @Override
    public void execute(Runnable task) {
      strand.execute(task);
    }

    @Override
    public void after(long nanos, Runnable task) {
      strand.after(nanos, task);
    }
  }

  /** A strand as a control loop. */
  private record Control(Strand strand) implements ControlLoop {
    @Override
    public void execute(Runnable task) {
      strand.execute(task);
    }

    @Override
    public void executePacket(Runnable task) {
      strand.executePacket(task);
    }

    @Override
    public void after(long delayMillis, Runnable task) {
      strand.after(delayMillis * MILLI, task);
    }

    @Override
    public void every(long periodMillis, Runnable task) {
      strand.every(periodMillis * MILLI, task);
    }
  }

  /** What a socket keeps for a process that does not come to read it. */
  private static final int PACKETS_MAX = 4096;

  private final Life life;
  private final Timeline timeline;
  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private int packets;
  private boolean planned;
  private long pausedUntilNanos;

  Strand(Life life, Timeline timeline) {
    this.life = life;
    this.timeline = timeline;
  }

  Loop packetLoop() {
    return new PacketLoop(this);
  }

  ControlLoop control() {
    return new Control(this);
  }

  @Override
  public void execute(Runnable task) {
    if (!life.dead()) {
      tasks.add(task);
      plan();
    }
  }

  /** Runs a task that handles a packet; one too many is dropped. */
  void executePacket(Runnable task) {
    if (packets < PACKETS_MAX) {
      packets++;
      execute(
          () -> {
            packets--;
            task.run();
          });
    }
  }

  /** Later, by the clock of this life. */
  void after(long nanos, Runnable task) {
    timeline.after(life.toTime(nanos), () -> execute(task));
  }

  /** Again and again, each time so long after its last end. */
  void every(long periodNanos, Runnable task) {
    after(
        periodNanos,
        () -> {
          try {
            task.run();
          } finally {
            every(periodNanos, task);
          }
        });
  }

  void plan() {
    if (!planned && life.running() && !tasks.isEmpty()) {
      planned = true;
      timeline.at(Math.max(pausedUntilNanos, timeline.nowNanos() + life.turnNanos()), this::turn);
    }
  }

  private void turn() {
    planned = false;
    if (timeline.nowNanos() < pausedUntilNanos) {
      plan();
      return;
    }
    Runnable task = life.running() ? tasks.poll() : null;
    if (task == null) {
      return;
    }
    try {
      task.run();
    } catch (RuntimeException | AssertionError fault) {
      life.fault(fault);
    }
    plan();
  }

  /** Does nothing for a while. */
  void pause(long nanos) {
    pausedUntilNanos = timeline.nowNanos() + nanos;
  }

  void clear() {
    tasks.clear();
    packets = 0;
  }

  /** Tasks that wait. */
  int waiting() {
    return tasks.size();
  }
}
