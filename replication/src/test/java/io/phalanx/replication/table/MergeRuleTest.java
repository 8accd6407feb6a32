package io.phalanx.replication.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.phalanx.replication.Fence;
import io.phalanx.replication.Owner;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two halves of a store begin with one entry, go on apart, and meet again. */
class MergeRuleTest {
  private static final Owner FIRST = new Owner(1, 10);
  private static final Owner SECOND = new Owner(2, 20);
  private static final int PAIRS = 20_000;

  /** One half's copy of an entry, and what its owners have done since the halves are apart. */
  private static final class Half {
    private final Header base;
    private Stored stored;
    private boolean sent;
    private boolean mayHaveAccepted;
    private boolean changed;

    /** Numbers up to it were accepted, or count as such. */
    private long seen;

    Half(Stored stored) {
      this.base = stored.header();
      this.stored = stored;
    }

    /** Half of what an owner may accept comes. */
    Half raise(long out, long in) {
      Header header = stored.header();
      sent |= out > 0;
      seen = in > 0 ? header.inLimit() + (in + 1) / 2 : seen;
      mayHaveAccepted |= header.inLimit() + in > base.inLimit();
      run(
          new Change.SetLimits(
              header.fence(), header.order() + 1, header.outLease() + out, header.inLimit() + in));
      return this;
    }

    Half settle(long down) {
      Header header = stored.header();
      long in = Math.min(header.inLimit(), Math.max(header.inLimit() - down, seen));
      run(new Change.SetLimits(header.fence(), header.order() + 1, header.outLease(), in));
      return this;
    }

    boolean accepted() {
      return mayHaveAccepted && seen > base.inLimit();
    }

    Half claim(Owner owner) {
      seen = stored.header().inLimit();
      run(new Change.Claim(stored.header().epoch(), owner));
      return this;
    }

    Half commit(int body) {
      Header header = stored.header();
      changed = true;
      run(new Change.Replace(header.fence(), header.order() + 1, new byte[] {(byte) body}));
      return this;
    }

    private void run(Change change) {
      Step step = change.present(stored);
      stored =
          switch (step.effect()) {
            case Step.Effect.Put(Stored put) -> put;
            case Step.Effect.PutHeader(Header header) -> stored.with(header);
            case Step.Effect.Keep _, Step.Effect.Delete _ -> throw new AssertionError(step);
          };
    }
  }

  private static Stored base() {
    return new Stored(
        new Header(FIRST, 1, 0, 5, 1000, 500, 0xabc, Optional.empty()), new byte[] {1});
  }

  @Test
  void ofOneFenceTheLaterChangeShouldStayWithTheLargerLimits() {
    Half more = new Half(base()).raise(1000, 0);
    Half later = new Half(base()).raise(500, 0).raise(0, 400);
    Stored merged = both(MergeRule.SA_CLUSTERS, more, later);
    assertThat(merged.header())
        .isEqualTo(new Header(FIRST, 1, 0, 7, 2000, 900, 0xabc, Optional.empty()));
  }

  @Test
  void aClaimShouldStayAsItIsIfTheOldOwnerUsedNothingMore() {
    Half idle = new Half(base());
    Half successor = new Half(base()).claim(SECOND).raise(1000, 64);
    assertThat(both(MergeRule.SA_CLUSTERS, idle, successor)).isEqualTo(successor.stored);
  }

  @Test
  void aClaimThatWasNotUsedShouldBeRepeatedFromWhereTheOldOwnerIs() {
    Half busy = new Half(base()).raise(7000, 640);
    Half successor = new Half(base()).claim(SECOND);
    Header merged = both(MergeRule.SA_CLUSTERS, busy, successor).header();
    assertThat(merged.fence()).isEqualTo(new Fence(SECOND, 3));
    assertThat(merged.outLease()).isEqualTo(8000);
    assertThat(merged.inLimit()).isEqualTo(1140);
    assertThat(merged.lineage().forked()).as("nothing was used twice").isFalse();
  }

