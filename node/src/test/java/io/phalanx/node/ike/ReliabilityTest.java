package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.iana.ExchangeType;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.ChildRef;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lost messages, silent peers, and a store that does not do what it should. */
final class ReliabilityTest {
  private final Configs left = Configs.left();
  private final Configs right = Configs.right();

  private World connected() {
    World world = new World(left, right);
    world.connect();
    EstablishTest.assertSameChild(world);
    return world;
  }

  @Test
  void shouldComeThroughLossDuplicationAndReordering() {
    left.initiate = true;
    left.retransmitTries = 12;
    right.retransmitTries = 12;
    for (int seed = 0; seed < 40; seed++) {
      World world = new World(left, Credentials.NONE, right, Credentials.NONE, seed);
      world.loss = 0.3;
      world.duplication = 0.3;
      world.delayMillisMax = 300;
      world.left.step(new Event.Initiate("conn"));
      assertThat(world.runUntil(120_000, () -> up(world))).as("seed " + seed).isTrue();
      for (int round = 0; round < 3; round++) {
        Side side = round % 2 == 0 ? world.left : world.right;
        IkeSaImage ike = side.established().getFirst();
        side.step(new Event.Rekey(ike.localSpi(), ike.children().getFirst().saId()));
        world.run(60_000);
        side.step(new Event.Rekey(side.established().getFirst().localSpi(), 0));
        world.run(60_000);
      }
      world.loss = 0;
      world.run(300_000);
      EstablishTest.assertSameChild(world);
      assertThat(world.left.store.images()).hasSize(1);
      assertThat(world.right.store.images()).hasSize(1);
    }
  }

  private static boolean up(World world) {
    return world.left.established().size() == 1
        && world.right.established().stream()
            .anyMatch(each -> each.peerSpi() == world.left.only().localSpi());
  }

  @Test
  void shouldGiveUpOnASilentPeerAndCleanUp() {
    left.dpd = Duration.ofSeconds(5);
    World world = connected();
    world.right.silent = true;
    world.run(60_000);
    assertThat(world.left.ikeSas()).isEmpty();
    assertThat(world.left.carried).isEmpty();
    assertThat(world.left.store.images()).isEmpty();
    assertThat(world.left.store.children()).isEmpty();
    assertThat(world.left.reported("closed")).isTrue();
  }

  @Test
  void shouldRetransmitWithGrowingPauses() {
    World world = connected();
    world.right.silent = true;
    world.seen.clear();
    world.left.step(new Event.Rekey(world.left.only().localSpi(), 0));
    world.run(1_000);
    int early = world.seen.size();
    world.run(2_000);
    assertThat(early).isEqualTo(2);
    assertThat(world.seen.size()).isEqualTo(4);
    assertThat(world.seen).allSatisfy(each -> assertThat(each.fromLeft()).isTrue());
    byte[] first = world.seen.getFirst().message();
    assertThat(world.seen).allSatisfy(each -> assertThat(each.message()).isEqualTo(first));
  }

  @Test
  void shouldComeUpAgainWhereItIsToBeKeptUp() {
    left.initiate = true;
    left.dpd = Duration.ofSeconds(5);
    right.dpd = Duration.ofSeconds(5);
    World world = connected();
    long before = world.left.only().localSpi();
    world.right.silent = true;
    world.run(60_000);
    assertThat(world.left.established()).isEmpty();
    world.right.silent = false;
    assertThat(world.runUntil(120_000, () -> world.left.established().size() == 1)).isTrue();
    assertThat(world.left.only().localSpi()).isNotEqualTo(before);
    world.run(60_000);
    EstablishTest.assertSameChild(world);
  }

  @Test
  void shouldNotProbeAPeerThatIsHeard() {
    left.dpd = Duration.ofSeconds(5);
    World world = connected();
    world.seen.clear();
    for (int second = 0; second < 20; second++) {
      world.run(1_000);
      world.left.step(new Event.PeerHeard(world.left.only().localSpi()));
    }
    assertThat(world.seen).isEmpty();
    world.run(12_000);
    assertThat(world.seen).hasSize(4);
  }

  @Test
  void shouldSayNothingBeforeTheStoreHasIt() {
    World world = new World(left, right);
    world.right.storeMillis = 400;
    world.left.step(new Event.Initiate("conn"));
    world.run(350);
    assertThat(world.seen).noneMatch(each -> !each.fromLeft());
    world.run(5_000);
    EstablishTest.assertSameChild(world);
  }

  @Test
  void shouldAskAgainWhenTheStoreDoesNotAnswer() {
    World world = connected();
    ChildRef before = world.left.onlyChild();
    int[] failures = {2};
    world.right.answer =
        commit -> failures[0]-- > 0 ? Outcome.UNKNOWN : world.right.store.commit(commit);
    world.left.step(new Event.Rekey(world.left.only().localSpi(), before.saId()));
    world.run(5_000);
    assertThat(world.left.onlyChild()).isNotEqualTo(before);
    EstablishTest.assertSameChild(world);
  }

