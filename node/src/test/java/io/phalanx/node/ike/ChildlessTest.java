package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Childless initiation (RFC 6023). */
final class ChildlessTest {
  private final Configs left = Configs.left();

  @Test
  void shouldAuthenticateWithoutAChildSa() {
    left.children = List.of();
    World world = new World(left, Configs.right());
    world.connect();
    assertThat(world.left.only().children()).isEmpty();
    assertThat(world.right.only().children()).isEmpty();
    assertThat(world.right.reported("child-failed")).isFalse();
  }

  @Test
  void shouldGiveUpOnAResponderThatWantsAChild() {
    left.children = List.of();
    Configs right = Configs.right();
    right.childless = false;
    World world = new World(left, right);
    world.connect();
    assertThat(world.left.ikeSas()).isEmpty();
    assertThat(world.left.reported("auth-failed")).isTrue();
  }
}
