package io.phalanx.replication.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.GatewayConfig.ClusterKey;
import io.phalanx.config.Secret;
import io.phalanx.replication.Commit;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owner;
import io.phalanx.replication.SaStore.Found;
import io.phalanx.replication.StoreContract;
import io.phalanx.replication.image.Images;
import io.phalanx.replication.seal.Keyring;
import io.phalanx.replication.seal.Sealer;
import io.phalanx.replication.table.Stored;
import io.phalanx.replication.table.TableStore;
import io.phalanx.replication.table.Tables;
import io.phalanx.replication.table.Wrapping;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class HazelcastStoreTest extends StoreContract {
  @SuppressWarnings("NullAway.Init")
  private static TestCluster cluster;

  @BeforeAll
  static void start() throws IOException {
    cluster = TestCluster.of(3).startAll();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Override
  protected Ports member(int number) {
    return cluster.ports(number);
  }

  @Test
  void membersShouldKeepNothingInTheClear() {
    create(1, List.of());
    commit(77);
    int entries = 0;
    for (int number = 1; number <= 3; number++) {
      for (String table : List.of("ike-sas", "sa-clusters", "routes")) {
        for (Stored stored : RawEntries.of(cluster.member(number).instance(), table).values()) {
          String octets = new String(stored.body(), StandardCharsets.ISO_8859_1);
          for (int key : new int[] {0xd0, 0xa1, 0xe1, 0xb1, 0x62, 0x63, 0x81, 0x82}) {
            assertThat(octets)
                .doesNotContain(new String(Images.octets(key, 8), StandardCharsets.ISO_8859_1));
          }
          assertThat(octets).doesNotContain("road", "gw.example.org");
          entries++;
        }
      }
    }
    assertThat(entries).as("primaries and backups").isGreaterThanOrEqualTo(6);
  }

  @Test
  void aMemberWithOtherKeysShouldReadNothing() {
    commit(78);
    HazelcastCluster member = cluster.member(2);
    StoreThreads threads = StoreThreads.start(9);
    Keyring other = new Keyring(List.of(new ClusterKey(1, Secret.of(Images.octets(0x22, 32)))));
    Tables tables =
        new Tables(
            new HazelcastTable<>(member.instance().getMap("ike-sas"), threads),
            new HazelcastTable<>(member.instance().getMap("sa-clusters"), threads),
            new HazelcastTable<>(member.instance().getMap("routes"), threads),
            new HazelcastTable<>(member.instance().getMap("spis"), threads),
            new HazelcastTable<>(member.instance().getMap("counters"), threads),
            new HazelcastTable<>(member.instance().getMap("addresses"), threads));
    TableStore store =
        new TableStore(
            tables, Wrapping.sealedBy(new Sealer(other, "store", new Random(1))), () -> 1);
    assertThat(get(store.findIkeSa(78))).isEqualTo(new Found.Unknown<>());
    assertThat(get(store.findSaCluster(78))).isEqualTo(new Found.Unknown<>());
    assertThat(get(member(2).saStore().findIkeSa(78))).isInstanceOf(Found.Present.class);
    threads.stop();
  }

  @Test
  void backupsShouldBeLikeTheirPrimaries() {
    commit(79);
    Fence fence = new Fence(new Owner(1, 1), 1);
    assertThat(get(member(1).leaseStore().setLimits(79, fence, 500, 400))).isEqualTo(Outcome.DONE);
    assertThat(get(member(1).leaseStore().setLimits(79, new Fence(new Owner(2, 1), 9), 900, 900)))
        .isEqualTo(Outcome.FENCED);
    get(member(2).saStore().claimSaCluster(79, 1, new Owner(2, 1)));
    int copies = 0;
    for (int number = 1; number <= 3; number++) {
      Map<Object, Stored> raw = RawEntries.of(cluster.member(number).instance(), "sa-clusters");
      Stored stored = raw.get(79);
      if (stored != null) {
        assertThat(stored.header().fence()).isEqualTo(new Fence(new Owner(2, 1), 2));
        assertThat(stored.header().outLease()).isEqualTo(500);
        assertThat(stored.header().inLimit()).isEqualTo(400);
        copies++;
      }
    }
    assertThat(copies).isEqualTo(2);
  }

  private void commit(int id) {
    Commit commit =
        new Commit(
            Images.ikeSa(id),
            new Fence(new Owner(1, 1), 1),
            true,
            List.of(Images.saCluster(id)),
            List.of(),
            List.of());
    assertThat(get(member(1).saStore().commit(commit))).isEqualTo(Outcome.DONE);
  }
}