  @Test
  void keysWhoseNumbersBothHalvesUsedShouldBeMarked() {
    Half busy = new Half(base()).raise(7000, 0);
    Half successor = new Half(base()).claim(SECOND).raise(2000, 0);
    Header merged = both(MergeRule.SA_CLUSTERS, busy, successor).header();
    assertThat(merged.fence()).isEqualTo(new Fence(SECOND, 3));
    assertThat(merged.outLease()).isEqualTo(8000);
    assertThat(merged.lineage().forked()).isTrue();
    Header next = merged.claimedBy(FIRST, 0);
    assertThat(next.lineage().forked()).as("until the keys are replaced").isTrue();
  }

  @Test
  void keysShouldStayWhereEachHalfUsedAnotherDirection() {
    Half sender = new Half(base()).raise(7000, 0);
    Half receiver = new Half(base()).claim(SECOND).raise(0, 640);
    Header merged = both(MergeRule.SA_CLUSTERS, sender, receiver).header();
    assertThat(merged.lineage().forked()).isFalse();
    assertThat(merged.outLease()).isEqualTo(8000);
    assertThat(merged.inLimit()).isEqualTo(1140);
  }

  @Test
  void aHistoryThatDoesNotReachBackShouldCountAsUsed() {
    Half old = new Half(base());
    Half many = new Half(base());
    for (int claims = 0; claims <= Lineage.FORMER_MAX; claims++) {
      many.claim(claims % 2 == 0 ? SECOND : FIRST);
    }
    assertThat(both(MergeRule.SA_CLUSTERS, old, many).header().lineage().forked()).isTrue();
  }

  @Test
  void anIkeSaThatOnlyTheLowerEpochChangedShouldKeepThatChange() {
    Half talks = new Half(base()).commit(7);
    Half successor = new Half(base()).claim(SECOND);
    Stored merged = both(MergeRule.IKE_SAS, talks, successor);
    assertThat(merged.body()).containsExactly(7);
    assertThat(merged.header().fence()).isEqualTo(new Fence(SECOND, 3));
  }

  @Test
  void anIkeSaThatBothChangedShouldGoOnWithTheHigherEpoch() {
    Half talks = new Half(base()).commit(7).commit(8);
    Half successor = new Half(base()).claim(SECOND).commit(9);
    assertThat(both(MergeRule.IKE_SAS, talks, successor)).isEqualTo(successor.stored);
  }

  @Test
  void aCounterShouldNeverGoBack() {
    Stored low = Change.Count.of(7);
    Stored high = Change.Count.of(70);
    assertThat(MergeRule.FOLLOWERS.merge(low, high)).isEqualTo(high);
    assertThat(MergeRule.FOLLOWERS.merge(high, low)).isEqualTo(high);
  }

  @Test
  void ofAnAddressTheLastThatHappenedShouldStay() {
    Stored common = lease(null, 1, 0xa, 10);
    Stored freed = run(common, new Change.Free(1, 0xa, 20));
    Stored other = lease(lease(common, 2, 0xb, 15), 3, 0xc, 16);
    for (Stored merged :
        new Stored[] {
          MergeRule.ADDRESSES.merge(freed, other), MergeRule.ADDRESSES.merge(other, freed)
        }) {
      assertThat(AddressBlock.of(merged.body()).slots().values())
          .extracting(AddressBlock.Slot::index, AddressBlock.Slot::sessionId)
          .containsExactly(tuple(1, 0L), tuple(2, 0xbL), tuple(3, 0xcL));
    }
  }

  private static Stored lease(@Nullable Stored block, int slot, long session, long now) {
    SlotWish wish = new SlotWish(session, session, Set.of(), slot, slot, List.of(), true, now);
    Change lease = new Change.Lease(wish);
    return put(block == null ? lease.absent() : lease.present(block));
  }

