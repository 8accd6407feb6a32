package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.GatewayConfig.Pool;
import io.phalanx.config.GatewayConfig.PresharedKey;
import io.phalanx.config.Identity;
import io.phalanx.config.Secret;
import io.phalanx.config.iana.ExchangeType;
import io.phalanx.config.net.IpPrefix;
import io.phalanx.config.net.TrafficSelector;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.datapath.SubSaSpec;
import io.phalanx.node.ike.wire.IkeHeader;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.Notifies;
import io.phalanx.replication.image.SaClusterImage;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** IKE_SA_INIT and IKE_AUTH between two engines (RFC 7296 §1.2). */
final class EstablishTest {
  private final Configs left = Configs.left();
  private final Configs right = Configs.right();

  private World connected() {
    World world = new World(left, right);
    world.connect();
    return world;
  }

  @Test
  void shouldConnectWithASharedKey() {
    // HDR, SAi1, KEi, Ni -->  <-- HDR, SAr1, KEr, Nr
    // HDR, SK {IDi, AUTH, SAi2, TSi, TSr} -->  <-- HDR, SK {IDr, AUTH, SAr2, TSi, TSr}
    World world = connected();
    assertThat(world.seen).hasSize(4);
    assertThat(world.left.only().peerId()).contains(Configs.RIGHT);
    assertThat(world.right.only().peerId()).contains(Configs.LEFT);
    assertSameChild(world);
  }

  /** Whatever is reserved, a successor drops; so who has got no packet yet has reserved none. */
  @Test
  void shouldLoseNoFirstPacketToASuccessor() {
    World world = connected();
    assertThat(child(world.left).limits().inLimit()).isZero();
    assertThat(child(world.right).limits().inLimit()).isZero();
  }

  @Test
  void shouldMoveToTheNatPort() {
    World world = connected();
    assertThat(world.left.only().natPort()).isTrue();
    assertThat(world.right.only().peer()).isEqualTo(world.left.natted);
  }

  @Test
  void shouldConnectWithEveryKindOfSuite() {
    left.ikeSuites = List.of(Configs.CBC_20);
    right.ikeSuites = List.of(Configs.GCM_19, Configs.CBC_20);
    assertSameChild(connected());
  }

  @Test
  void shouldFollowInvalidKe() {
    left.ikeSuites = List.of(Configs.GCM_31, Configs.GCM_19);
    right.ikeSuites = List.of(Configs.GCM_19);
    World world = connected();
    assertThat(world.seen).hasSize(6);
    assertThat(world.left.only().suite()).isEqualTo(Configs.GCM_19);
    assertSameChild(world);
  }

  @Test
  void shouldFollowACookie() {
    right.cookieThreshold = 0;
    World world = connected();
    assertThat(world.seen).hasSize(6);
    assertSameChild(world);
  }

  @Test
  void shouldRefuseWithoutACommonProposal() {
    right.ikeSuites = List.of(Configs.CBC_20);
    World world = connected();
    assertThat(world.left.ikeSas()).isEmpty();
    assertThat(world.right.ikeSas()).isEmpty();
    assertThat(world.right.store.images()).isEmpty();
  }

  @Test
  void shouldRefuseAWrongKeyAndAnUnknownIdentityAlike() {
    left.keys = List.of(new PresharedKey(List.of(), Secret.ofUtf8("another key")));
    World wrongKey = connected();
    left.keys = right.keys;
    left.ownId = Identity.fqdn("stranger.example");
    World stranger = connected();
    for (World world : List.of(wrongKey, stranger)) {
      assertThat(world.seen).hasSize(4);
      assertThat(world.left.reported("auth-failed")).isTrue();
      assertThat(world.left.ikeSas()).isEmpty();
      world.run(60_000);
      assertThat(world.right.ikeSas()).isEmpty();
      assertThat(world.right.store.images()).isEmpty();
      assertThat(world.right.carried).isEmpty();
    }
    assertThat(wrongKey.seen.getLast().message()).hasSameSizeAs(stranger.seen.getLast().message());
  }

  @Test
  void shouldRefuseAResponderThatIsSomebodyElse() {
    right.ownId = Identity.fqdn("other.example");
    left.peerId = Optional.empty();
    right.peerId = Optional.empty();
    World fine = connected();
    assertThat(fine.left.established()).hasSize(1);
    left.keys = List.of(new PresharedKey(List.of(Configs.RIGHT), Secret.ofUtf8("a shared key")));
    World world = connected();
    assertThat(world.left.established()).isEmpty();
  }

  @Test
  void shouldLeaseAddressesAndNarrowToThem() {
    left.local = List.of();
    left.requestAddresses = List.of(4, 6);
    right.remote = List.of();
    right.pools =
        List.of(
            new Pool(
                "road",
                List.of(IpPrefix.parse("10.77.0.0/24"), IpPrefix.parse("2001:db8:77::/64")),
                List.of(InetAddress.ofLiteral("10.2.0.53"))));
    List<InetAddress> leased =
        List.of(InetAddress.ofLiteral("10.77.0.9"), InetAddress.ofLiteral("2001:db8:77::9"));
    World world = new World(left, right);
    world.right.pool = _ -> leased;
    world.connect();
    assertThat(world.left.only().ownAddresses()).isEqualTo(leased);
    assertThat(world.right.only().virtualAddresses()).isEqualTo(leased);
    assertThat(child(world.left).localSelectors())
        .isEqualTo(leased.stream().map(TrafficSelector::of).toList());
    assertSameChild(world);
  }

