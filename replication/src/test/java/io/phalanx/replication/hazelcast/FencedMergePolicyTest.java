package io.phalanx.replication.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.spi.merge.MergingEntry;
import io.phalanx.replication.Owner;
import io.phalanx.replication.table.Header;
import io.phalanx.replication.table.Stored;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FencedMergePolicyTest {
  private static final Owner FIRST = new Owner(1, 10);
  private static final Owner SECOND = new Owner(2, 20);

  @Test
  void theHigherEpochShouldStayWhicheverSideHasIt() {
    Stored old = entry(FIRST, 1, 900, 5000, 4000, 1);
    Stored claimed = entry(SECOND, 2, 1, 1000, 500, 2);
    assertThat(FencedMergePolicy.merge(old, claimed)).isSameAs(claimed);
    assertThat(FencedMergePolicy.merge(claimed, old)).isSameAs(claimed);
  }

  @Test
  void ofOneEpochTheLaterChangeShouldStayWithTheLargerLimits() {
    Stored early = entry(FIRST, 1, 5, 2000, 700, 1);
    Stored late = entry(FIRST, 1, 6, 1500, 900, 2);
    Stored expected = entry(FIRST, 1, 6, 2000, 900, 2);
    for (Stored merged :
        new Stored[] {FencedMergePolicy.merge(early, late), FencedMergePolicy.merge(late, early)}) {
      assertThat(merged).usingRecursiveComparison().isEqualTo(expected);
    }
  }

  @Test
  void whatTheLargerHalfRemovedShouldStayAway() {
    assertThat(new FencedMergePolicy().merge(new Merging(entry(FIRST, 1, 1, 1, 1, 1)), null))
        .isNull();
  }

  private static Stored entry(
      Owner owner, long epoch, long order, long outLease, long inLimit, int body) {
    Header header = new Header(owner, epoch, 0, order, outLease, inLimit, 0, Optional.empty());
    return new Stored(header, new byte[] {(byte) body});
  }

  private record Merging(Stored stored) implements MergingEntry<Object, Stored> {
    @Override
    public Object getKey() {
      return 1;
    }

    @Override
    public Object getRawKey() {
      return 1;
    }

    @Override
    public Stored getDeserializedValue() {
      return stored;
    }

    @Override
    public Object getRawValue() {
      return stored;
    }

    @Override
    @SuppressWarnings("deprecation")
    public Stored getValue() {
      return stored;
    }
  }
}