  private static Stored run(Stored stored, Change change) {
    return put(change.present(stored));
  }

  private static Stored put(Step step) {
    if (step.effect() instanceof Step.Effect.Put(Stored stored)) {
      return stored;
    }
    throw new AssertionError(step);
  }

  /** The rules that everything rests on, for many pairs of histories. */
  @ParameterizedTest
  @EnumSource(names = {"SA_CLUSTERS", "IKE_SAS"})
  void whoeverGoesOnShouldKnowAllThatWasUsed(MergeRule rule) {
    Random random = new Random(7);
    int forks = 0;
    for (int pair = 0; pair < PAIRS; pair++) {
      Stored common = history(rule, new Half(base()), random, new Owner[] {FIRST, SECOND}).stored;
      // Members of one half are not in the other; the old owner is in one of the two.
      Owner old = common.header().owner();
      Half left = history(rule, new Half(common), random, new Owner[] {old, new Owner(3, 30)});
      Half right = new Half(common);
      if (random.nextBoolean()) {
        right =
            history(rule, right.claim(new Owner(4, 40)), random, new Owner[] {new Owner(5, 50)});
      }
      Stored merged = both(rule, left, right);
      if (rule == MergeRule.SA_CLUSTERS) {
        assertThat(merged.header().outLease()).isGreaterThanOrEqualTo(out(left));
        assertThat(merged.header().outLease()).isGreaterThanOrEqualTo(out(right));
        assertThat(merged.header().inLimit()).isGreaterThanOrEqualTo(in(left));
        assertThat(merged.header().inLimit()).isGreaterThanOrEqualTo(in(right));
        boolean forked = merged.header().lineage().forked();
        if ((left.sent && right.sent) || (left.accepted() && right.accepted())) {
          assertThat(forked).as("used twice").isTrue();
        }
        if (forked) {
          assertThat((left.sent && right.sent) || (left.mayHaveAccepted && right.mayHaveAccepted))
              .as("may have been used twice")
              .isTrue();
          forks++;
        }
      }
      Fence fence = merged.header().fence();
      boolean sameFence = left.stored.header().fence().equals(right.stored.header().fence());
      for (Half half : new Half[] {left, right}) {
        assertThat(half.stored.header().epoch()).isLessThanOrEqualTo(fence.epoch());
        if (!sameFence && half.stored.header().fence().equals(fence)) {
          assertThat(merged).as("goes on under its fence").isEqualTo(half.stored);
        }
      }
      if (rule == MergeRule.IKE_SAS && left.changed != right.changed) {
        assertThat(merged.body()).isEqualTo((left.changed ? left : right).stored.body());
      }
    }
    assertThat(rule == MergeRule.IKE_SAS || forks > PAIRS / 20).isTrue();
  }

  private static Half history(MergeRule rule, Half half, Random random, Owner[] owners) {
    for (int step = random.nextInt(5); step > 0; step--) {
      // An IKE SA has no limits.
      switch (rule == MergeRule.IKE_SAS ? random.nextInt(2) : random.nextInt(6)) {
        case 0 -> half.claim(owners[random.nextInt(owners.length)]);
        case 1 -> half.commit(random.nextInt(128));
        case 2 -> half.raise(1 + random.nextInt(100), 0);
        case 3 -> half.raise(0, 1 + random.nextInt(100));
        case 4 -> half.settle(1 + random.nextInt(100));
        default -> half.raise(1 + random.nextInt(100), 1 + random.nextInt(100));
      }
    }
    return half;
  }

  private static long out(Half half) {
    return half.stored.header().outLease();
  }

  private static long in(Half half) {
    return half.stored.header().inLimit();
  }

  private static Stored both(MergeRule rule, Half one, Half other) {
    Stored merged = rule.merge(one.stored, other.stored);
    assertThat(Stream.of(rule.merge(other.stored, one.stored))).containsExactly(merged);
    return merged;
  }
}
