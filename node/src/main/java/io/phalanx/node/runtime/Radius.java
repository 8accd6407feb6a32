package io.phalanx.node.runtime;

import io.phalanx.datapath.Datapath;
import io.phalanx.datapath.SaUsage;
import io.phalanx.node.ike.Effect;
import io.phalanx.node.ike.Event;
import io.phalanx.node.radius.AccountRecord;
import io.phalanx.node.radius.AccountRecord.Traffic;
import io.phalanx.node.radius.RadiusAnswer;
import io.phalanx.node.radius.RadiusClient;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Brings what the engine wants of RADIUS servers to them, with the counters of the packet path, and
 * the answers back to the control loop.
 *
 * <p>All methods run on the control loop.
 */
final class Radius {
  private static final int LEFT_MAX = 4096;

  private final Executor control;
  private final Optional<RadiusClient> client;
  private final Datapath datapath;

  /** The last counters of SA clusters that are gone, until somebody wants them. */
  private final Map<Integer, CompletionStage<Traffic>> left =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, CompletionStage<Traffic>> eldest) {
          return size() > LEFT_MAX;
        }
      };

  /**
   * @param client empty where no server is configured
   */
  Radius(Executor control, Optional<RadiusClient> client, Datapath datapath) {
    this.control = control;
    this.client = client;
    this.datapath = datapath;
  }

  void ask(Effect.AskRadius wish, Consumer<Event> then) {
    CompletionStage<RadiusAnswer> answer =
        client
            .map(each -> each.ask(wish.question()))
            .orElseGet(() -> CompletableFuture.completedFuture(new RadiusAnswer.Silence()));
    var _ =
        answer.thenAcceptAsync(
            each -> then.accept(new Event.RadiusAnswered(wish.localSpi(), each)), control);
  }

  void tell(AccountRecord report, Consumer<Event> then) {
    var _ =
        traffic(report.saIds())
            .thenCompose(
                now -> {
                  Traffic total = report.counted().plus(now);
                  return client
                      .map(each -> each.tell(report, total))
                      .orElseGet(() -> CompletableFuture.completedFuture(true))
                      .thenAcceptAsync(
                          taken ->
                              then.accept(
                                  new Event.Accounted(
                                      report.localSpi(), report.kind(), taken, total)),
                          control);
                });
  }

  void count(Effect.CountChild wish, Consumer<Event> then) {
    var _ =
        traffic(List.of(wish.saId()))
            .thenAcceptAsync(now -> then.accept(new Event.Counted(wish.localSpi(), now)), control);
  }

  /**
   * An SA cluster is about to be removed: the store may say so before the engine wants it counted.
   */
  void leaving(int saId) {
    if (client.isPresent()) {
      left.put(saId, usage(saId));
    }
  }

  /** What these SA clusters have carried on this member. */
  private CompletionStage<Traffic> traffic(List<Integer> saIds) {
    CompletionStage<Traffic> sum = CompletableFuture.completedFuture(Traffic.NONE);
    for (int saId : saIds) {
      CompletionStage<Traffic> last = left.remove(saId);
      sum = sum.thenCombine(last == null ? usage(saId) : last, Traffic::plus);
    }
    return sum;
  }

  private CompletionStage<Traffic> usage(int saId) {
    return datapath.usage(saId).thenApply(now -> now.map(Radius::of).orElse(Traffic.NONE));
  }

  private static Traffic of(SaUsage usage) {
    return new Traffic(usage.inPackets(), usage.inBytes(), usage.outPackets(), usage.outBytes());
  }
}
