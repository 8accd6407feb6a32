package io.phalanx.replication.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.replication.Fence;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.SaStore.Found;
import io.phalanx.replication.StoreContract;
import io.phalanx.replication.image.SaClusterImage.Limits;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The store of the simulator promises what the real one does; and it fails like the real one. */
class PartitionedStoreTest extends StoreContract {
  private boolean losing;
  private final StoreFabric fabric =
      new StoreFabric() {
        @Override
        public void send(int from, int to, Runnable arrive) {
          arrive.run();
        }

        @Override
        public void after(long nanos, Runnable task) {}

        @Override
        public boolean losesBackup() {
          return losing;
        }
      };
  private final PartitionedStore store = new PartitionedStore(fabric, 1, 2);
  private final List<StoreNode> nodes =
      List.of(
          store.join(1, StoreHost.immediate()),
          store.join(2, StoreHost.immediate()),
          store.join(3, StoreHost.immediate()));
  private final List<MemoryStore.Ports> ports = nodes.stream().map(StoreNode::ports).toList();

  @BeforeEach
  void spread() {
    store.repair(nodes.getFirst());
  }

  @Override
  protected Ports member(int number) {
    MemoryStore.Ports its = ports.get(number - 1);
    return new Ports(its.saStore(), its.leaseStore(), its.registry());
  }

  private StoreNode owner() {
    return nodes.getFirst().group().primary(StoreGroup.partition(key));
  }

  private StoreNode survivor() {
    return nodes.stream().filter(node -> node != owner()).findFirst().orElseThrow();
  }

  private Limits limitsAt(StoreNode node) {
    return image(get(ports.get(node.member() - 1).saStore().findSaCluster(key))).limits();
  }

  @Test
  void shouldKeepWhatIsAcknowledgedWhenAnyNodeDies() {
    create(2, List.of(saCluster(key)));
    setLimits(2, first(2), 900, 800);
    StoreNode survivor = survivor();
    StoreNode owner = owner();
    store.died(owner);
    store.exclude(survivor, owner.member());
    assertThat(limitsAt(survivor)).isEqualTo(new Limits(900, 800));
    assertThat(store.lost()).isFalse();
  }

  @Test
  void aWriteThatABackupHasMissedShouldStayUnknownAndMayVanish() {
    create(1, List.of(saCluster(key)));
    StoreNode survivor = survivor();
    StoreNode owner = owner();
    losing = true;
    var late = member(1).leaseStore().setLimits(key, first(1), 900, 800).toCompletableFuture();
    assertThat(late).isNotDone();
    assertThat(limitsAt(survivor)).isEqualTo(new Limits(900, 800));
    store.died(owner);
    store.exclude(survivor, owner.member());
    assertThat(limitsAt(survivor)).isEqualTo(new Limits(65, 64));
  }

  @Test
  void aMinorityShouldKnowNothingAndComeBackToWhatTheMajorityHas() {
    create(1, List.of(saCluster(key)));
    store.exclude(nodes.get(1), 1);
    store.notice(nodes.getFirst());
    assertThat(get(member(1).saStore().findSaCluster(key))).isEqualTo(new Found.Unknown<>());
    get(member(2).saStore().claimSaCluster(key, 1, owner(2)));

    store.merge(nodes.get(1), nodes.getFirst());
    assertThat(setLimits(1, first(1), 900, 800)).isEqualTo(Outcome.FENCED);
    assertThat(fence(get(member(1).saStore().findSaCluster(key))))
        .isEqualTo(new Fence(owner(2), 2));
  }

  @Test
  void shouldLoseAPartitionWholeWhenAllItsNodesDie() {
    PartitionedStore pair = new PartitionedStore(StoreFabric.immediate(), 0, 1);
    StoreNode one = pair.join(1, StoreHost.immediate());
    StoreNode other = pair.join(2, StoreHost.immediate());
    pair.repair(one);
    pair.died(one);
    pair.exclude(other, 1);
    assertThat(pair.lost()).isTrue();
  }
}
