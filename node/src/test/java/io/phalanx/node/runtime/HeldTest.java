package io.phalanx.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeldTest {
  private final Held<Integer, String> held = new Held<>(2, 3);

  @Test
  void shouldAskForALookUpOnceForEachKey() {
    assertThat(held.add(1, "a")).isTrue();
    assertThat(held.add(1, "b")).isFalse();
    assertThat(held.add(2, "c")).isTrue();
  }

  @Test
  void shouldGivePacketsBackInOrderAndForgetThem() {
    held.add(1, "a");
    held.add(1, "b");
    assertThat(held.take(1)).containsExactly("a", "b");
    assertThat(held.take(1)).isEmpty();
    assertThat(held.add(1, "c")).as("a new wait begins").isTrue();
  }

  @Test
  void shouldDropWhatIsOverTheBoundsAndCountIt() {
    held.add(1, "a");
    held.add(1, "b");
    held.add(1, "over the bound of the key");
    held.add(2, "c");
    held.add(2, "over the bound of all");
    assertThat(held.dropped()).isEqualTo(2);
    assertThat(held.take(1)).containsExactly("a", "b");
    held.add(2, "d");
    assertThat(held.take(2)).containsExactly("c", "d");
  }

  @Test
  void shouldBoundTheKeysToo() {
    assertThat(held.open(1)).isTrue();
    assertThat(held.open(2)).isTrue();
    assertThat(held.open(3)).isTrue();
    assertThat(held.open(4)).isFalse();
    assertThat(held.add(5, "a")).isFalse();
    assertThat(held.keys()).isEqualTo(3);
  }

  @Test
  void shouldCountWhatIsDroppedWithItsKey() {
    held.add(1, "a");
    held.drop(1);
    assertThat(held.dropped()).isEqualTo(1);
    assertThat(held.keys()).isZero();
  }
}
