package io.phalanx.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.replication.SaStore.Found;
import io.phalanx.replication.image.SaClusterImage;
import io.phalanx.replication.image.SaClusterImage.Limits;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every store promises of planned hand-overs. */
public abstract class HandoverContract extends TakeoverContract {
  private static final Limits EXACT = new Limits(321, 123);

  @Test
  void shouldGiveTheSuccessorTheExactLimits() {
    create(1, List.of(saCluster(key)));
    setLimits(1, first(1), 1000, 500);
    assertThat(handOver(1, first(1))).isEqualTo(Outcome.DONE);
    assertThat(fenceOfSaCluster()).isEqualTo(new Fence(owner(2), 2));

    Found<SaClusterImage> begun = get(member(2).saStore().claimSaCluster(key, 2, owner(2)));
    assertThat(image(begun).limits()).isEqualTo(EXACT);
    assertThat(fence(begun)).isEqualTo(new Fence(owner(2), 3));
  }

  @Test
  void shouldFenceOffWhoHasHandedOver() {
    create(1, List.of(saCluster(key)));
    handOver(1, first(1));
    assertThat(setLimits(1, first(1), 5000, 5000)).isEqualTo(Outcome.FENCED);
    assertThat(limits()).isEqualTo(EXACT);
  }

  @Test
  void shouldRefuseAHandOverOfWhatIsOwnedNoLonger() {
    create(1, List.of(saCluster(key)));
    setLimits(1, first(1), 1000, 500);
    get(member(3).saStore().claimSaCluster(key, 1, owner(3)));
    assertThat(handOver(1, first(1))).isEqualTo(Outcome.FENCED);
    assertThat(limits()).isEqualTo(new Limits(1000, 500));
    assertThat(fenceOfSaCluster()).isEqualTo(new Fence(owner(3), 2));
    assertThat(get(member(1).saStore().handOverSaCluster(-key, first(1), owner(2), EXACT)))
        .isEqualTo(Outcome.GONE);
  }

  @Test
  void shouldLetAnybodyClaimFromASuccessorThatNeverBegan() {
    create(1, List.of(saCluster(key)));
    handOver(1, first(1));
    Found<SaClusterImage> claimed = get(member(3).saStore().claimSaCluster(key, 2, owner(3)));
    assertThat(image(claimed).limits()).isEqualTo(EXACT);
    assertThat(fence(claimed)).isEqualTo(new Fence(owner(3), 3));
  }

  @Test
  void shouldHandOverAnIkeSaAfterTheCommitsBeforeIt() {
    create(1, List.of());
    var commit = member(1).saStore().commit(change(1, 5));
    var handedOver = member(1).saStore().handOverIkeSa(spi, first(1), owner(2));
    var late = member(1).saStore().commit(change(1, 6));
    assertThat(get(commit)).isEqualTo(Outcome.DONE);
    assertThat(get(handedOver)).isEqualTo(Outcome.DONE);
    assertThat(get(late)).isEqualTo(Outcome.FENCED);
    assertThat(nextPeerId()).isEqualTo(5);
    assertThat(fenceOfIkeSa()).isEqualTo(new Fence(owner(2), 2));
  }

  @Test
  void shouldForgetWhatHasLeftTheCluster() {
    create(1, List.of(saCluster(key)));
    assertThat(withdraw(1, first(1))).isEqualTo(Outcome.DONE);
    assertThat(get(member(2).saStore().findSaCluster(key))).isInstanceOf(Found.Absent.class);
    assertThat(setLimits(1, first(1), 1000, 500)).isEqualTo(Outcome.GONE);
    assertThat(withdraw(1, first(1))).as("again").isEqualTo(Outcome.GONE);
  }

  @Test
  void shouldKeepWhatAnotherHasClaimedInTheCluster() {
    create(1, List.of(saCluster(key)));
    get(member(3).saStore().claimSaCluster(key, 1, owner(3)));
    assertThat(withdraw(1, first(1))).isEqualTo(Outcome.FENCED);
    assertThat(fenceOfSaCluster()).isEqualTo(new Fence(owner(3), 2));
  }

  private Outcome withdraw(int number, Fence fence) {
    return get(member(number).saStore().withdraw(key, fence));
  }

  private Outcome handOver(int number, Fence fence) {
    return get(member(number).saStore().handOverSaCluster(key, fence, owner(2), EXACT));
  }
}
