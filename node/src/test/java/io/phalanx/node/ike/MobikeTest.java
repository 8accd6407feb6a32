package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.GatewayConfig.RoutabilityCheck;
import io.phalanx.config.iana.ExchangeType;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.datapath.PeerPath;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.MobikeNotifies;
import io.phalanx.node.ike.wire.Notifies;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Payload.Notify;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.image.IkeSaImage;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** MOBIKE (RFC 4555) between two of us, rule by rule; section numbers are its. */
final class MobikeTest {
  private static final InetAddress LEFT_OTHER = InetAddress.ofLiteral("192.0.2.77");
  private static final InetAddress RIGHT_OTHER = InetAddress.ofLiteral("198.51.100.88");
  private static final InetSocketAddress LEFT_AT = new InetSocketAddress(LEFT_OTHER, 4500);
  private static final InetSocketAddress RIGHT_AT =
      new InetSocketAddress(Configs.RIGHT_ADDRESS, 4500);
  private static final byte[] COOKIE = {1, 2, 3, 4, 5, 6, 7, 8};

  private final Configs left = Configs.left();
  private final Configs right = Configs.right();

  MobikeTest() {
    left.listen = List.of(Configs.LEFT_ADDRESS, LEFT_OTHER);
    right.listen = List.of(Configs.RIGHT_ADDRESS, RIGHT_OTHER);
  }

  private World connected() {
    World world = new World(left, right);
    world.connect();
    EstablishTest.assertSameChild(world);
    return world;
  }

  /** The left side goes to its other address. */
  static void migrate(World world) {
    PeerPath path = new PeerPath(RIGHT_AT, 1);
    world.left.step(new Event.Migrate(world.left.only().localSpi(), path));
  }

  private static PeerPath last(List<Effect.MovePeer> moves) {
    return moves.getLast().path();
  }

  static void assertMoved(World world) {
    IkeSaImage ours = world.left.only();
    IkeSaImage theirs = world.right.only();
    assertThat(theirs.peer()).isEqualTo(LEFT_AT);
    assertThat(theirs.espPath()).isEqualTo(new PeerPath(LEFT_AT, 0));
    assertThat(ours.espPath()).isEqualTo(new PeerPath(RIGHT_AT, 1));
    for (IkeSaImage image : List.of(ours, theirs)) {
      assertThat(image.mobility().esp()).isEmpty();
      assertThat(image.mobility().toCheck()).isFalse();
      assertThat(image.mobility().toUpdate()).isFalse();
    }
    EstablishTest.assertSameChild(world);
  }

  // §3.2, §3.4

  @Test
  void shouldAgreeOnMobikeAndTellTheOtherAddresses() {
    World world = connected();
    assertThat(world.left.only().extensions().mobike()).isTrue();
    assertThat(world.right.only().extensions().mobike()).isTrue();
    assertThat(world.left.only().mobility().decides()).isTrue();
    assertThat(world.right.only().mobility().decides()).isFalse();
    assertThat(world.left.only().mobility().peerAddresses()).containsExactly(RIGHT_OTHER);
    assertThat(world.right.only().mobility().peerAddresses()).containsExactly(LEFT_OTHER);
  }

  @Test
  void shouldNotUseMobikeUnlessBothWantIt() {
    for (boolean leftWants : List.of(true, false)) {
      left.mobike = leftWants;
      right.mobike = !leftWants;
      World world = connected();
      assertThat(world.left.only().extensions().mobike()).isFalse();
      assertThat(world.right.only().extensions().mobike()).isFalse();
      migrate(world);
      world.run(1_000);
      assertThat(world.right.only().peer()).isEqualTo(world.left.natted);
    }
  }

  // §3.5, §3.7

