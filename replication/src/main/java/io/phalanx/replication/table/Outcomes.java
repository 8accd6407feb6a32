package io.phalanx.replication.table;

import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owned;
import io.phalanx.replication.SaStore.Found;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** Answers put together. */
final class Outcomes {
  private Outcomes() {}

  /** Does something for each item at once; the answer is the first outcome that is not DONE. */
  static <T> CompletionStage<Outcome> all(
      Collection<T> items, Function<T, CompletionStage<Outcome>> action) {
    List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
    for (T item : items) {
      outcomes.add(action.apply(item).toCompletableFuture());
    }
    return CompletableFuture.allOf(outcomes.toArray(CompletableFuture<?>[]::new))
        .thenApply(_ -> worst(outcomes));
  }

  private static Outcome worst(List<CompletableFuture<Outcome>> outcomes) {
    for (CompletableFuture<Outcome> outcome : outcomes) {
      if (outcome.join() != Outcome.DONE) {
        return outcome.join();
      }
    }
    return Outcome.DONE;
  }

  /** Asks once more if the first answer is not known. For changes that may be run twice. */
  static CompletionStage<Answer> twice(Supplier<CompletionStage<Answer>> ask) {
    return ask.get()
        .thenCompose(
            answer ->
                answer.outcome() == Outcome.UNKNOWN
                    ? ask.get()
                    : CompletableFuture.completedStage(answer));
  }

  static <I> Found<I> found(Answer answer, Function<Stored, Optional<I>> read) {
    return switch (answer) {
      case Answer.Plain(Outcome outcome) when outcome == Outcome.GONE -> new Found.Absent<>();
      case Answer.Plain(_) -> new Found.Unknown<>();
      case Answer.WithEntry(_, Stored stored) -> {
        Optional<I> image = read.apply(stored);
        yield image.isPresent()
            ? new Found.Present<>(
                new Owned<>(
                    image.get(), stored.header().fence(), stored.header().lineage().forked()))
            : new Found.Unknown<>();
      }
    };
  }
}
