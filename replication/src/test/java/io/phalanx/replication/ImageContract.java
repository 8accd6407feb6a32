package io.phalanx.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.replication.SaStore.Found;
import io.phalanx.replication.image.Images;
import io.phalanx.replication.image.SaClusterImage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What every store promises of images and their commits. */
public abstract class ImageContract extends StoreFixture {
  @Test
  void shouldFindOnEveryMemberWhatOneCommitted() {
    assertThat(create(1, List.of(saCluster(key)))).isEqualTo(Outcome.DONE);
    for (int number = 1; number <= 3; number++) {
      SaStore store = member(number).saStore();
      assertThat(get(store.findIkeSa(spi)))
          .usingRecursiveComparison()
          .isEqualTo(new Found.Present<>(new Owned<>(Images.ikeSa(spi), first(1))));
      assertThat(get(store.findSaCluster(key)))
          .usingRecursiveComparison()
          .isEqualTo(new Found.Present<>(new Owned<>(saCluster(key), first(1))));
    }
  }

  @Test
  void shouldTellWhatIsNotThere() {
    SaStore store = member(2).saStore();
    assertThat(get(store.findIkeSa(spi))).isEqualTo(new Found.Absent<>());
    assertThat(get(store.findSaCluster(key))).isEqualTo(new Found.Absent<>());
    assertThat(get(store.claimIkeSa(spi, 1, owner(2)))).isEqualTo(new Found.Absent<>());
    assertThat(get(store.claimSaCluster(key, 1, owner(2)))).isEqualTo(new Found.Absent<>());
    assertThat(get(store.commit(change(1, 5)))).isEqualTo(Outcome.GONE);
    assertThat(get(store.removeIkeSa(spi, first(1), List.of()))).isEqualTo(Outcome.GONE);
    assertThat(setLimits(1, first(1), 9, 9)).isEqualTo(Outcome.GONE);
  }

  @Test
  void shouldRefuseToCreateWhatIsThere() {
    assertThat(create(1, List.of())).isEqualTo(Outcome.DONE);
    assertThat(create(2, List.of())).isEqualTo(Outcome.GONE);
    assertThat(fenceOfIkeSa()).isEqualTo(first(1));
  }

  @Test
  void shouldRefuseAnIkeSaWhoseSaClusterIsThere() {
    assertThat(create(1, List.of(saCluster(key)))).isEqualTo(Outcome.DONE);
    Commit other =
        new Commit(
            Images.ikeSa(spi + 1), first(2), true, List.of(saCluster(key)), List.of(), List.of());
    assertThat(get(member(2).saStore().commit(other))).isEqualTo(Outcome.GONE);
    assertThat(get(member(2).saStore().findIkeSa(spi + 1))).isEqualTo(new Found.Absent<>());
    assertThat(fenceOfSaCluster()).isEqualTo(first(1));
  }

  @Test
  void shouldAllowTheSameCreationTwice() {
    assertThat(create(1, List.of(saCluster(key)))).isEqualTo(Outcome.DONE);
    assertThat(create(1, List.of(saCluster(key)))).isEqualTo(Outcome.DONE);
    assertThat(fenceOfSaCluster()).isEqualTo(first(1));
  }

  @Test
  void shouldReplaceTheImageForItsOwner() {
    create(1, List.of());
    assertThat(get(member(1).saStore().commit(change(1, 5)))).isEqualTo(Outcome.DONE);
    assertThat(nextPeerId()).isEqualTo(5);
  }

  @Test
  void shouldKeepTheLastOfCommitsThatRace() {
    create(1, List.of());
    List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
    for (int id = 5; id <= 50; id++) {
      outcomes.add(member(1).saStore().commit(change(1, id)).toCompletableFuture());
    }
    assertThat(outcomes).allSatisfy(outcome -> assertThat(get(outcome)).isEqualTo(Outcome.DONE));
    assertThat(nextPeerId()).isEqualTo(50);
  }

  @Test
  void shouldFindAnSaClusterByTheSpiOfAnySubSa() {
    SaClusterImage image = saCluster(key, List.of(key, key + 1, key + 2));
    create(1, List.of(image));
    assertThat(get(member(3).saStore().findSaCluster(key + 2)))
        .usingRecursiveComparison()
        .isEqualTo(new Found.Present<>(new Owned<>(image, first(1))));
    assertThat(get(member(3).saStore().findSaCluster(key + 3))).isEqualTo(new Found.Absent<>());

    get(member(1).saStore().removeIkeSa(spi, first(1), List.of(key)));
    assertThat(get(member(3).saStore().findSaCluster(key + 2))).isEqualTo(new Found.Absent<>());
  }

  @Test
  void shouldReplaceOneSaClusterByAnother() {
    create(1, List.of(saCluster(key)));
    get(member(2).saStore().claimSaCluster(key, 1, owner(2)));
    Commit rekey =
        new Commit(
            Images.ikeSa(spi, 9),
            first(1),
            false,
            List.of(saCluster(key + 1)),
            List.of(key),
            List.of());
    assertThat(get(member(1).saStore().commit(rekey))).isEqualTo(Outcome.DONE);
    assertThat(get(member(3).saStore().findSaCluster(key))).isEqualTo(new Found.Absent<>());
    assertThat(fence(get(member(3).saStore().findSaCluster(key + 1)))).isEqualTo(first(1));
    assertThat(nextPeerId()).isEqualTo(9);
    assertThat(get(member(1).saStore().commit(rekey))).as("tried again").isEqualTo(Outcome.DONE);
  }

  @Test
  void shouldNotEndWhatHangsOnAnotherIkeSaByNow() {
    create(1, List.of(saCluster(key), saCluster(key + 1)));
    Commit rekey =
        new Commit(Images.ikeSa(spi + 1), first(1), true, List.of(), List.of(), List.of(key));
    assertThat(get(member(1).saStore().commit(rekey))).isEqualTo(Outcome.DONE);

    SaStore store = member(1).saStore();
    Commit late =
        new Commit(Images.ikeSa(spi), first(1), false, List.of(), List.of(key, key + 1), List.of());
    assertThat(get(store.commit(late))).isEqualTo(Outcome.DONE);
    assertThat(get(store.findSaCluster(key + 1))).isEqualTo(new Found.Absent<>());
    assertThat(get(store.removeIkeSa(spi, first(1), List.of(key)))).isEqualTo(Outcome.DONE);
    assertThat(image(get(store.findSaCluster(key))).ikeSpi()).isEqualTo(spi + 1);

    Commit end =
        new Commit(Images.ikeSa(spi + 1), first(1), false, List.of(), List.of(key), List.of(key));
    assertThat(get(store.commit(end))).as("moved and ended at once").isEqualTo(Outcome.DONE);
    assertThat(get(store.findSaCluster(key))).isEqualTo(new Found.Absent<>());
  }

  @Test
  void shouldRemoveAnIkeSaWithItsSaClusters() {
    create(1, List.of(saCluster(key), saCluster(key + 1)));
    SaStore store = member(1).saStore();
    assertThat(get(store.removeIkeSa(spi, first(1), List.of(key, key + 1))))
        .isEqualTo(Outcome.DONE);
    assertThat(get(store.findIkeSa(spi))).isEqualTo(new Found.Absent<>());
    assertThat(get(store.findSaCluster(key))).isEqualTo(new Found.Absent<>());
    assertThat(get(store.findSaCluster(key + 1))).isEqualTo(new Found.Absent<>());
  }
}