  @Test
  void shouldMoveWithTheInitiatorAndCheckBeforeEspFollows() {
    World world = connected();
    world.right.moves.clear();
    migrate(world);
    assertThat(world.left.only().espPath()).as("IKE first").isNotEqualTo(new PeerPath(RIGHT_AT, 1));
    world.run(1_000);
    assertMoved(world);
    assertThat(last(world.right.moves)).isEqualTo(new PeerPath(LEFT_AT, 0));
    assertThat(last(world.left.moves)).isEqualTo(new PeerPath(RIGHT_AT, 1));
    assertThat(world.right.store.pathOf(world.right.onlyChild().saId()))
        .isEqualTo(new PeerPath(LEFT_AT, 0));
  }

  @Test
  void shouldSendNoEspToAPeerThatDoesNotAnswerThere() {
    World world = connected();
    world.right.moves.clear();
    IkeSaImage initiator = world.left.only();
    world.left.unreachable.add(LEFT_OTHER); // what it sends comes from another's address
    deliver(world, LEFT_AT, initiator, List.of(Notify.of(NotifyType.UPDATE_SA_ADDRESSES)));
    world.run(2_000);
    assertThat(world.right.only().peer()).isEqualTo(LEFT_AT);
    assertThat(world.right.only().espPath().peer()).isEqualTo(world.left.natted);
    assertThat(world.right.moves).isEmpty();
    assertThat(world.right.only().requests())
        .extracting(each -> each.purpose())
        .containsExactly("CHECK_PATH");
    world.run(60_000);
    assertThat(world.right.ikeSas()).as("given up").isEmpty();
  }

  @Test
  void shouldSendEspBeforeTheCheckWhereItMay() {
    right.check = RoutabilityCheck.AFTER;
    World world = connected();
    deliver(world, LEFT_AT, world.left.only(), List.of(Notify.of(NotifyType.UPDATE_SA_ADDRESSES)));
    world.run(100);
    assertThat(last(world.right.moves).peer()).isEqualTo(LEFT_AT);
    assertThat(world.right.reported("child-down")).isFalse();
    right.check = RoutabilityCheck.NEVER;
    World unchecked = connected();
    migrate(unchecked);
    unchecked.run(1_000);
    assertMoved(unchecked);
    assertThat(unchecked.right.only().nextOwnId()).as("requests of the responder").isZero();
  }

  @Test
  void shouldCloseWhenTheAnswerHasAnotherCookie() {
    World world = connected();
    IkeSaImage initiator = world.left.only();
    world.left.silent = true;
    deliver(world, LEFT_AT, initiator, List.of(Notify.of(NotifyType.UPDATE_SA_ADDRESSES)));
    world.run(200);
    Forge.deliver(
        world.right,
        LEFT_AT,
        true,
        Forge.message(
            initiator,
            ExchangeType.INFORMATIONAL,
            true,
            world.right.only().requests().getFirst().messageId(),
            List.of(MobikeNotifies.cookie2(COOKIE))));
    world.run(200);
    assertThat(world.right.established()).isEmpty();
    assertThat(world.right.reported("closed")).isTrue();
  }

  @Test
  void shouldCheckAgainAPeerThatMovesDuringTheCheck() {
    World world = connected();
    IkeSaImage initiator = world.left.only();
    deliver(world, LEFT_AT, initiator, List.of(Notify.of(NotifyType.UPDATE_SA_ADDRESSES)));
    world.runUntil(500, () -> world.right.only().nextOwnId() == 1);
    InetSocketAddress third = new InetSocketAddress(Configs.LEFT_ADDRESS, 4999);
    byte[] again =
        Forge.request(
            initiator,
            ExchangeType.INFORMATIONAL,
            initiator.nextOwnId() + 1,
            List.of(Notify.of(NotifyType.UPDATE_SA_ADDRESSES)));
    Forge.deliver(world.right, third, true, again);
    world.run(3_000);
    assertThat(world.right.only().espPath().peer()).isEqualTo(third);
    assertThat(world.right.only().nextOwnId()).as("checks").isEqualTo(2);
  }