  @Test
  void shouldSayThatAnAddressHasToBeAskedFor() {
    right.remote = List.of();
    right.pools = List.of(new Pool("road", List.of(IpPrefix.parse("10.77.0.0/24")), List.of()));
    World world = connected();
    assertThat(world.left.only().children()).isEmpty();
    assertThat(world.left.reports)
        .anyMatch(
            each -> each.event().equals("child-failed") && each.detail().endsWith("notifies: 37"));
  }

  @Test
  void shouldStandWithoutAChildWhereProposalsDoNotMeet() {
    right.espSuites =
        List.of(
            new EspSuite(
                EncryptionAlgorithm.CHACHA20_POLY1305,
                256,
                Optional.empty(),
                Optional.empty(),
                true));
    World world = connected();
    assertThat(world.left.only().children()).isEmpty();
    assertThat(world.right.only().children()).isEmpty();
    assertThat(world.left.reports)
        .anyMatch(
            each -> each.event().equals("child-failed") && each.detail().endsWith("notifies: 14"));
  }

  @Test
  void shouldNotFollowACookieThatIsTooLong() {
    World world = new World(left, right);
    world.right.silent = true;
    world.left.step(new Event.Initiate("conn"));
    world.run(50);
    byte[] request = world.seen.getFirst().message();
    long spi = MessageCodec.header(request).orElseThrow().initiatorSpi();
    for (int octets : new int[] {65, 0, 64}) {
      world.seen.clear();
      IkeHeader head = new IkeHeader(spi, 0, ExchangeType.IKE_SA_INIT, false, true, 0);
      byte[] answer =
          MessageCodec.encode(new IkeMessage(head, List.of(Notifies.cookie(new byte[octets]))));
      Forge.deliver(world.left, new InetSocketAddress(Configs.RIGHT_ADDRESS, 500), false, answer);
      world.run(50);
      assertThat(world.seen).as("after a cookie of " + octets).hasSize(octets == 64 ? 1 : 0);
    }
  }

  @Test
  void shouldStandWithoutAChildWhereNoAddressIsFree() {
    left.local = List.of();
    left.requestAddresses = List.of(4);
    right.remote = List.of();
    right.pools = List.of(new Pool("road", List.of(IpPrefix.parse("10.77.0.0/24")), List.of()));
    World world = connected();
    assertThat(world.left.only().children()).isEmpty();
    assertThat(world.right.only().children()).isEmpty();
  }

  @Test
  void shouldNarrowToWhatBothWant() {
    left.remote = List.of("10.0.0.0/8");
    left.local = List.of("10.1.0.0/16", "172.16.0.0/12");
    World world = connected();
    assertThat(child(world.right).localSelectors())
        .containsExactly(TrafficSelector.of(IpPrefix.parse("10.2.0.0/16")));
    assertThat(child(world.right).remoteSelectors())
        .containsExactly(TrafficSelector.of(IpPrefix.parse("10.1.0.0/16")));
    assertSameChild(world);
  }

  @Test
  void shouldStandWithoutAChildWhereSelectorsDoNotMeet() {
    right.local = List.of("192.168.0.0/16");
    World world = connected();
    assertThat(world.left.only().children()).isEmpty();
    assertThat(world.right.only().children()).isEmpty();
    assertThat(world.left.reported("child-failed")).isTrue();
  }

  @Test
  void shouldMakeAllChildrenOfTheConnection() {
    left.children = List.of("net", "more");
    right.children = List.of("net", "more");
    World world = connected();
    assertThat(world.left.only().children()).hasSize(2);
    assertThat(world.right.only().children()).hasSize(2);
    assertThat(world.right.carried).hasSize(2);
  }

  static SaClusterImage child(Side side) {
    return Objects.requireNonNull(side.carried.get(side.onlyChild().saId()));
  }

  /** Both sides carry one Child SA, with the same keys the other way round. */
  static void assertSameChild(World world) {
    SaClusterImage ours = child(world.left);
    SaClusterImage theirs = child(world.right);
    SubSaSpec left = ours.subSas().getFirst();
    SubSaSpec right = theirs.subSas().getFirst();
    assertThat(left.outboundSpi()).isEqualTo(right.inboundSpi());
    assertThat(left.inboundSpi()).isEqualTo(right.outboundSpi());
    assertThat(left.outboundEncryption()).isEqualTo(right.inboundEncryption());
    assertThat(left.inboundEncryption()).isEqualTo(right.outboundEncryption());
    assertThat(left.inboundEncryption()).isNotEqualTo(left.outboundEncryption());
    assertThat(ours.localSelectors()).isEqualTo(theirs.remoteSelectors());
    assertThat(ours.remoteSelectors()).isEqualTo(theirs.localSelectors());
    for (Side side : List.of(world.left, world.right)) {
      assertThat(side.carried.keySet()).isEqualTo(side.store.children().keySet());
      assertThat(side.store.childOf().values()).containsExactly(side.only().localSpi());
    }
  }
}
