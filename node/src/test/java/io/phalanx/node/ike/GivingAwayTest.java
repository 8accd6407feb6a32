package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.node.context.ContextReader;
import io.phalanx.node.context.ContextReader.Restored;
import io.phalanx.node.context.ContextWriter;
import io.phalanx.replication.Commit;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owned;
import io.phalanx.replication.Owner;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.IvSpace;
import io.phalanx.replication.image.IkeSaImage.Phase;
import io.phalanx.replication.image.SaClusterImage;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** An IKE SA leaves a cluster for another one (seed 004). */
final class GivingAwayTest {
  private static final long HOUR = 3_600_000;

  private final Configs left = Configs.left();
  private final Configs right = Configs.right();

  private World connected() {
    World world = new World(left, right);
    world.connect();
    return world;
  }

  private static Effect.GivenAway giveAway(World world) {
    world.right.step(new Event.GiveAway(world.right.only().localSpi(), world.nowMillis + HOUR));
    world.run(200);
    assertThat(world.right.givenAway).hasSize(1);
    return world.right.givenAway.getFirst();
  }

  @Test
  void shouldTellNothingToThePeerOfWhatItHasGivenAway() {
    World world = connected();
    IkeSaImage before = world.right.only();
    List<Integer> saIds = before.children().stream().map(each -> each.saId()).toList();
    IkeSaImage given = giveAway(world).given().orElseThrow();
    assertThat(given.keys()).isEqualTo(before.keys());
    assertThat(given.children()).isEqualTo(before.children());
    assertThat(world.right.carried.keySet()).as("whoever asked stops them").containsAll(saIds);

    int seen = world.seen.size();
    world.left.step(new Event.Rekey(world.left.only().localSpi(), 0));
    world.run(2000);
    world.right.takeOver();
    world.run(2000);
    world.right.takeOverLazily();
    world.run(2000);
    assertThat(world.seen.size()).as("the peer goes on asking").isGreaterThan(seen);
    assertThat(world.seen.subList(seen, world.seen.size()))
        .as("and nobody answers")
        .allMatch(World.Seen::fromLeft);
  }

  @Test
  void shouldKeepNoKeyOfIt() {
    World world = connected();
    IkeSaImage given = giveAway(world).given().orElseThrow();
    IkeSaImage kept = world.right.store.images().getFirst();
    assertThat(kept.localSpi()).isEqualTo(given.localSpi());
    assertThat(kept.phase()).isEqualTo(Phase.DELETING);
    assertThat(kept.children()).isEmpty();
    assertThat(kept.responses()).isEmpty();
    assertThat(kept.keys().d()).isNotEqualTo(given.keys().d());
    assertThat(kept.keys().ei()).isNotEqualTo(given.keys().ei());
    world.right.silent = true;
    world.run(HOUR + 10_000);
    assertThat(world.right.store.images()).isEmpty();
    assertThat(world.right.ikeSas()).isEmpty();
  }

  @Test
  void shouldGoOnInAnotherCluster() {
    World world = connected();
    IkeSaImage given = giveAway(world).given().orElseThrow();
    ContextReader contexts = new ContextReader(List.of(Configs.RIGHT_ADDRESS));
    List<SaClusterImage> children = List.copyOf(world.right.carried.values());
    List<IvSpace> ivSpaces = List.of(new IvSpace(new byte[32], List.of(1)));
    Restored.Whole restored =
        (Restored.Whole)
            contexts.images(
                new ContextWriter(List.of(Configs.RIGHT_ADDRESS)).of(given, children),
                ivSpaces,
                world.nowMillis);

    world.right.startAnew();
    Fence fence = new Fence(new Owner(77, 1), 1);
    assertThat(
            world.right.store.commit(
                new Commit(
                    restored.ike(), fence, true, restored.saClusters(), List.of(), List.of())))
        .isEqualTo(Outcome.DONE);
    world.right.step(new Event.Adopted(new Owned<>(restored.ike(), fence)));
    restored.saClusters().forEach(each -> world.right.carried.put(each.id(), each));
    world.run(1000);

    IkeSaImage there = world.left.only();
    world.left.step(new Event.Rekey(there.localSpi(), world.left.onlyChild().saId()));
    world.run(1000);
    world.right.step(new Event.Rekey(world.right.only().localSpi(), 0));
    world.run(1000);
    assertThat(world.left.only().sessionId()).isEqualTo(there.sessionId());
    assertThat(world.left.only().localSpi()).isNotEqualTo(there.localSpi());
    assertThat(world.right.only().ivSpaces()).hasSize(1);
    EstablishTest.assertSameChild(world);
  }

  @Test
  void shouldNotGiveAwayWhatIsInAnExchange() {
    World world = connected();
    world.left.silent = true;
    world.right.step(new Event.Rekey(world.right.only().localSpi(), 0));
    assertThat(giveAway(world))
        .isEqualTo(
            new Effect.GivenAway(
                world.right.only().localSpi(), Optional.empty(), "an exchange is under way", true));
    assertThat(world.right.only().phase()).isEqualTo(Phase.ESTABLISHED);
  }

  /** It would be made anew at once, and the peer would end the one that is gone. */
  @Test
  void shouldNotGiveAwayWhatItKeepsUp() {
    right.initiate = true;
    World world = connected();
    assertThat(giveAway(world).why()).contains("keeps its connection up");
    assertThat(world.right.only().phase()).isEqualTo(Phase.ESTABLISHED);
  }
}
