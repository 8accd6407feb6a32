package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Repeated authentication (RFC 4478). */
final class ReauthenticationTest {
  private static final Duration HOLDS = Duration.ofMinutes(10);

  private final Configs left = Configs.left();
  private final Configs right = Configs.right();

  private World connected() {
    right.reauth = HOLDS;
    World world = new World(left, right);
    world.connect();
    return world;
  }

  @Test
  void shouldMakeANewIkeSaBeforeTheOldOneEnds() {
    World world = connected();
    long first = world.left.only().localSpi();
    boolean none =
        world.runUntil(
            HOLDS.toMillis() + 5_000,
            () -> world.left.established().isEmpty() || world.right.carried.isEmpty());
    assertThat(none).as("at any moment without a tunnel").isFalse();
    assertThat(world.left.only().localSpi()).isNotEqualTo(first);
    EstablishTest.assertSameChild(world);
    assertThat(world.right.reported("auth-failed")).isFalse();
  }

  @Test
  void shouldEndAnAuthenticationThatIsNotRepeated() {
    World world = connected();
    world.left.silent = true;
    world.run(HOLDS.toMillis() + 120_000);
    assertThat(world.right.established()).isEmpty();
    assertThat(world.right.carried).isEmpty();
  }

  @Test
  void shouldNotTakeARekeyForAnAuthentication() {
    World world = connected();
    long until = world.right.only().reauthAtMillis();
    world.left.step(new Event.Rekey(world.left.only().localSpi(), 0));
    world.run(5_000);
    assertThat(world.right.only().reauthAtMillis()).isEqualTo(until);
  }

  @Test
  void shouldGoOnAfterTheMemberThatBeganItWasKilled() {
    World world = connected();
    assertThat(world.runUntil(HOLDS.toMillis(), () -> world.left.ikeSas().size() == 2)).isTrue();
    world.left.takeOver();
    world.run(60_000);
    EstablishTest.assertSameChild(world);
  }

  @Test
  void shouldReauthenticateByItsOwnWish() {
    left.reauth = HOLDS;
    World world = new World(left, right);
    world.connect();
    long first = world.left.only().localSpi();
    world.run(HOLDS.toMillis());
    assertThat(world.left.only().localSpi()).isNotEqualTo(first);
    EstablishTest.assertSameChild(world);
  }
}
