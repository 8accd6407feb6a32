package io.phalanx.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.replication.Membership;
import io.phalanx.replication.Owner;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ExclusionTest {
  private static final Owner SELF = new Owner(1, 10);
  private static final Owner OTHER = new Owner(2, 20);
  private static final Owner RESTARTED = new Owner(2, 21);

  private final VirtualLoop loop = new VirtualLoop();
  private final Set<Owner> living = new HashSet<>(Set.of(SELF));
  private final Set<Owner> heardByAnother = new HashSet<>();
  private final List<Integer> excluded = new ArrayList<>();
  private final Exclusion exclusion =
      new Exclusion(loop, membership(), excluded::add, () -> loop.now);

  private Membership membership() {
    return new Membership() {
      @Override
      public Owner self() {
        return SELF;
      }

      @Override
      public boolean alive(Owner owner) {
        return living.contains(owner);
      }

      @Override
      public Set<Owner> living() {
        return living;
      }

      @Override
      public boolean heardByAnother(Owner owner) {
        return heardByAnother.contains(owner);
      }

      @Override
      public void watch(Listener listener) {
        throw new UnsupportedOperationException("the test tells it");
      }
    };
  }

  private void up(Owner owner) {
    living.add(owner);
    exclusion.up(owner);
  }

  private void down(Owner owner) {
    living.remove(owner);
    exclusion.down(owner);
  }

  private void grownUp(Owner owner) {
    up(owner);
    loop.advance(Exclusion.YOUNG_MILLIS);
  }

  @Test
  void shouldExcludeWhomNobodyHears() {
    grownUp(OTHER);
    down(OTHER);
    loop.advance(Exclusion.PATIENCE_MILLIS - 1);
    assertThat(excluded).isEmpty();
    loop.advance(1);
    assertThat(excluded).containsExactly(2);
    loop.advance(Exclusion.LONG_PATIENCE_MILLIS);
    assertThat(excluded).containsExactly(2);
  }

  @Test
  void shouldLeaveInWhoIsBackInTime() {
    grownUp(OTHER);
    down(OTHER);
    loop.advance(Exclusion.PATIENCE_MILLIS - 1);
    up(OTHER);
    loop.advance(Exclusion.LONG_PATIENCE_MILLIS);
    assertThat(excluded).isEmpty();
  }

  @Test
  void shouldLeaveInWhoRestarts() {
    grownUp(OTHER);
    down(OTHER);
    up(RESTARTED);
    loop.advance(Exclusion.LONG_PATIENCE_MILLIS);
    assertThat(excluded).isEmpty();
  }

  @Test
  void shouldWaitLongerForOneThatAnotherMemberHears() {
    grownUp(OTHER);
    heardByAnother.add(OTHER);
    down(OTHER);
    loop.advance(Exclusion.LONG_PATIENCE_MILLIS - 1);
    assertThat(excluded).isEmpty();
    loop.advance(1);
    assertThat(excluded).as("a half-open network has to end, too").containsExactly(2);
  }

  @Test
  void shouldWaitLongerForOneThatHasJustStarted() {
    up(OTHER);
    loop.advance(Exclusion.YOUNG_MILLIS - Exclusion.PATIENCE_MILLIS - 1);
    down(OTHER);
    loop.advance(Exclusion.LONG_PATIENCE_MILLIS - 1);
    assertThat(excluded).isEmpty();
    loop.advance(1);
    assertThat(excluded).containsExactly(2);
  }

  @Test
  void shouldCountAShortAbsenceOfTheSameLifeAsNoStart() {
    grownUp(OTHER);
    down(OTHER);
    up(OTHER);
    down(OTHER);
    loop.advance(Exclusion.PATIENCE_MILLIS);
    assertThat(excluded).containsOnly(2);
  }

  @Test
  void shouldNotCutOffOneThatLeavesInOrder() {
    grownUp(OTHER);
    living.remove(OTHER);
    exclusion.left(OTHER);
    loop.advance(2 * Exclusion.LONG_PATIENCE_MILLIS);
    assertThat(excluded).isEmpty();
  }
}
