package io.phalanx.replication.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.replication.Commit;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owner;
import io.phalanx.replication.SaStore.Found;
import io.phalanx.replication.StoreContract;
import io.phalanx.replication.image.Images;
import io.phalanx.replication.image.SaClusterImage.Limits;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class MemoryStoreTest extends StoreContract {
  private static final Fence FENCE = new Fence(new Owner(1, 1), 1);

  private final MemoryStore store = new MemoryStore();
  private final Ports[] members = {member(), member(), member()};

  private Ports member() {
    MemoryStore.Ports ports = store.member(Courier.immediate());
    return new Ports(ports.saStore(), ports.leaseStore(), ports.registry());
  }

  @Override
  protected Ports member(int number) {
    return members[number - 1];
  }

  @Test
  void shouldAnswerWhenTheCourierArrives() {
    QueuedCourier courier = new QueuedCourier();
    var slow = store.member(courier);
    CompletableFuture<Outcome> outcome = slow.saStore().commit(creation()).toCompletableFuture();
    assertThat(get(member(2).saStore().findIkeSa(1))).isEqualTo(new Found.Absent<>());
    courier.runAll();
    assertThat(outcome).isCompletedWithValue(Outcome.DONE);
    assertThat(fence(get(member(2).saStore().findIkeSa(1)))).isEqualTo(FENCE);
  }

  @Test
  void aLostAnswerShouldLeaveTheOutcomeUnknownAndTheChangeDone() {
    get(member(1).saStore().commit(creation()));
    QueuedCourier courier = new QueuedCourier();
    var slow = store.member(courier);
    CompletableFuture<Outcome> outcome =
        slow.leaseStore().setLimits(2, FENCE, 900, 800).toCompletableFuture();
    courier.runNext();
    courier.loseNext();
    assertThat(outcome).isCompletedWithValue(Outcome.UNKNOWN);
    assertThat(limitsOfTwo()).isEqualTo(new Limits(900, 800));
  }

  @Test
  void aLateChangeShouldNotUndoALaterCall() {
    get(member(1).saStore().commit(creation()));
    QueuedCourier courier = new QueuedCourier();
    var slow = store.member(courier);
    var lower = slow.leaseStore().setLimits(2, FENCE, 100, 70).toCompletableFuture();
    var raise = slow.leaseStore().setLimits(2, FENCE, 200, 500).toCompletableFuture();
    courier.runLast();
    courier.runAll();
    assertThat(raise).isCompletedWithValue(Outcome.DONE);
    assertThat(lower).isCompletedWithValue(Outcome.UNKNOWN);
    assertThat(limitsOfTwo()).isEqualTo(new Limits(200, 500));
  }

  private static Commit creation() {
    return new Commit(
        Images.ikeSa(1), FENCE, true, List.of(Images.saCluster(2)), List.of(), List.of());
  }

  private Limits limitsOfTwo() {
    return image(get(member(3).saStore().findSaCluster(2))).limits();
  }
}
