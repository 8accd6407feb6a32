package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.GatewayConfig.Mode;
import io.phalanx.config.net.TrafficSelector;
import io.phalanx.datapath.TransportAddresses;
import io.phalanx.replication.image.SaClusterImage;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** USE_TRANSPORT_MODE in both roles (RFC 7296 §1.3.1), and behind a NAT (§2.23.1). */
final class TransportModeTest {
  private static final InetAddress NATTED = InetAddress.ofLiteral("203.0.113.9");

  private final Configs left = Configs.left();
  private final Configs right = Configs.right();

  @BeforeEach
  void configure() {
    for (Configs side : List.of(left, right)) {
      side.mode = Mode.TRANSPORT;
      side.local = List.of();
      side.remote = List.of();
    }
  }

  @Test
  void shouldAgreeOnTransportModeBetweenTheTwoEnds() {
    World world = connected();
    EstablishTest.assertSameChild(world);
    assertThat(transport(world.left))
        .isEqualTo(
            new TransportAddresses(
                Configs.LEFT_ADDRESS,
                Configs.RIGHT_ADDRESS,
                Configs.LEFT_ADDRESS,
                Configs.RIGHT_ADDRESS));
    assertThat(EstablishTest.child(world.left).remoteSelectors())
        .containsExactly(TrafficSelector.of(Configs.RIGHT_ADDRESS));
  }

  @Test
  void shouldReplaceTheAddressesThatANatHasChanged() {
    World world = new World(left, right);
    world.left.source = NATTED;
    world.left.natted = new InetSocketAddress(NATTED, 40_000);
    world.connect();
    SaClusterImage ours = EstablishTest.child(world.right);
    assertThat(ours.remoteSelectors()).containsExactly(TrafficSelector.of(NATTED));
    assertThat(transport(world.right))
        .isEqualTo(
            new TransportAddresses(
                Configs.RIGHT_ADDRESS, NATTED, Configs.RIGHT_ADDRESS, Configs.LEFT_ADDRESS));
    SaClusterImage theirs = EstablishTest.child(world.left);
    assertThat(theirs.localSelectors()).containsExactly(TrafficSelector.of(Configs.LEFT_ADDRESS));
    assertThat(transport(world.left).localAtPeer()).isEqualTo(NATTED);
  }

  @Test
  void shouldKeepTheModeOverARekeyAndATakeOver() {
    left.childRekey = Duration.ofSeconds(100);
    World world = connected();
    TransportAddresses before = transport(world.right);
    int first = world.right.onlyChild().saId();
    world.right.takeOver();
    world.run(130_000);
    assertThat(world.right.onlyChild().saId()).isNotEqualTo(first);
    assertThat(transport(world.right)).isEqualTo(before);
    EstablishTest.assertSameChild(world);
  }

  @Test
  void shouldMakeNoChildInAnotherModeThanConfigured() {
    right.mode = Mode.TUNNEL;
    right.local = List.of("198.51.100.2/32");
    World declined = connected();
    declined.run(10_000);
    assertThat(declined.left.only().children()).as("declined, so deleted").isEmpty();
    assertThat(declined.right.only().children()).isEmpty();

    left.mode = Mode.TUNNEL;
    left.local = List.of("192.0.2.1/32");
    right.mode = Mode.TRANSPORT;
    right.local = List.of();
    World unasked = connected();
    assertThat(unasked.left.only().children()).isEmpty();
    assertThat(unasked.right.only().children()).isEmpty();
  }

  @Test
  void shouldDeclineSelectorsThatAreNotTheTwoEnds() {
    left.local = List.of("10.1.0.7/32");
    World world = connected();
    assertThat(world.left.only().children()).isEmpty();
    assertThat(world.right.only().children()).isEmpty();
  }

  private World connected() {
    World world = new World(left, right);
    world.connect();
    return world;
  }

  private static TransportAddresses transport(Side side) {
    return EstablishTest.child(side).transport().orElseThrow();
  }
}
