package io.phalanx.replication.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clusters of three; two are enough. */
class WholenessTest {
  private final List<Runnable> waits = new ArrayList<>();
  private final Wholeness wholeness =
      new Wholeness(
          2,
          (millis, task) -> {
            assertThat(millis).isEqualTo(Wholeness.BEHIND_MILLIS_MAX);
            waits.add(task);
          });

  private void alone() {
    wholeness.left(2);
    wholeness.left(1);
  }

  @Test
  void shouldGoOnWhileEnoughAreHere() {
    assertThat(wholeness.mayChange(3)).isTrue();
    wholeness.left(2);
    assertThat(wholeness.mayChange(2)).isTrue();
    assertThat(wholeness.unsure()).isFalse();
    wholeness.came(3);
    assertThat(waits).isEmpty();
  }

  @Test
  void shouldRefuseWithTooFew() {
    assertThat(wholeness.mayChange(1)).as("before the event").isFalse();
    alone();
    assertThat(wholeness.mayChange(1)).isFalse();
    assertThat(wholeness.unsure()).isTrue();
  }

  @Test
  void shouldWaitUntilOneThatHasComeTells() {
    alone();
    wholeness.came(2);
    assertThat(wholeness.whole(2)).isFalse();
    assertThat(wholeness.mayChange(2)).isFalse();
    assertThat(wholeness.unsure()).isTrue();
    wholeness.told(2);
    assertThat(wholeness.whole(2)).isTrue();
    assertThat(wholeness.mayChange(2)).isTrue();
    assertThat(wholeness.unsure()).isFalse();
  }

  @Test
  void shouldNotBelieveWhatIsToldWhileTooFewAreHere() {
    alone();
    wholeness.told(1);
    wholeness.came(2);
    assertThat(wholeness.whole(2)).isFalse();
  }

  @Test
  void shouldNotWaitForEver() {
    alone();
    wholeness.came(2);
    waits.getFirst().run();
    assertThat(wholeness.whole(2)).isTrue();
  }

  @Test
  void aWaitShouldNotEndTheNextOne() {
    alone();
    wholeness.came(2);
    wholeness.left(1);
    wholeness.came(2);
    waits.getFirst().run();
    assertThat(wholeness.whole(2)).isFalse();
    waits.getLast().run();
    assertThat(wholeness.whole(2)).isTrue();
  }

  @Test
  void shouldBeSureOnceItHasBroughtWhatItHad() {
    alone();
    wholeness.bringing();
    assertThat(wholeness.unsure()).isTrue();
    wholeness.brought(2);
    assertThat(wholeness.unsure()).isFalse();
    assertThat(wholeness.whole(2)).isTrue();
  }

  @Test
  void shouldStayBehindWhenItCouldNotJoin() {
    alone();
    wholeness.bringing();
    wholeness.brought(1);
    wholeness.came(2);
    assertThat(wholeness.whole(2)).isFalse();
  }

  @Test
  void shouldNotHoldUpAMajorityThatItJoins() {
    alone();
    wholeness.bringing();
    assertThat(wholeness.mayChange(3)).as("two were there, enough without this one").isTrue();
    assertThat(wholeness.mayChange(2)).as("one was there, which may be behind").isFalse();
    assertThat(wholeness.unsure()).as("its own calls").isTrue();
  }
}
