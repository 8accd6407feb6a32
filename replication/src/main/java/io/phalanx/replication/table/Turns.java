package io.phalanx.replication.table;

import io.phalanx.replication.Outcome;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets works of several steps for one key happen one after the other, in the order they came. Holds
 * no more keys than works are under way.
 */
final class Turns<K> {
  private static final Logger log = LoggerFactory.getLogger(Turns.class);

  private final Map<K, CompletableFuture<Outcome>> last = new HashMap<>();

  CompletionStage<Outcome> take(K key, Supplier<CompletionStage<Outcome>> work) {
    CompletableFuture<Outcome> mine = new CompletableFuture<>();
    CompletableFuture<Outcome> before;
    synchronized (last) {
      CompletableFuture<Outcome> waiting = last.put(key, mine);
      before = waiting == null ? CompletableFuture.completedFuture(Outcome.DONE) : waiting;
    }
    var _ =
        before
            .thenCompose(_ -> work.get())
            .exceptionally(Turns::fault)
            .thenAccept(outcome -> end(key, mine, outcome));
    return mine;
  }

  /** A fault of ours must not hold up those that come after. */
  private static Outcome fault(Throwable fault) {
    log.error("a change of the store was given up", fault);
    return Outcome.UNKNOWN;
  }

  private void end(K key, CompletableFuture<Outcome> mine, Outcome outcome) {
    synchronized (last) {
      last.remove(key, mine);
    }
    mine.complete(outcome);
  }
}
