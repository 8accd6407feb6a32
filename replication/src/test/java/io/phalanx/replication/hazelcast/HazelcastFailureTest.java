package io.phalanx.replication.hazelcast;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.phalanx.config.GatewayConfig.ClusterKey;
import io.phalanx.config.Secret;
import io.phalanx.replication.Commit;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owned;
import io.phalanx.replication.Owner;
import io.phalanx.replication.SaStore;
import io.phalanx.replication.SaStore.Found;
import io.phalanx.replication.image.Images;
import io.phalanx.replication.image.SaClusterImage;
import io.phalanx.replication.seal.Keyring;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What the store does when members are lost. Each test has a cluster of its own. */
class HazelcastFailureTest {
  private static final Owner OWNER = new Owner(1, 7);
  private static final Fence FENCE = new Fence(OWNER, 1);
  private static final int IMAGES = 40;

  @Test
  void shouldKeepWhatWasAcknowledgedAndRefuseInAMinority() throws IOException {
    try (TestCluster cluster = TestCluster.of(3).startAll()) {
      createImages(cluster.member(1));
      Map<Integer, Long> acknowledged = setLimitsWhile(cluster, cluster.member(2)::terminate);
      cluster.member(1).suspect(2);
      cluster.member(3).suspect(2);
      cluster.awaitMembers(2);
      acknowledged.putAll(setLimitsWhile(cluster, () -> {}));
      assertThat(acknowledged).hasSize(IMAGES);
      assertStored(cluster.member(3).saStore(), acknowledged);

      // The survivors' backups must be the same again: losing one more member shows it. A third
      // member that never answers would be a minority, so the survivor is asked for its entries.
      cluster.awaitSafe();
      cluster.member(1).terminate();
      cluster.member(3).suspect(1);
      await().atMost(10, SECONDS).until(() -> cluster.member(3).members() == 1);
      assertThat(rawOutLeases(cluster.member(3))).isEqualTo(acknowledged);

      assertRefuses(cluster.member(3));
      cluster.member(3).close();
      assertRefuses(cluster.member(3));
      assertThat(cluster.member(3).members()).isZero();
    }
  }

  /** Numbers are raised in rounds; the second round meets the event. */
  private static Map<Integer, Long> setLimitsWhile(TestCluster cluster, Runnable event) {
    Map<Integer, Long> acknowledged = new HashMap<>();
    for (long round = 1; round <= 4; round++) {
      List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
      long base = 1000 * round;
      for (int id = 1; id <= IMAGES; id++) {
        outcomes.add(
            cluster
                .member(1)
                .leaseStore()
                .setLimits(id, FENCE, base + id, base)
                .toCompletableFuture());
        if (round == 2 && id == IMAGES / 2) {
          event.run();
        }
      }
      for (int id = 1; id <= IMAGES; id++) {
        if (get(outcomes.get(id - 1)) == Outcome.DONE) {
          acknowledged.put(id, base + id);
        }
      }
    }
    return acknowledged;
  }

  private static void createImages(HazelcastCluster member) {
    for (int id = 1; id <= IMAGES; id++) {
      Commit commit =
          new Commit(
              Images.ikeSa(id), FENCE, true, List.of(Images.saCluster(id)), List.of(), List.of());
      assertThat(get(member.saStore().commit(commit))).isEqualTo(Outcome.DONE);
    }
  }

  private static void assertStored(SaStore store, Map<Integer, Long> acknowledged) {
    acknowledged.forEach(
        (id, outLease) -> {
          assertThat(get(store.findIkeSa(id))).isInstanceOf(Found.Present.class);
          assertThat(get(store.findSaCluster(id)))
              .isInstanceOfSatisfying(
                  Found.Present.class,
                  present -> {
                    SaClusterImage image = (SaClusterImage) ((Owned<?>) present.owned()).image();
                    assertThat(image.limits().outLease()).isGreaterThanOrEqualTo(outLease);
                  });
        });
  }

