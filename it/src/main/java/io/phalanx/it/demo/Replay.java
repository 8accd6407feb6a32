package io.phalanx.it.demo;

import io.phalanx.it.balancer.Backend;
import io.phalanx.it.balancer.Balancer;
import java.util.List;

/**
 * Sends every captured datagram of the client to the gateway once more.
 *
 * <p>In small batches, each awaited in the members' own counters: a replay that drowns in a full
 * socket buffer would prove nothing.
 *
 * <p>With extended sequence numbers a packet that is older than the window is taken for one of the
 * next 2^32 (RFC 4303 appendix A2), so it is its authentication that fails.
 *
 * @param sent all datagrams
 * @param sentEsp those that were ESP
 * @param refused how many more packets the members have counted as replayed or not authentic
 */
record Replay(long sent, long sentEsp, long refused) {
  private static final List<String> REFUSED =
      List.of(
          "phalanx_dropped_packets_total{reason=\"replayed\"}",
          "phalanx_dropped_packets_total{reason=\"not-authentic\"}");
  private static final int BATCH = 256;
  private static final long BATCH_TIMEOUT_NANOS = 500_000_000L;
  private static final long SETTLE_MILLIS = 500;

  static Replay run(
      Balancer balancer,
      List<Recorder.Captured> captured,
      List<Backend> living,
      Traffic traffic,
      Fleet fleet,
      Screen screen)
      throws InterruptedException {
    screen.event("replaying %d captured datagrams".formatted(captured.size()));
    traffic.replaying();
    long before = fleet.counted(REFUSED);
    long esp = 0;
    for (int from = 0; from < captured.size(); from += BATCH) {
      List<Recorder.Captured> batch =
          captured.subList(from, Math.min(from + BATCH, captured.size()));
      for (Recorder.Captured each : batch) {
        Balancer.choice(each.client().getAddress(), living)
            .ifPresent(
                backend -> balancer.inject(each.client(), each.port(), backend, each.payload()));
        esp += each.esp() ? 1 : 0;
      }
      awaitCounted(fleet, before + esp);
      screen.live("%d of %d replayed".formatted(from + batch.size(), captured.size()));
    }
    Thread.sleep(SETTLE_MILLIS);
    traffic.replaysEnd();
    long refused = fleet.counted(REFUSED) - before;
    screen.event(
        "%d replayed, of them %d ESP: %d counted as refused, %d delivered again"
            .formatted(captured.size(), esp, refused, traffic.replaysDelivered()));
    return new Replay(captured.size(), esp, refused);
  }

  private static void awaitCounted(Fleet fleet, long expected) throws InterruptedException {
    long deadline = System.nanoTime() + BATCH_TIMEOUT_NANOS;
    while (fleet.counted(REFUSED) < expected && System.nanoTime() - deadline < 0) {
      Thread.sleep(1);
    }
  }
}
