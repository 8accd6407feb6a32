package io.phalanx.replication.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.replication.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TurnsTest {
  private final Turns<Long> turns = new Turns<>();
  private final List<String> started = new ArrayList<>();

  @Test
  void shouldStartTheSecondWorkForAKeyAfterTheFirst() {
    CompletableFuture<Outcome> first = new CompletableFuture<>();
    var one = turns.take(1L, () -> work("one", first)).toCompletableFuture();
    var two = turns.take(1L, () -> work("two", done())).toCompletableFuture();
    var other = turns.take(2L, () -> work("other", done())).toCompletableFuture();
    assertThat(started).containsExactly("one", "other");
    assertThat(other).isCompletedWithValue(Outcome.DONE);
    assertThat(two).isNotDone();

    first.complete(Outcome.UNKNOWN);
    assertThat(started).containsExactly("one", "other", "two");
    assertThat(one).isCompletedWithValue(Outcome.UNKNOWN);
    assertThat(two).isCompletedWithValue(Outcome.DONE);
  }

  @Test
  void aFaultShouldNotHoldUpWhoComesAfter() {
    var faulty =
        turns
            .take(
                1L,
                () -> {
                  throw new IllegalStateException("a fault of ours");
                })
            .toCompletableFuture();
    assertThat(faulty).isCompletedWithValue(Outcome.UNKNOWN);
    assertThat(turns.take(1L, TurnsTest::done).toCompletableFuture())
        .isCompletedWithValue(Outcome.DONE);
  }

  private CompletableFuture<Outcome> work(String name, CompletableFuture<Outcome> outcome) {
    started.add(name);
    return outcome;
  }

  private static CompletableFuture<Outcome> done() {
    return CompletableFuture.completedFuture(Outcome.DONE);
  }
}