  @Test
  void shouldGoBackWhenThePeerDoesNotAcceptTheAddress() {
    InetAddress nobodys = InetAddress.ofLiteral("239.1.2.3");
    left.listen = List.of(Configs.LEFT_ADDRESS, nobodys);
    World world = connected();
    migrate(world);
    world.run(1_000);
    assertThat(world.right.reported("peer-move-refused")).isTrue();
    assertThat(world.right.only().peer()).isEqualTo(world.left.natted);
    assertThat(world.left.only().espPath()).isEqualTo(new PeerPath(RIGHT_AT, 0));
    assertThat(world.left.only().mobility().esp()).isEmpty();
    EstablishTest.assertSameChild(world);
  }

  @Test
  void shouldLetOnlyTheInitiatorDecide() {
    World world = connected();
    IkeSaImage responder = world.right.only();
    byte[] update =
        Forge.message(
            responder,
            ExchangeType.INFORMATIONAL,
            false,
            responder.nextOwnId(),
            List.of(Notify.of(NotifyType.UPDATE_SA_ADDRESSES)));
    Forge.deliver(world.left, new InetSocketAddress(RIGHT_OTHER, 4500), true, update);
    world.run(500);
    assertThat(world.left.only().espPath().peer()).isEqualTo(RIGHT_AT);
    world.right.step(new Event.Migrate(responder.localSpi(), new PeerPath(world.left.natted, 1)));
    world.run(500);
    assertThat(world.right.only().listen()).isZero();
  }

  @Test
  void shouldDecideAfterTheResponderHasRekeyedTheIkeSa() {
    World world = connected();
    world.right.step(new Event.Rekey(world.right.only().localSpi(), 0));
    world.run(3_000);
    assertThat(world.left.only().initiator()).isFalse();
    migrate(world);
    world.run(1_000);
    assertMoved(world);
  }

  @Test
  void shouldTakeARequestInFlightAlong() {
    World world = connected();
    world.left.unreachable.add(Configs.LEFT_ADDRESS);
    world.right.step(
        new Event.Rekey(world.right.only().localSpi(), world.right.onlyChild().saId()));
    var old = world.right.onlyChild();
    world.run(100);
    migrate(world);
    world.run(1_000);
    assertMoved(world);
    assertThat(world.right.onlyChild()).isNotEqualTo(old);
  }

  @Test
  void shouldAnswerAMoveOnlyOnceItIsInTheStore() {
    World world = connected();
    world.right.answer = _ -> Outcome.UNKNOWN;
    world.right.moves.clear();
    world.seen.clear();
    migrate(world);
    world.run(1_000);
    assertThat(world.seen).allMatch(World.Seen::fromLeft);
    assertThat(world.right.moves).isEmpty();
  }

  // §3.6

  @Test
  void shouldReplaceTheAddressesOfThePeer() {
    World world = connected();
    IkeSaImage initiator = world.left.only();
    InetAddress six = InetAddress.ofLiteral("2001:db8::7");
    deliver(world, world.left.natted, initiator, List.of(MobikeNotifies.additional(six)));
    world.run(200);
    assertThat(world.right.only().mobility().peerAddresses()).containsExactly(six);
    byte[] none =
        Forge.request(
            initiator,
            ExchangeType.INFORMATIONAL,
            initiator.nextOwnId() + 1,
            List.of(Notify.of(NotifyType.NO_ADDITIONAL_ADDRESSES)));
    Forge.deliver(world.right, world.left.natted, true, none);
    world.run(200);
    assertThat(world.right.only().mobility().peerAddresses()).isEmpty();
  }

  @Test
  void shouldTellOtherAddressesAfterATakeOverByAMemberThatHasThem() {
    World world = connected();
    InetAddress third = InetAddress.ofLiteral("198.51.100.99");
    right.listen = List.of(Configs.RIGHT_ADDRESS, third);
    world.right.takeOver(right.build());
    world.run(500);
    assertThat(world.left.only().mobility().peerAddresses()).containsExactly(third);
    long requests = world.right.only().nextOwnId();
    world.right.takeOver();
    world.run(500);
    assertThat(world.right.only().nextOwnId()).as("nothing new to tell").isEqualTo(requests);
  }

