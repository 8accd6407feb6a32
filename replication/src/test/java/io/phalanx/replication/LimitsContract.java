package io.phalanx.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.replication.SaStore.Found;
import io.phalanx.replication.image.SaClusterImage;
import io.phalanx.replication.image.SaClusterImage.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What every store promises of the limits of SA clusters. */
public abstract class LimitsContract extends ImageContract {
  @Test
  void shouldGiveTheClaimantTheLimitsInForce() {
    create(1, List.of(saCluster(key)));
    setLimits(1, first(1), 1000, 500);
    Found<SaClusterImage> claimed = get(member(2).saStore().claimSaCluster(key, 1, owner(2)));
    assertThat(claimed)
        .usingRecursiveComparison()
        .isEqualTo(
            new Found.Present<>(
                new Owned<>(
                    saCluster(key).inForce(spi, PATH, new Limits(1000, 500)),
                    new Fence(owner(2), 2))));
  }

  @Test
  void shouldNeverLowerAnOutboundLease() {
    create(1, List.of(saCluster(key)));
    assertThat(setLimits(1, first(1), 1000, 500)).isEqualTo(Outcome.DONE);
    assertThat(setLimits(1, first(1), 400, 300)).isEqualTo(Outcome.DONE);
    assertThat(limits()).isEqualTo(new Limits(1000, 300));
  }

  @Test
  void shouldSetLimitsInTheOrderOfTheCalls() {
    create(1, List.of(saCluster(key)));
    List<CompletionStage<Outcome>> outcomes = new ArrayList<>();
    for (int limit = 100; limit <= 200; limit++) {
      outcomes.add(member(1).leaseStore().setLimits(key, first(1), limit, 300 - limit));
    }
    assertThat(outcomes).allSatisfy(outcome -> assertThat(get(outcome)).isEqualTo(Outcome.DONE));
    assertThat(limits()).isEqualTo(new Limits(200, 100));
  }
}
