package io.phalanx.it.faults;

import io.phalanx.it.loadgen.LoadGenerator;
import io.phalanx.it.loadgen.LoadPlan;
import io.phalanx.it.loadgen.LoadReport;
import io.phalanx.it.loadgen.Spread;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;

/**
 * One fault, under load or with idle peers: fresh sessions come up, the fault strikes, traffic goes
 * on for a while after it, and at the end everything is sent once more.
 */
final class Trial {
  private static final long TAIL_MILLIS = 3000;
  private static final List<String> REFUSED =
      List.of(
          "phalanx_dropped_packets_total{reason=\"replayed\"}",
          "phalanx_dropped_packets_total{reason=\"not-authentic\"}");

  private final Fault fault;
  private final boolean idle;
  private final int leadSeconds;
  private final LoadPlan plan;
  private final Members members;
  private final Front front;
  private final LoadGenerator generator;
  private boolean[] affected = {};
  private long struckNanos;
  private long overNanos;
  private long refusedBefore;

  private Trial(
      Fault fault, boolean idle, int leadSeconds, LoadPlan plan, Members members, Front front)
      throws IOException {
    this.fault = fault;
    this.idle = idle;
    this.leadSeconds = leadSeconds;
    this.plan = plan;
    this.members = members;
    this.front = front;
    this.generator = new LoadGenerator(plan, front);
  }

  /**
   * @throws IOException if the sessions do not come up, or the fault cannot be made
   * @throws TimeoutException if the cluster is not whole again
   */
  static TrialResult run(
      Fault fault, boolean idle, int leadSeconds, LoadPlan plan, Members members, Front front)
      throws IOException, InterruptedException, TimeoutException {
    Trial trial = new Trial(fault, idle, leadSeconds, plan, members, front);
    try (LoadGenerator generator = trial.generator) {
      return trial.run(generator);
    }
  }

  private TrialResult run(LoadGenerator running)
      throws IOException, InterruptedException, TimeoutException {
    FutureTask<Void> striking = new FutureTask<>(this::strike);
    Thread striker = Thread.ofPlatform().daemon().name("fault").unstarted(striking);
    running.hold(idle);
    LoadReport load =
        running.run(
            phase -> {
              switch (phase) {
                case UP -> striker.start();
                case SENT -> refusedBefore = refused();
              }
            });
    try {
      striking.get();
    } catch (ExecutionException failed) {
      throw new IOException(
          "%s: %s%n%s".formatted(fault.word(), failed.getCause(), members.lastLines()), failed);
    }
    boolean measured = !idle && fault != Fault.NONE;
    return new TrialResult(
        fault.word(),
        idle ? 0 : plan.packetsPerSecond(),
        count(affected),
        measured
            ? TrialResult.takeOver(running.book(), struckNanos, affected)
            : Spread.of(new long[0]),
        running.book().silentSince(overNanos),
        refused() - refusedBefore,
        load);
  }

  /** On a thread of its own, while the generator sends. */
  private Void strike() throws IOException, InterruptedException, TimeoutException {
    try {
      Thread.sleep(1000L * leadSeconds);
      int victim = members.busiest();
      boolean[] those = new boolean[plan.peers()];
      for (int peer = 0; peer < those.length; peer++) {
        those[peer] =
            front
                .choice(plan.sources().of(peer).getAddress())
                .filter(backend -> Ground.id(backend) == victim)
                .isPresent();
      }
      affected = those;
      struckNanos = generator.now();
      new Strike(members, victim).make(fault);
      overNanos = generator.now();
      generator.hold(false);
      Thread.sleep(TAIL_MILLIS);
      return null;
    } finally {
      generator.stop();
    }
  }

  private long refused() {
    try {
      return members.counted(REFUSED);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  private static int count(boolean[] flags) {
    int count = 0;
    for (boolean flag : flags) {
      count += flag ? 1 : 0;
    }
    return count;
  }
}
