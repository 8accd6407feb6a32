package io.phalanx.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.replication.SaStore.Found;
import io.phalanx.replication.image.Images;
import io.phalanx.replication.image.SaClusterImage;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What every store promises to those who look for what was left behind. */
public abstract class LeakContract extends AddressContract {
  private long session() {
    return 0x5e55_0000_0000L + key;
  }

  private void write(int number, long localSpi, int child, List<SaClusterImage> clusters) {
    Commit commit =
        new Commit(
            Images.ikeSa(localSpi, session(), child),
            first(number),
            true,
            clusters,
            List.of(),
            List.of());
    assertThat(get(member(number).saStore().commit(commit))).isEqualTo(Outcome.DONE);
  }

  @Test
  void shouldTellWhichSessionsHaveAnIkeSa() {
    write(1, spi, key, List.of());
    Set<Long> asked = Set.of(session(), session() + 1);
    for (int number = 1; number <= 3; number++) {
      assertThat(get(member(number).saStore().sessionsAlive(asked))).contains(Set.of(session()));
    }
    get(member(2).saStore().claimIkeSa(spi, 1, owner(2)));
    assertThat(get(member(3).saStore().sessionsAlive(asked)))
        .as("whoever owns it")
        .contains(Set.of(session()));
    get(member(2).saStore().removeIkeSa(spi, new Fence(owner(2), 2), List.of()));
    assertThat(get(member(1).saStore().sessionsAlive(asked))).contains(Set.of());
  }

  @Test
  void eachSaClusterShouldLiveOnOneMemberAtLeast() {
    write(1, spi, key, List.of(Images.saCluster(key, spi, session())));
    Set<Integer> seen = new HashSet<>();
    for (int number = 1; number <= 3; number++) {
      seen.addAll(get(member(number).saStore().saClustersHere()));
    }
    assertThat(seen).contains(key);
  }

  @Test
  void shouldTellWhoseAnIkeSaIsWhereverItLives() {
    write(1, spi, key, List.of());
    for (int number = 1; number <= 3; number++) {
      assertThat(get(member(number).saStore().ikeSasOf(owner(1)))).contains(spi);
    }
    get(member(2).saStore().claimIkeSa(spi, 1, owner(2)));
    assertThat(get(member(3).saStore().ikeSasOf(owner(1)))).doesNotContain(spi);
    assertThat(get(member(3).saStore().ikeSasOf(owner(2)))).contains(spi);
  }

  @Test
  void shouldKnowWhatAnIkeSaNames() {
    write(1, spi, key, List.of(Images.saCluster(key, spi, session())));
    assertThat(get(member(2).saStore().orphaned(key))).isEmpty();
    assertThat(get(member(2).saStore().orphaned(key + 1))).as("is not there").isEmpty();
  }

  @Test
  void shouldFindAndDiscardWhatNoIkeSaNames() {
    write(1, spi, key, List.of(Images.saCluster(key + 1, spi, session())));
    SaStore store = member(2).saStore();
    assertThat(get(store.orphaned(key + 1))).as("its IKE SA names another").contains(spi);
    assertThat(get(store.discardOrphan(key + 1, spi + 5))).isEqualTo(Outcome.DONE);
    assertThat(get(store.findSaCluster(key + 1))).isInstanceOf(Found.Present.class);
    assertThat(get(store.discardOrphan(key + 1, spi))).isEqualTo(Outcome.DONE);
    assertThat(get(store.findSaCluster(key + 1))).isEqualTo(new Found.Absent<>());

    write(1, spi + 1, key, List.of(Images.saCluster(key + 2, spi + 77, session())));
    assertThat(get(store.orphaned(key + 2))).as("its IKE SA is gone").contains(spi + 77);
  }

  /** A rekey of the IKE SA was written, and its member died before it noted that in its child. */
  @Test
  void shouldHangOnTheNewIkeSaWhatARekeyLeftBehind() {
    write(1, spi, key, List.of(Images.saCluster(key, spi, session())));
    write(1, spi + 1, key, List.of());
    get(member(1).saStore().removeIkeSa(spi, first(1), List.of()));

    assertThat(get(member(2).saStore().orphaned(key))).isEmpty();
    assertThat(image(get(member(3).saStore().findSaCluster(key))).ikeSpi()).isEqualTo(spi + 1);
  }
}
