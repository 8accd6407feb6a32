package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.GatewayConfig.Pool;
import io.phalanx.config.net.IpPrefix;
import io.phalanx.config.suite.KeyExchangeMethod;
import io.phalanx.node.ike.wire.IkeHeader;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.ChildRef;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * The owner dies between any two of its effects, and another member goes on from the images: the
 * exchange ends as if nothing had happened, and each message of it has the same octets whenever it
 * is seen.
 */
final class TakeOverTest {
  /** More than any scenario has. */
  private static final int CUTS_MAX = 200;

  private final Configs left = Configs.left();
  private final Configs right = Configs.right();
  private boolean lazily;

  /** Runs a scenario again and again, with the death of a member one effect later each time. */
  private void atEveryCut(
      Consumer<World> before, Consumer<World> scenario, BiConsumer<World, String> check) {
    // Without a sweep of orphans, only what the peer sends again brings an image back to life.
    for (boolean leftDies : lazily ? List.of(false) : List.of(true, false)) {
      int cut = 0;
      boolean died = true;
      while (died) {
        World world = new World(left, right);
        prepare(world);
        before.accept(world);
        Side side = leftDies ? world.left : world.right;
        side.effects = 0;
        side.diesBefore = cut;
        side.lazily = lazily;
        scenario.accept(world);
        died = side.takeovers > 0;
        String where = (leftDies ? "left" : "right") + " dies before effect " + cut;
        check.accept(world, where);
        assertSameOctets(world, where);
        cut++;
        assertThat(cut).isLessThan(CUTS_MAX);
      }
      assertThat(cut).as("effects of the scenario").isGreaterThan(3);
    }
  }

  private void prepare(World world) {
    world.right.pool = _ -> List.of(InetAddress.ofLiteral("10.77.0.9"));
  }

  private static void connect(World world) {
    world.left.step(new Event.Initiate("conn"));
    for (int tries = 0; tries < 20 && !up(world); tries++) {
      if (world.left.ikeSas().isEmpty()) {
        world.left.step(new Event.Initiate("conn")); // what the member's runtime does at its start
      }
      world.runUntil(3_000, () -> up(world));
    }
    world.run(1_000);
  }

  private static boolean up(World world) {
    return !world.left.established().isEmpty() && !world.right.established().isEmpty();
  }

  /** A message seen twice, under one message id of one IKE SA, was the same message. */
  private static void assertSameOctets(World world, String where) {
    Map<String, Set<String>> byId = new HashMap<>();
    for (World.Seen seen : world.seen) {
      IkeHeader header = MessageCodec.header(seen.message()).orElseThrow();
      boolean restarted = header.responderSpi() == 0; // with a cookie, say
      byId.computeIfAbsent(seen.fromLeft() + " " + header, _ -> new HashSet<>())
          .add(restarted ? "" : HexFormat.of().formatHex(seen.message()));
    }
    byId.forEach((header, octets) -> assertThat(octets).as(where + " " + header).hasSize(1));
  }

  private static void assertOneTunnel(World world, String where) {
    try {
      EstablishTest.assertSameChild(world);
    } catch (AssertionError fault) {
      throw new AssertionError(
          where + "\n" + world.left.reports + "\n" + world.right.reports, fault);
    }
  }

  /** Whatever was left over on the way goes in time. */
  private static void assertNothingLeft(World world, String where) {
    world.run(200_000);
    assertOneTunnel(world, where);
    assertThat(world.left.store.images()).as(where).hasSize(1);
    assertThat(world.right.store.images()).as(where).hasSize(1);
    assertThat(world.left.carried).as(where).hasSize(1);
    assertThat(world.right.carried).as(where).hasSize(1);
  }

  @Test
  void shouldConnect() {
    atEveryCut(_ -> {}, TakeOverTest::connect, TakeOverTest::assertOneTunnel);
  }

  @Test
  void shouldConnectWhenOnlyMessagesLeadToTheImages() {
    lazily = true;
    atEveryCut(_ -> {}, TakeOverTest::connect, TakeOverTest::assertOneTunnel);
  }

  @Test
  void shouldConnectWithAddressesAndCookies() {
    left.requestAddresses = List.of(4);
    left.local = List.of();
    right.remote = List.of();
    right.cookieThreshold = 0;
    right.pools = List.of(new Pool("road", List.of(IpPrefix.parse("10.77.0.0/24")), List.of()));
    atEveryCut(_ -> {}, TakeOverTest::connect, TakeOverTest::assertOneTunnel);
  }

  @Test
  void shouldRekeyAChild() {
    left.espSuites = List.of(Configs.esp(Optional.of(KeyExchangeMethod.CURVE25519)));
    right.espSuites = left.espSuites;
    for (boolean fromLeft : List.of(true, false)) {
      atEveryCut(
          TakeOverTest::connect,
          world -> {
            Side side = fromLeft ? world.left : world.right;
            ChildRef old = side.onlyChild();
            side.step(new Event.Rekey(side.only().localSpi(), old.saId()));
            world.run(20_000);
            if (side.takeovers > 0 && side.onlyChild().equals(old)) {
              side.step(new Event.Rekey(side.only().localSpi(), old.saId()));
              world.run(20_000);
            }
            assertThat(side.onlyChild()).isNotEqualTo(old);
          },
          TakeOverTest::assertOneTunnel);
    }
  }

