package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.datapath.PeerPath;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** NAT keepalives (RFC 3948 §4), sent by whoever is behind a NAT. */
final class NatKeepaliveTest {
  private static final PeerPath RIGHT =
      PeerPath.to(new InetSocketAddress(Configs.RIGHT_ADDRESS, 4500));

  private final Configs left = Configs.left();
  private final Configs right = Configs.right();

  private World connected(boolean leftBehindNat) {
    World world = new World(left, right);
    if (leftBehindNat) {
      world.left.source = InetAddress.ofLiteral("203.0.113.5");
      world.left.natted = new InetSocketAddress(world.left.source, 50_000);
    }
    world.connect();
    EstablishTest.assertSameChild(world);
    return world;
  }

  @Test
  void shouldBeSentByTheSideBehindTheNatAfterEachSilence() {
    World world = connected(true);
    world.run(61_000);
    assertThat(world.left.keepalives).hasSize(3).containsOnly(RIGHT);
    assertThat(world.right.keepalives).isEmpty();
    world.left.takeOver();
    world.run(61_000);
    assertThat(world.left.keepalives).as("the successor's, too").hasSizeBetween(6, 7);
  }

  @Test
  void shouldNotBeSentWithoutANatOrWhereNotWanted() {
    World open = connected(false);
    open.run(61_000);
    assertThat(open.left.keepalives).isEmpty();
    left.natKeepalive = Duration.ZERO;
    World unwanted = connected(true);
    unwanted.run(61_000);
    assertThat(unwanted.left.keepalives).isEmpty();
  }

  @Test
  void shouldBeLeftOutWhereAnythingElseIsSent() {
    World busy = connected(true);
    for (int turn = 0; turn < 20; turn++) {
      busy.left.step(new Event.PeerSent(busy.left.only().localSpi()));
      busy.run(5_000);
    }
    assertThat(busy.left.keepalives).as("ESP goes out").isEmpty();
    left.dpd = Duration.ofSeconds(5);
    World probing = connected(true);
    probing.run(61_000);
    assertThat(probing.left.keepalives).as("probes go out").isEmpty();
    left.dpd = Duration.ZERO;
    right.dpd = Duration.ofSeconds(5);
    World probed = connected(true);
    probed.run(61_000);
    assertThat(probed.left.keepalives).as("answers go out").isEmpty();
  }
}
