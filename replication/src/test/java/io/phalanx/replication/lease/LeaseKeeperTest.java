package io.phalanx.replication.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.phalanx.datapath.Datapath;
import io.phalanx.datapath.LeaseWish;
import io.phalanx.datapath.SaUsage;
import io.phalanx.replication.Fence;
import io.phalanx.replication.LeaseStore;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owner;
import io.phalanx.replication.image.SaClusterImage.Limits;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeaseKeeperTest {
  private static final int SA = 77;
  private static final Fence FENCE = new Fence(new Owner(1, 1), 1);

  private final Queue<String> seen = new ConcurrentLinkedQueue<>();
  private volatile Outcome outcome = Outcome.DONE;
  private final LeaseStore store =
      (saId, fence, outLease, inLimit) -> {
        seen.add("store " + outLease + " " + inLimit);
        return CompletableFuture.completedStage(outcome);
      };
  private final LeaseThread thread =
      LeaseThread.start(store, datapath(), saId -> seen.add("lost " + saId));
  private final LeaseKeeper keeper = thread.keeper();

  /** A packet path whose one SA has accepted 10 packets and has been quiet for a second. */
  private Datapath datapath() {
    return (Datapath)
        Proxy.newProxyInstance(
            Datapath.class.getClassLoader(),
            new Class<?>[] {Datapath.class},
            (_, method, arguments) ->
                switch (method.getName()) {
                  case "grant" -> seen.add("grant " + arguments[1] + " " + arguments[2]);
                  case "refused" -> seen.add("refused");
                  case "settle" -> {
                    ((LongConsumer) arguments[1]).accept(10);
                    yield seen.add("settle");
                  }
                  case "usage" ->
                      CompletableFuture.completedStage(
                          Optional.of(new SaUsage(SA, 0, 0, 0, 0, 33, 10, 1_000_000_000)));
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  @AfterEach
  void close() {
    thread.close();
  }

  @Test
  void shouldExtendAndThenSettle() {
    keeper.track(SA, FENCE, new Limits(65, 12));
    keeper.onWish(new LeaseWish(SA, 33, 0, 65, 8, 0, 12));
    await().until(() -> seen.contains("store 97 10"));
    assertThat(seen).containsExactly("store 97 12", "grant 97 12", "settle", "store 97 10");
  }

  @Test
  void shouldTellWhatIsLost() {
    outcome = Outcome.FENCED;
    keeper.track(SA, FENCE, new Limits(65, 10));
    keeper.confirmAll();
    await().until(() -> seen.contains("lost 77"));
    assertThat(seen).containsExactly("store 65 10", "lost 77");
  }

  @Test
  void shouldRefuseWishesForWhatItDoesNotKnow() {
    keeper.onWish(new LeaseWish(SA, 33, 0, 65, 8, 0, 10));
    await().until(() -> seen.contains("refused"));
  }
}
