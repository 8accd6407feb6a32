package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.GatewayConfig;
import io.phalanx.config.iana.ExchangeType;
import io.phalanx.node.auth.Credential;
import io.phalanx.node.auth.TestCa;
import io.phalanx.node.auth.TrustAnchors;
import io.phalanx.node.ike.wire.IkeHeader;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.SkCipher;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** IKE fragmentation between two engines (RFC 7383), with certificates that need it. */
final class FragmentationTest {
  private static final int PACKET_OCTETS_MAX = 576;
  private static final int IP_AND_UDP_OCTETS = 28;
  private static final TestCa CA = TestCa.root("CN=Our CA");

  private final Configs left = Configs.left();
  private final Configs right = Configs.right();

  FragmentationTest() {
    for (Configs side : List.of(left, right)) {
      side.fragmentSize = PACKET_OCTETS_MAX;
      side.ownAuthentication = certificate();
      side.peerAuthentication = certificate();
    }
  }

  private static GatewayConfig.Authentication certificate() {
    return new GatewayConfig.Certificate(Optional.empty(), Optional.empty(), List.of());
  }

  private static Credentials credentials(String name) {
    KeyPair keys = TestCa.keys("RSA/2048/ike");
    X509Certificate certificate =
        new TestCa.Template("CN=" + name, keys)
            .dns(name)
            .valid(TestCa.NOW.minus(Duration.ofDays(30)), TestCa.NOW.plus(Duration.ofDays(20)))
            .signedBy(CA);
    Credential own =
        Credential.ofPem(
            TestCa.pem(certificate), TestCa.pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
    TrustAnchors anchors = TrustAnchors.ofPem(List.of(TestCa.pem(CA.certificate())));
    return new Credentials(Map.of("conn", own), Map.of("conn", anchors));
  }

  private World world(long seed) {
    World world =
        new World(left, credentials("left.example"), right, credentials("right.example"), seed);
    world.nowMillis = TestCa.NOW.toEpochMilli();
    return world;
  }

  private static List<World.Seen> fragments(World world) {
    return world.seen.stream().filter(each -> SkCipher.carriesFragment(each.message())).toList();
  }

  @Test
  void shouldCutWhatIsTooLongBothWays() {
    World world = world(1);
    world.connect();
    EstablishTest.assertSameChild(world);
    assertThat(fragments(world)).anyMatch(World.Seen::fromLeft);
    assertThat(fragments(world)).anyMatch(each -> !each.fromLeft());
    assertThat(fragments(world))
        .allSatisfy(
            each ->
                assertThat(each.message().length)
                    .isLessThanOrEqualTo(PACKET_OCTETS_MAX - IP_AND_UDP_OCTETS));
  }

  @Test
  void shouldNotCutForAPeerThatHasNotSaidItCan() {
    right.fragmentSize = 0;
    World world = world(1);
    world.connect();
    EstablishTest.assertSameChild(world);
    assertThat(fragments(world)).isEmpty();
  }

  @Test
  void shouldComeThroughLossDuplicationAndReordering() {
    for (int seed = 0; seed < 10; seed++) {
      World world = world(seed);
      world.loss = 0.05;
      world.duplication = 0.2;
      world.delayMillisMax = 30;
      world.left.step(new Event.Initiate("conn"));
      assertThat(world.runUntil(60_000, () -> world.left.established().size() == 1)).isTrue();
      world.loss = 0;
      world.run(60_000);
      EstablishTest.assertSameChild(world);
    }
  }

  @Test
  void shouldAnswerTheFirstFragmentOfARequestAnsweredBeforeWithTheSameOctets() {
    World world = world(1);
    world.connect();
    List<byte[]> request =
        fragments(world).stream().filter(World.Seen::fromLeft).map(World.Seen::message).toList();
    List<byte[]> response =
        fragments(world).stream().filter(s -> !s.fromLeft()).map(World.Seen::message).toList();
    world.seen.clear();
    Forge.deliver(world.right, request.getLast());
    assertThat(world.seen).as("only the first one asks").isEmpty();
    Forge.deliver(world.right, request.getFirst());
    assertThat(world.seen.stream().map(World.Seen::message).toList()).isEqualTo(response);
  }

  @Test
  void shouldSurviveAMemberKilledAtEveryPoint() {
    int total = effects();
    for (int point : IntStream.range(0, total).toArray()) {
      World world = world(7);
      world.right.diesBefore = point;
      world.left.step(new Event.Initiate("conn"));
      world.run(30_000);
      EstablishTest.assertSameChild(world);
      assertThat(world.right.takeovers).isEqualTo(1);
      assertThat(initRequests(world)).as("IKE SAs begun, killed before %s", point).isEqualTo(1);
    }
  }

  private int effects() {
    World world = world(7);
    world.connect();
    return world.right.effects;
  }

  /** Different ones: a retransmission has the same SPI. */
  private static long initRequests(World world) {
    return world.seen.stream()
        .filter(World.Seen::fromLeft)
        .flatMap(each -> MessageCodec.header(each.message()).stream())
        .filter(each -> each.exchange().equals(ExchangeType.IKE_SA_INIT))
        .map(IkeHeader::initiatorSpi)
        .distinct()
        .count();
  }
}
