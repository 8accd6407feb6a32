package io.phalanx.replication.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MemberNoncesTest {
  private final Deque<CompletableFuture<Optional<Integer>>> requests = new ArrayDeque<>();

  private CompletionStage<Optional<Integer>> request() {
    requests.add(new CompletableFuture<>());
    return requests.getLast();
  }

  @Test
  void shouldHoldMemberIncarnationAndCounter() {
    MemberNonces nonces = new MemberNonces(0xABC, 0x1234, this::request);
    assertThat(nonces.next()).isEqualTo(0xABC1_2340_0000_0000L);
    assertThat(nonces.reserve(0x10000)).isEqualTo(0xABC1_2340_0000_0001L);
    assertThat(nonces.next()).isEqualTo(0xABC1_2340_0001_0001L);
    assertThat(requests).isEmpty();
  }

  @Test
  void shouldAskForAnIncarnationAtHalfAndTakeItAtTheEnd() {
    MemberNonces nonces = new MemberNonces(1, 65_535, this::request, 8);
    assertThat(nonces.reserve(4) & 0xF_FFFF_FFFFL).isZero();
    assertThat(requests).isEmpty();
    nonces.next();
    assertThat(requests).hasSize(1);
    requests.getFirst().complete(Optional.of(0));
    assertThat(nonces.reserve(3)).isEqualTo(1L << 52 | 0xFFFFL << 36 | 5);
    assertThat(nonces.reserve(4)).isEqualTo(1L << 52);
    assertThat(nonces.next()).isEqualTo(1L << 52 | 4);
    assertThat(requests).hasSize(2);
  }

  @Test
  void shouldNotLetARunReachIntoTheIncarnation() {
    MemberNonces nonces = new MemberNonces(1, 5, this::request, 8);
    nonces.reserve(7);
    requests.getFirst().complete(Optional.of(6));
    assertThat(nonces.reserve(2)).isEqualTo(1L << 52 | 6L << 36);
  }

  @Test
  void shouldFailWhenNoIncarnationCame() {
    MemberNonces nonces = new MemberNonces(1, 5, this::request, 4);
    nonces.reserve(4);
    assertThatThrownBy(nonces::next).isInstanceOf(IllegalStateException.class);
    requests.getLast().complete(Optional.empty());
    assertThatThrownBy(nonces::next).isInstanceOf(IllegalStateException.class);
    requests.getLast().complete(Optional.of(9));
    assertThat(requests).hasSize(2);
    assertThat(nonces.next()).isEqualTo(1L << 52 | 9L << 36);
  }

  @Test
  void shouldRefuseAnIncarnationThatWasUsed() {
    MemberNonces nonces = new MemberNonces(1, 5, this::request, 4);
    nonces.reserve(4);
    requests.getLast().complete(Optional.of(5));
    assertThatThrownBy(nonces::next).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldNeverGiveOneTwiceToThreadsThatCrossIncarnations() throws Exception {
    int[] incarnation = {0};
    MemberNonces nonces =
        new MemberNonces(
            1, 0, () -> CompletableFuture.completedStage(Optional.of(++incarnation[0])), 1000);
    List<long[]> taken = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      Callable<long[]> task =
          () -> LongStream.generate(() -> patient(nonces)).limit(20_000).toArray();
      for (Future<long[]> result : threads.invokeAll(List.of(task, task, task, task))) {
        taken.add(result.get());
      }
    }
    assertThat(taken.stream().flatMapToLong(LongStream::of).distinct().count()).isEqualTo(80_000);
  }

  /** A run of 1000 ends within microseconds; a thread that held the next one up may be asleep. */
  private static long patient(MemberNonces nonces) {
    while (true) {
      try {
        return nonces.next();
      } catch (IllegalStateException usedUp) {
        Thread.onSpinWait();
      }
    }
  }
}