  @Test
  void shouldLeaveAnAddressThatTheResponderHasNoLonger() {
    World world = connected();
    right.listen = List.of(RIGHT_OTHER);
    world.right.takeOver(right.build());
    world.right.natted = new InetSocketAddress(RIGHT_OTHER, 4500);
    world.right.unreachable.add(Configs.RIGHT_ADDRESS);
    world.run(3_000);
    assertThat(world.left.only().espPath().peer().getAddress()).isEqualTo(RIGHT_OTHER);
    EstablishTest.assertSameChild(world);
  }

  // §3.8

  @Test
  void shouldNotFollowIkeThatComesFromElsewhereButAnswerThere() {
    left.dpd = Duration.ofSeconds(2);
    World world = connected();
    InetSocketAddress before = world.left.natted;
    world.left.natted = new InetSocketAddress(Configs.LEFT_ADDRESS, 61_000);
    long asked = world.right.only().nextPeerId();
    world.run(7_000);
    assertThat(world.right.only().peer()).isEqualTo(before);
    assertThat(world.right.only().nextPeerId()).isGreaterThan(asked + 1);
    EstablishTest.assertSameChild(world);
  }

  @Test
  void shouldFollowEspOfAPeerBehindANat() {
    World world = connected();
    IkeSaImage ike = world.right.only();
    PeerPath remapped = new PeerPath(new InetSocketAddress(Configs.LEFT_ADDRESS, 61_000), 0);
    world.right.step(new Event.PeerMoved(ike.localSpi(), world.right.onlyChild().saId(), remapped));
    world.run(100);
    assertThat(world.right.only().espPath()).isEqualTo(remapped);
    assertThat(last(world.right.moves)).isEqualTo(remapped);
    world.left.step(
        new Event.PeerMoved(world.left.only().localSpi(), world.left.onlyChild().saId(), remapped));
    assertThat(world.left.only().espPath().peer()).as("who decides").isEqualTo(RIGHT_AT);
  }

  @Test
  void shouldAnswerNatDetectionAndCookiesAheadOfTheCommit() {
    World world = connected();
    IkeSaImage initiator = world.left.only();
    world.right.answer = _ -> Outcome.UNKNOWN;
    deliver(
        world,
        LEFT_AT,
        initiator,
        List.of(
            Notify.of(NotifyType.NAT_DETECTION_SOURCE_IP, new byte[20]),
            Notify.of(NotifyType.NAT_DETECTION_DESTINATION_IP, new byte[20]),
            MobikeNotifies.cookie2(COOKIE)));
    IkeMessage answer = Forge.lastAnswer(world, initiator);
    assertThat(MobikeNotifies.cookie2(answer).orElseThrow().data()).isEqualTo(COOKIE);
    assertThat(answer.has(NotifyType.NAT_DETECTION_SOURCE_IP)).isTrue();
    assertThat(NatDetection.seenAs(answer).orElseThrow())
        .isEqualTo(
            Notifies.natHash(
                initiator.localSpi(), initiator.peerSpi(), LEFT_AT.getAddress(), 4500));
    assertThat(world.right.only().peer()).isEqualTo(world.left.natted);
  }

  @Test
  void shouldTellThePeerOfAnotherMappingInTheNatBeforeUs() {
    left.listen = List.of(Configs.LEFT_ADDRESS);
    left.dpd = Duration.ofSeconds(2);
    World world = new World(left, right);
    world.left.natted = new InetSocketAddress(LEFT_OTHER, 50_000);
    world.left.source = LEFT_OTHER;
    world.connect();
    world.run(5_000);
    assertThat(world.left.only().localBehindNat()).isTrue();
    InetSocketAddress remapped = new InetSocketAddress(LEFT_OTHER, 50_001);
    world.left.natted = remapped;
    world.run(5_000);
    assertThat(world.left.reported("nat-mapping-changed")).isTrue();
    assertThat(world.right.only().espPath().peer()).isEqualTo(remapped);
    EstablishTest.assertSameChild(world);
  }

