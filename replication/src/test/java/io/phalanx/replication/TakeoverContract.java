package io.phalanx.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.replication.SaStore.Found;
import io.phalanx.replication.SaStore.Swept;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.Images;
import io.phalanx.replication.image.SaClusterImage;
import io.phalanx.replication.image.SaClusterImage.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What every store promises of claims, fences and sweeps. */
public abstract class TakeoverContract extends LimitsContract {
  @Test
  void shouldFenceOffWhoOwnsItNoLonger() {
    create(1, List.of(saCluster(key)));
    get(member(2).saStore().claimIkeSa(spi, 1, owner(2)));
    get(member(2).saStore().claimSaCluster(key, 1, owner(2)));

    assertThat(get(member(1).saStore().commit(change(1, 5)))).isEqualTo(Outcome.FENCED);
    assertThat(get(member(1).saStore().removeIkeSa(spi, first(1), List.of(key))))
        .isEqualTo(Outcome.FENCED);
    assertThat(setLimits(1, first(1), 200, 200)).isEqualTo(Outcome.FENCED);

    assertThat(nextPeerId()).isEqualTo(4);
    assertThat(limits()).isEqualTo(new Limits(65, 64));
    assertThat(fenceOfSaCluster()).isEqualTo(new Fence(owner(2), 2));
  }

  @Test
  void shouldFenceOffAnotherLifeOfTheSameMember() {
    create(1, List.of(saCluster(key)));
    Fence later = new Fence(new Owner(1, owner(1).incarnation() + 1), 1);
    assertThat(setLimits(1, later, 200, 200)).isEqualTo(Outcome.FENCED);
    Fence newer = new Fence(owner(1), 2);
    assertThat(setLimits(1, newer, 200, 200)).isEqualTo(Outcome.FENCED);
  }

  @Test
  void shouldGiveARacedClaimToOne() {
    create(1, List.of(saCluster(key)));
    List<CompletableFuture<Found<SaClusterImage>>> claims = new ArrayList<>();
    for (int number = 1; number <= 3; number++) {
      SaStore store = member(number).saStore();
      claims.add(store.claimSaCluster(key, 1, owner(number)).toCompletableFuture());
    }
    List<Fence> fences = claims.stream().map(claim -> fence(get(claim))).distinct().toList();
    assertThat(fences).hasSize(1);
    assertThat(fences.getFirst().epoch()).isEqualTo(2);
    assertThat(fenceOfSaCluster()).isEqualTo(fences.getFirst());
  }

  @Test
  void shouldAnswerAClaimOfAStaleEpochWithTheEntryInForce() {
    create(1, List.of());
    get(member(2).saStore().claimIkeSa(spi, 1, owner(2)));
    Found<IkeSaImage> late = get(member(3).saStore().claimIkeSa(spi, 1, owner(3)));
    assertThat(fence(late)).isEqualTo(new Fence(owner(2), 2));
    Found<IkeSaImage> next = get(member(3).saStore().claimIkeSa(spi, 2, owner(3)));
    assertThat(fence(next)).isEqualTo(new Fence(owner(3), 3));
  }

  @Test
  void shouldSweepEveryOrphanOnce() {
    for (int i = 0; i < 30; i++) {
      Commit commit =
          new Commit(
              Images.ikeSa(spi + i),
              first(3),
              true,
              List.of(saCluster(key + i)),
              List.of(),
              List.of());
      assertThat(get(member(3).saStore().commit(commit))).isEqualTo(Outcome.DONE);
    }
    get(member(3).saStore().commit(changeOf(spi + 99, 2, true)));

    List<Owned<IkeSaImage>> ikeSas = new ArrayList<>();
    List<Owned<SaClusterImage>> saClusters = new ArrayList<>();
    for (int number = 1; number <= 3; number++) {
      Owner claimant = new Owner(number, owner(number).incarnation() + 1);
      Swept swept;
      do {
        swept = get(member(number).saStore().sweep(owner(3), claimant, 7));
        assertThat(swept.ikeSas().size() + swept.saClusters().size()).isLessThanOrEqualTo(7);
        for (Owned<IkeSaImage> owned : swept.ikeSas()) {
          assertThat(owned.fence()).isEqualTo(new Fence(claimant, 2));
        }
        ikeSas.addAll(swept.ikeSas());
        saClusters.addAll(swept.saClusters());
      } while (!swept.ikeSas().isEmpty() || !swept.saClusters().isEmpty());
    }
    assertThat(ikeSas)
        .extracting(owned -> owned.image().localSpi())
        .hasSize(30)
        .doesNotHaveDuplicates();
    assertThat(saClusters)
        .extracting(owned -> owned.image().id())
        .hasSize(30)
        .doesNotHaveDuplicates();
    assertThat(saClusters).allSatisfy(owned -> assertThat(owned.fence().epoch()).isEqualTo(2));
    assertThat(fence(get(member(1).saStore().findIkeSa(spi + 99)))).isEqualTo(first(2));
  }
}
