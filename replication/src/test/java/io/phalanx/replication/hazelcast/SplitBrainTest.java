package io.phalanx.replication.hazelcast;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hazelcast.map.IMap;
import io.phalanx.config.GatewayConfig.ClusterMember;
import io.phalanx.replication.Commit;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owned;
import io.phalanx.replication.Owner;
import io.phalanx.replication.SaStore.Found;
import io.phalanx.replication.image.Images;
import io.phalanx.replication.image.SaClusterImage;
import io.phalanx.replication.table.Stored;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Real members that are cut apart, go on as far as they may, and meet again. */
class SplitBrainTest {
  private static final Owner FIRST = new Owner(1, 7);
  private static final Owner SECOND = new Owner(2, 8);
  private static final Fence FENCE = new Fence(FIRST, 1);

  private static final int IDLE = 11;
  private static final int CLAIMED = 12;
  private static final int FORKED = 13;
  private static final int MADE_BY_FIRST = 14;
  private static final int MADE_BY_SECOND = 15;

  @Test
  void aMinorityShouldRefuseAndTakeOverWhatTheMajorityHasDone() throws IOException {
    try (TestCluster cluster = TestCluster.of(3).startAll()) {
      create(cluster.member(1), IDLE);
      create(cluster.member(1), CLAIMED);
      Set<Integer> told = ConcurrentHashMap.newKeySet();
      Cable.pull(cluster, 1);
      await().atMost(30, SECONDS).until(() -> !cluster.member(1).hasQuorum());
      await().atMost(30, SECONDS).until(() -> cluster.member(2).members() == 2);
      assertThat(limits(cluster.member(1), CLAIMED, FENCE, 5000)).isEqualTo(Outcome.UNKNOWN);
      claim(cluster.member(2), CLAIMED, SECOND);
      awaitDone(cluster.member(2), CLAIMED, new Fence(SECOND, 2), 9000);

      cluster.member(1).whenMerged(() -> told.add(1));
      Cable.plug(cluster.member(1));
      awaitMembers(cluster, 3);
      await().atMost(60, SECONDS).until(() -> told.contains(1));
      SaClusterImage claimed = find(cluster.member(1), CLAIMED, new Fence(SECOND, 2));
      assertThat(claimed.limits().outLease()).isEqualTo(9000);
      find(cluster.member(1), IDLE, FENCE);
      awaitLimits(cluster.member(1), CLAIMED, FENCE, 9500, Outcome.FENCED);
      awaitLimits(cluster.member(1), IDLE, FENCE, 9500, Outcome.DONE);
    }
  }

  /** Of the majority only one is left, and joins the member that was alone. */
  @Test
  void aMemberThatWasAloneShouldWaitForWhatTheMajorityHasDone() throws IOException {
    List<Integer> ids = List.of(IDLE, CLAIMED, FORKED, MADE_BY_FIRST, MADE_BY_SECOND);
    try (TestCluster cluster = TestCluster.of(3, 2, 2).startAll()) {
      List<Integer> byAddress = joinedFirst(cluster);
      HazelcastCluster alone = cluster.member(byAddress.get(0));
      HazelcastCluster dies = cluster.member(byAddress.get(1));
      HazelcastCluster last = cluster.member(byAddress.get(2));
      ids.forEach(id -> create(alone, id));
      Cable.pull(cluster, byAddress.get(0));
      await().atMost(30, SECONDS).until(() -> !alone.hasQuorum());
      await().atMost(30, SECONDS).until(() -> last.members() == 2 && dies.members() == 2);
      ids.forEach(id -> claim(dies, id, SECOND));
      ids.forEach(id -> awaitDone(dies, id, new Fence(SECOND, 2), 9000));
      dies.terminate();
      await().atMost(30, SECONDS).until(() -> last.members() == 1);

      Cable.plug(alone);
      Map<Integer, Owned<SaClusterImage>> seen = firstSeen(alone, ids);
      assertThat(seen.keySet()).containsExactlyInAnyOrderElementsOf(ids);
      assertThat(seen.values())
          .allSatisfy(
              owned -> {
                assertThat(owned.fence()).isEqualTo(new Fence(SECOND, 2));
                assertThat(owned.image().limits().outLease()).isEqualTo(9000);
              });
      assertThat(alone.hasQuorum()).isTrue();
    }
  }

  /** Of two halves of one size Hazelcast has that one joined whose address is the lesser text. */
  private static List<Integer> joinedFirst(TestCluster cluster) {
    return cluster.cluster().members().stream()
        .sorted(Comparator.comparing(member -> Integer.toString(member.store().getPort())))
        .map(ClusterMember::id)
        .toList();
  }

  /** What the store tells first of each entry, to one that tries to claim them all the time. */
  private static Map<Integer, Owned<SaClusterImage>> firstSeen(
      HazelcastCluster member, List<Integer> ids) {
    Map<Integer, Owned<SaClusterImage>> seen = new HashMap<>();
    long deadline = System.nanoTime() + SECONDS.toNanos(60);
    while (seen.size() < ids.size() && System.nanoTime() < deadline) {
      Map<Integer, CompletionStage<Found<SaClusterImage>>> asked = new HashMap<>();
      ids.forEach(id -> asked.put(id, member.saStore().claimSaCluster(id, 1, FIRST)));
      asked.forEach(
          (id, answer) -> {
            if (get(answer) instanceof Found.Present<SaClusterImage>(var owned)) {
              seen.putIfAbsent(id, owned);
            }
          });
    }
    return seen;
  }