  /** Past the protection against split brain, which would refuse. */
  private static Map<Integer, Long> rawOutLeases(HazelcastCluster member) {
    Map<Integer, Long> outLeases = new HashMap<>();
    RawEntries.of(member.instance(), "sa-clusters")
        .forEach((id, stored) -> outLeases.put((Integer) id, stored.header().outLease()));
    return outLeases;
  }

  private static void assertRefuses(HazelcastCluster member) {
    assertThat(member.hasQuorum()).isFalse();
    SaStore store = member.saStore();
    assertThat(get(store.findIkeSa(1))).isEqualTo(new Found.Unknown<>());
    assertThat(get(store.findSaCluster(1))).isEqualTo(new Found.Unknown<>());
    assertThat(get(store.claimSaCluster(1, 1, OWNER))).isEqualTo(new Found.Unknown<>());
    assertThat(get(member.leaseStore().setLimits(1, FENCE, 9999, 9999))).isEqualTo(Outcome.UNKNOWN);
    Commit commit = new Commit(Images.ikeSa(1, 9), FENCE, false, List.of(), List.of(), List.of());
    assertThat(get(store.commit(commit))).isEqualTo(Outcome.UNKNOWN);
    assertThat(get(store.removeIkeSa(1, FENCE, List.of(1)))).isEqualTo(Outcome.UNKNOWN);
    assertThat(get(store.sweep(OWNER, new Owner(3, 1), 10)))
        .isEqualTo(new SaStore.Swept(List.of(), List.of()));
    assertThat(get(member.registry().nextSpiBlock())).isEmpty();
    assertThat(get(member.registry().nextIncarnation(3, 5))).isEmpty();
  }

  @Test
  void aSuspectedMemberShouldBePutOutAndRefuse() throws IOException {
    try (TestCluster cluster = TestCluster.of(3).startAll()) {
      createImages(cluster.member(1));
      cluster.member(1).suspect(3);
      cluster.member(2).suspect(3);
      await().atMost(5, SECONDS).until(() -> cluster.member(1).members() == 2);
      await().atMost(5, SECONDS).until(() -> cluster.member(2).members() == 2);
      assertThat(cluster.member(1).hasQuorum()).isTrue();
      await().atMost(5, SECONDS).until(() -> !cluster.member(3).hasQuorum());
      assertThat(get(cluster.member(3).leaseStore().setLimits(1, FENCE, 500, 500)))
          .isEqualTo(Outcome.UNKNOWN);
      await()
          .atMost(5, SECONDS)
          .until(() -> get(cluster.member(1).saStore().findSaCluster(1)) instanceof Found.Present);
    }
  }

  @Test
  void shouldTellOfAMemberThatIsGone() throws IOException {
    try (TestCluster cluster = TestCluster.of(3).startAll()) {
      List<Integer> lost = new CopyOnWriteArrayList<>();
      cluster.member(1).whenLost(lost::add);
      cluster.member(3).terminate();
      await().atMost(5, SECONDS).until(() -> lost.equals(List.of(3)));
    }
  }

  @Test
  void shouldLetInOnlyWhoHoldsAKeyOfTheCluster() throws IOException {
    try (TestCluster cluster = TestCluster.of(3)) {
      cluster.start(1, TestCluster.KEYS);
      Keyring other = new Keyring(List.of(new ClusterKey(1, Secret.of(Images.octets(0x22, 32)))));
      cluster.start(2, other);
      assertThat(cluster.member(1).members()).isEqualTo(1);
      assertThat(cluster.member(2).members()).isEqualTo(1);
      assertThat(cluster.member(2).hasQuorum()).isFalse();
    }
  }

  @Test
  void shouldSayThatTheAddressIsTaken() throws IOException {
    try (TestCluster cluster = TestCluster.of(1)) {
      cluster.start(1, TestCluster.KEYS);
      assertThatThrownBy(() -> HazelcastCluster.start(cluster.clusterOf(1), 1, TestCluster.KEYS))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(cluster.cluster().members().getFirst().store().toString());
    }
  }

  private static <T> T get(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(10, SECONDS).join();
  }
}