  @Test
  void shouldForgetWithoutAWordWhatAnotherMemberHas() {
    for (Outcome outcome : List.of(Outcome.FENCED, Outcome.GONE, Outcome.UNKNOWN)) {
      World world = connected();
      world.right.answer = _ -> outcome;
      world.seen.clear();
      Forge.deliver(
          world.right, Forge.request(world.left.only(), ExchangeType.CREATE_CHILD_SA, List.of()));
      world.run(20_000);
      assertThat(world.right.ikeSas()).isEmpty();
      assertThat(world.seen).isEmpty();
      assertThat(world.right.store.images()).hasSize(1);
      assertThat(world.right.carried).hasSize(1);
    }
  }

  @Test
  void shouldForgetWhatIsLost() {
    World world = connected();
    world.right.step(new Event.Lost(world.right.only().localSpi()));
    assertThat(world.right.ikeSas()).isEmpty();
    assertThat(world.right.store.images()).hasSize(1);
    // The next message leads back to the image.
    world.left.step(new Event.Rekey(world.left.only().localSpi(), 0));
    world.run(2_000);
    EstablishTest.assertSameChild(world);
  }

  @Test
  void shouldFollowAPeerBehindANat() {
    left.mobike = false;
    left.dpd = Duration.ofSeconds(2);
    World world = connected();
    InetSocketAddress moved = new InetSocketAddress(Configs.LEFT_ADDRESS, 61_000);
    world.left.natted = moved;
    world.run(4_000);
    assertThat(world.right.only().peer()).isEqualTo(moved);
    assertThat(world.right.moves)
        .containsExactly(
            new Effect.MovePeer(List.of(world.right.onlyChild().saId()), new PeerPath(moved, 0)));
    assertThat(world.right.store.images().getFirst().peer()).isEqualTo(moved);
    PeerPath again = new PeerPath(new InetSocketAddress(Configs.LEFT_ADDRESS, 61_001), 0);
    IkeSaImage ike = world.right.only();
    world.right.step(new Event.PeerMoved(ike.localSpi(), world.right.onlyChild().saId(), again));
    assertThat(world.right.only().espPath()).isEqualTo(again);
  }

  @Test
  void shouldAnswerTheSameRequestWithTheSameOctetsAndNoOtherOne() {
    World world = connected();
    IkeSaImage initiator = world.left.only();
    byte[] request = Forge.request(initiator, ExchangeType.CREATE_CHILD_SA, List.of());
    byte[] forged = Forge.request(initiator, ExchangeType.CREATE_CHILD_SA, List.of());
    world.seen.clear();
    Forge.deliver(world.right, request);
    world.run(100);
    Forge.deliver(world.right, request);
    Forge.deliver(world.right, forged);
    world.run(100);
    assertThat(world.seen).hasSize(2);
    assertThat(world.seen.getFirst().message()).isEqualTo(world.seen.getLast().message());
  }

  @Test
  void shouldHoldNoMoreEventsThanItMay() {
    World world = connected();
    world.right.storeMillis = 1_000;
    IkeSaImage initiator = world.left.only();
    Forge.deliver(world.right, Forge.request(initiator, ExchangeType.CREATE_CHILD_SA, List.of()));
    world.seen.clear();
    for (int flood = 0; flood < 1_000; flood++) {
      Forge.deliver(
          world.right,
          Forge.request(
              initiator, ExchangeType.INFORMATIONAL, initiator.nextOwnId() + 1, List.of()));
    }
    world.run(3_000);
    assertThat(world.seen.size()).isBetween(1, 18);
  }

  @Test
  void shouldCommitLivenessChecksTogether() {
    left.dpd = Duration.ofMillis(50);
    World world = connected();
    int[] commits = {0};
    world.right.answer =
        commit -> {
          commits[0]++;
          return world.right.store.commit(commit);
        };
    long before = world.right.only().nextPeerId();
    world.run(10_000);
    long checks = world.right.only().nextPeerId() - before;
    assertThat(checks).isGreaterThan(60);
    assertThat(commits[0]).isBetween(10, 40);
  }

  @Test
  void shouldNotForwardToItself() {
    World world = connected();
    int before = world.right.effects;
    byte[] stranger = Forge.request(world.left.only(), ExchangeType.INFORMATIONAL, List.of());
    stranger[8] = 0x11; // an SPI that we would never have given
    world.right.step(
        new Event.Received(
            new UdpDatagram(new InetSocketAddress(Configs.LEFT_ADDRESS, 4500), true, stranger)));
    assertThat(world.right.effects).isEqualTo(before);
  }

  @Test
  void shouldMakeNoAttemptAtWhatAnotherMemberKeepsUp() {
    left.initiate = true;
    World world = new World(left, right);
    world.right.silent = true;
    world.left.step(new Event.Initiate("conn"));
    world.run(1_000);
    world.left.step(new Event.Yield("conn"));
    world.run(100);
    assertThat(world.left.ikeSas()).isEmpty();
    world.right.silent = false;
    world.run(120_000);
    assertThat(world.left.ikeSas()).isEmpty();
    world.left.step(new Event.Initiate("conn"));
    world.run(2_000);
    EstablishTest.assertSameChild(world);
    world.left.step(new Event.Yield("conn"));
    world.run(2_000);
    EstablishTest.assertSameChild(world);
  }
}