  @Test
  void twoHalvesThatBothWentOnShouldComeToOneHistory() throws IOException {
    try (TestCluster cluster = TestCluster.of(2, 1).startAll()) {
      for (int id : new int[] {IDLE, CLAIMED, FORKED}) {
        create(cluster.member(1), id);
      }
      Set<Integer> told = ConcurrentHashMap.newKeySet();
      cluster.member(1).whenMerged(() -> told.add(1));
      cluster.member(2).whenMerged(() -> told.add(2));
      Cable.pull(cluster, 1);
      await().atMost(30, SECONDS).until(() -> cluster.member(1).members() == 1);
      await().atMost(30, SECONDS).until(() -> cluster.member(2).members() == 1);
      awaitDone(cluster.member(1), CLAIMED, FENCE, 5000);
      awaitDone(cluster.member(1), FORKED, FENCE, 5000);
      claim(cluster.member(2), CLAIMED, SECOND);
      claim(cluster.member(2), FORKED, SECOND);
      awaitDone(cluster.member(2), FORKED, new Fence(SECOND, 2), 3000);
      // Longer than clocks may differ, so that both halves know what was made since.
      await().pollDelay(1500, TimeUnit.MILLISECONDS).until(() -> true);
      create(cluster.member(1), MADE_BY_FIRST);
      create(cluster.member(2), MADE_BY_SECOND);
      assertThat(spiBlock(cluster.member(1))).isNotEqualTo(spiBlock(cluster.member(2)));

      Cable.plug(cluster.member(1));
      awaitMembers(cluster, 2);
      await().atMost(60, SECONDS).until(() -> told.equals(Set.of(1, 2)));
      await().atMost(30, SECONDS).until(() -> found(cluster.member(1), MADE_BY_FIRST));
      for (int number = 1; number <= 2; number++) {
        HazelcastCluster member = cluster.member(number);
        find(member, IDLE, FENCE);
        find(member, MADE_BY_FIRST, FENCE);
        find(member, MADE_BY_SECOND, FENCE);
        for (int id : new int[] {CLAIMED, FORKED}) {
          SaClusterImage image = find(member, id, new Fence(SECOND, 3));
          assertThat(image.limits().outLease()).isEqualTo(5000);
        }
        awaitLimits(member, FORKED, FENCE, 9000, Outcome.FENCED);
        awaitLimits(member, FORKED, new Fence(SECOND, 2), 9000, Outcome.FENCED);
      }
      assertThat(forked(cluster, CLAIMED)).isFalse();
      assertThat(forked(cluster, FORKED)).isTrue();
    }
  }

  private static boolean forked(TestCluster cluster, int id) {
    IMap<Integer, Stored> map = cluster.member(1).instance().getMap("sa-clusters");
    return Optional.ofNullable(map.get(id)).orElseThrow().header().lineage().forked();
  }

  private static void create(HazelcastCluster member, int id) {
    Commit commit =
        new Commit(
            Images.ikeSa(id), FENCE, true, List.of(Images.saCluster(id)), List.of(), List.of());
    await().atMost(30, SECONDS).until(() -> get(member.saStore().commit(commit)) == Outcome.DONE);
  }

  private static void claim(HazelcastCluster member, int id, Owner owner) {
    await()
        .atMost(30, SECONDS)
        .until(
            () ->
                get(member.saStore().claimSaCluster(id, 1, owner)) instanceof Found.Present<?> found
                    && found.owned().fence().owner().equals(owner));
  }

  private static void awaitDone(HazelcastCluster member, int id, Fence fence, long outLease) {
    awaitLimits(member, id, fence, outLease, Outcome.DONE);
  }

  /** While parts of the store move, a call may stay without an answer. */
  private static void awaitLimits(
      HazelcastCluster member, int id, Fence fence, long outLease, Outcome expected) {
    Outcome told =
        await()
            .atMost(30, SECONDS)
            .until(() -> limits(member, id, fence, outLease), each -> each != Outcome.UNKNOWN);
    assertThat(told).isEqualTo(expected);
  }

  private static void awaitMembers(TestCluster cluster, int size) {
    for (ClusterMember each : cluster.cluster().members()) {
      await().atMost(60, SECONDS).until(() -> cluster.member(each.id()).members() == size);
    }
  }

  private static long spiBlock(HazelcastCluster member) {
    return await()
        .atMost(30, SECONDS)
        .until(() -> get(member.registry().nextSpiBlock()), Optional::isPresent)
        .orElseThrow();
  }

  private static Outcome limits(HazelcastCluster member, int id, Fence fence, long outLease) {
    return get(member.leaseStore().setLimits(id, fence, outLease, 64));
  }

  private static boolean found(HazelcastCluster member, int id) {
    return get(member.saStore().findSaCluster(id)) instanceof Found.Present<?>;
  }

  private static SaClusterImage find(HazelcastCluster member, int id, Fence fence) {
    await()
        .atMost(30, SECONDS)
        .until(() -> get(member.saStore().findIkeSa(id)) instanceof Found.Present<?>);
    await().atMost(30, SECONDS).until(() -> found(member, id));
    if (get(member.saStore().findSaCluster(id))
        instanceof Found.Present<SaClusterImage>(Owned<SaClusterImage> owned)) {
      assertThat(owned.fence()).as("SA cluster %d", id).isEqualTo(fence);
      return owned.image();
    }
    throw new AssertionError("SA cluster " + id + " is not there");
  }

  private static <T> T get(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(10, SECONDS).join();
  }
}