  /** The hash of what the peer sees is over SPIs, which are others then. */
  @Test
  void shouldNotTakeARekeyOfTheIkeSaForAnotherMapping() {
    left.listen = List.of(Configs.LEFT_ADDRESS);
    left.dpd = Duration.ofSeconds(2);
    World world = new World(left, right);
    world.left.natted = new InetSocketAddress(LEFT_OTHER, 50_000);
    world.left.source = LEFT_OTHER;
    world.connect();
    world.run(5_000);
    assertThat(world.left.only().mobility().seenAs()).isNotEmpty();
    world.left.step(new Event.Rekey(world.left.only().localSpi(), 0));
    world.run(10_000);
    assertThat(world.left.reported("rekeyed")).isTrue();
    assertThat(world.left.reported("nat-mapping-changed")).isFalse();
  }

  // §3.9

  @Test
  void shouldRefuseAMoveThroughANatThatThePeerDoesNotWant() {
    World world = connected();
    IkeSaImage initiator = world.left.only();
    deliver(
        world,
        LEFT_AT,
        initiator,
        List.of(Notify.of(NotifyType.UPDATE_SA_ADDRESSES), noNats(world.left.natted)));
    world.run(100);
    assertThat(Forge.lastAnswer(world, initiator).has(NotifyType.UNEXPECTED_NAT_DETECTED)).isTrue();
    assertThat(world.right.only().peer()).isEqualTo(world.left.natted);
    byte[] honest =
        Forge.request(
            initiator,
            ExchangeType.INFORMATIONAL,
            initiator.nextOwnId() + 1,
            List.of(Notify.of(NotifyType.UPDATE_SA_ADDRESSES), noNats(LEFT_AT)));
    Forge.deliver(world.right, LEFT_AT, true, honest);
    world.run(100);
    assertThat(world.right.only().peer()).isEqualTo(LEFT_AT);
  }

  private static Notify noNats(InetSocketAddress from) {
    return Notify.of(
        NotifyType.NO_NATS_ALLOWED,
        ByteBuffer.allocate(12)
            .put(from.getAddress().getAddress())
            .put(RIGHT_AT.getAddress().getAddress())
            .putShort((short) from.getPort())
            .putShort((short) RIGHT_AT.getPort())
            .array());
  }

  // §3.10

  @Test
  void shouldFindAnotherPathWhenTheOneInUseIsDead() {
    left.dpd = Duration.ofSeconds(2);
    World world = connected();
    world.right.unreachable.add(Configs.RIGHT_ADDRESS);
    world.run(10_000);
    assertThat(world.left.only().espPath().peer().getAddress()).isEqualTo(RIGHT_OTHER);
    assertThat(world.right.only().listen()).isEqualTo(1);
    assertThat(world.left.reported("closed")).isFalse();
    EstablishTest.assertSameChild(world);
  }

  @Test
  void shouldFindAPathFromAnotherAddressOfOurs() {
    left.dpd = Duration.ofSeconds(2);
    World world = connected();
    world.left.unreachable.add(Configs.LEFT_ADDRESS);
    world.run(15_000);
    assertThat(world.left.only().listen()).isEqualTo(1);
    assertThat(world.right.only().espPath().peer()).isEqualTo(LEFT_AT);
    EstablishTest.assertSameChild(world);
  }

  @Test
  void shouldGoOnFromAnImageWhoseSaClustersMayNotKnowThePath() {
    World world = connected();
    migrate(world);
    world.runUntil(1_000, () -> world.right.store.images().getFirst().mobility().moving());
    world.right.store.forgetPaths();
    world.right.takeOver();
    world.run(500);
    assertThat(world.right.store.pathOf(world.right.onlyChild().saId()))
        .isEqualTo(new PeerPath(LEFT_AT, 0));
  }

  private static void deliver(
      World world, InetSocketAddress from, IkeSaImage initiator, List<Payload> payloads) {
    byte[] request = Forge.request(initiator, ExchangeType.INFORMATIONAL, payloads);
    Forge.deliver(world.right, from, true, request);
  }
}