  @Test
  void shouldRekeyTheIkeSa() {
    for (boolean fromLeft : List.of(true, false)) {
      atEveryCut(
          TakeOverTest::connect,
          world -> {
            Side side = fromLeft ? world.left : world.right;
            long old = side.only().localSpi();
            side.step(new Event.Rekey(old, 0));
            world.run(60_000);
            if (side.takeovers > 0 && side.only().localSpi() == old) {
              side.step(new Event.Rekey(old, 0));
              world.run(60_000);
            }
            assertThat(side.only().localSpi()).isNotEqualTo(old);
          },
          TakeOverTest::assertNothingLeft);
    }
  }

  @Test
  void shouldRekeyBothAtOnce() {
    atEveryCut(
        TakeOverTest::connect,
        world -> {
          world.left.step(new Event.Rekey(world.left.only().localSpi(), 0));
          if (world.right.established().size() == 1) {
            world.right.step(new Event.Rekey(world.right.only().localSpi(), 0));
          }
          world.run(60_000);
        },
        TakeOverTest::assertNothingLeft);
  }

  @Test
  void shouldMoveTheInitiator() {
    left.listen = List.of(Configs.LEFT_ADDRESS, InetAddress.ofLiteral("192.0.2.77"));
    atEveryCut(
        TakeOverTest::connect,
        world -> {
          MobikeTest.migrate(world);
          world.run(20_000);
          if (world.left.takeovers > 0 && world.left.only().listen() == 0) {
            MobikeTest.migrate(world); // the wish died with the member
            world.run(20_000);
          }
        },
        (world, where) -> {
          assertOneTunnel(world, where);
          MobikeTest.assertMoved(world);
          int saId = world.right.onlyChild().saId();
          assertThat(world.right.store.pathOf(saId))
              .as(where)
              .isEqualTo(world.right.only().espPath());
        });
  }

  @Test
  void shouldClose() {
    for (boolean fromLeft : List.of(true, false)) {
      atEveryCut(
          TakeOverTest::connect,
          world -> {
            Side side = fromLeft ? world.left : world.right;
            long spi = side.only().localSpi();
            side.step(new Event.Terminate(spi));
            world.run(40_000);
            if (side.store.has(spi)) {
              side.step(new Event.Terminate(spi)); // the wish died with the member
              world.run(40_000);
            }
          },
          (world, where) -> {
            for (Side side : List.of(world.left, world.right)) {
              assertThat(side.store.images()).as(where).isEmpty();
              assertThat(side.store.children()).as(where).isEmpty();
              assertThat(side.ikeSas()).as(where).isEmpty();
            }
          });
    }
  }

  /** RFC 4478: the new IKE SA stands before the old one goes. */
  @Test
  void shouldAuthenticateAnew() {
    right.reauth = Duration.ofMinutes(10);
    atEveryCut(
        world -> {
          connect(world);
          world.run(535_000);
        },
        world -> {
          long old = world.left.only().localSpi();
          world.run(30_000);
          assertThat(world.left.only().localSpi()).isNotEqualTo(old);
        },
        TakeOverTest::assertNothingLeft);
  }

  /** As clients do that delete first: strongSwan, unless it is told otherwise. */
  @Test
  void shouldTakeAPeerBackThatHasDeletedFirst() {
    right.reauth = Duration.ofMinutes(10);
    atEveryCut(
        TakeOverTest::connect,
        world -> {
          world.left.step(new Event.Terminate(world.left.only().localSpi()));
          world.runUntil(30_000, () -> world.left.ikeSas().isEmpty());
          connect(world);
          world.run(15_000);
        },
        TakeOverTest::assertNothingLeft);
  }

  @Test
  void shouldTakeLivenessChecksThatWereAnsweredAheadOfTheirCommit() {
    left.dpd = Duration.ofMillis(100);
    World world = new World(left, right);
    world.connect();
    world.right.answer = _ -> Outcome.UNKNOWN;
    world.run(600);
    IkeSaImage stored = world.right.store.images().getFirst();
    assertThat(world.right.only().nextPeerId()).isGreaterThan(stored.nextPeerId());
    world.right.answer = world.right.store::commit;
    world.right.takeOver();
    world.run(5_000);
    assertThat(world.right.only().nextPeerId()).isGreaterThan(stored.nextPeerId() + 10);
    EstablishTest.assertSameChild(world);
  }

  /** What a peer answers tells nothing of the ids of its own requests. */
  @Test
  void shouldTakeThemAfterAnAnswerToARequestOfTheSuccessor() {
    left.dpd = Duration.ofMillis(100);
    World world = new World(left, right);
    world.connect();
    world.right.answer = _ -> Outcome.UNKNOWN;
    world.run(600);
    long stored = world.right.store.images().getFirst().nextPeerId();
    assertThat(world.right.only().nextPeerId()).isGreaterThan(stored);
    world.right.answer = world.right.store::commit;
    world.right.takeOver();
    IkeSaImage adopted = world.right.only();
    world.right.step(new Event.Rekey(adopted.localSpi(), adopted.children().getFirst().saId()));
    world.run(5_000);
    assertThat(world.right.only().nextOwnId()).isGreaterThan(adopted.nextOwnId());
    assertThat(world.right.only().nextPeerId()).isGreaterThan(stored + 10);
    EstablishTest.assertSameChild(world);
  }
}
