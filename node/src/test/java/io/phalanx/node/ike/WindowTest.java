package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.iana.ExchangeType;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.iana.ProtocolId;
import io.phalanx.node.ike.wire.IkeHeader;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.Notifies;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.ChildRef;
import io.phalanx.replication.image.IkeSaImage.RequestInFlight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A peer with several requests under way (RFC 7296 §2.3). */
final class WindowTest {
  private static final int WINDOW = 3;

  private final Configs right = Configs.right();

  private World connected() {
    World world = new World(Configs.left(), right);
    world.connect();
    world.seen.clear();
    return world;
  }

  private static byte[] liveness(IkeSaImage peer, int ahead) {
    return Forge.request(peer, ExchangeType.INFORMATIONAL, peer.nextOwnId() + ahead, List.of());
  }

  private static List<Long> answered(World world) {
    return world.seen.stream()
        .filter(each -> !each.fromLeft())
        .map(each -> MessageCodec.header(each.message()).orElseThrow().messageId())
        .toList();
  }

  @Test
  void shouldAnswerRequestsOfTheWindowInTheirOrder() {
    right.window = WINDOW;
    World world = connected();
    IkeSaImage peer = world.left.only();
    long first = peer.nextOwnId();
    Forge.deliver(world.right, liveness(peer, 2));
    Forge.deliver(world.right, liveness(peer, 1));
    world.run(1_000);
    assertThat(answered(world)).as("the first one is missing").isEmpty();
    Forge.deliver(world.right, liveness(peer, 0));
    world.run(1_000);
    assertThat(answered(world)).containsExactly(first, first + 1, first + 2);
  }

  @Test
  void shouldDropWhatIsBeyondTheWindow() {
    right.window = WINDOW;
    World world = connected();
    IkeSaImage peer = world.left.only();
    Forge.deliver(world.right, liveness(peer, WINDOW));
    for (int ahead = 0; ahead < WINDOW; ahead++) {
      Forge.deliver(world.right, liveness(peer, ahead));
    }
    world.run(1_000);
    assertThat(answered(world)).hasSize(WINDOW);
  }

  @Test
  void shouldTakeOneAtATimeByDefault() {
    World world = connected();
    Forge.deliver(world.right, liveness(world.left.only(), 1));
    world.run(1_000);
    assertThat(answered(world)).isEmpty();
  }

  @Test
  void shouldKeepTheResponsesOfTheWindowForASuccessor() {
    right.window = WINDOW;
    World world = connected();
    IkeSaImage peer = world.left.only();
    int spi = peer.children().getFirst().inboundSpi();
    List<byte[]> requests = new ArrayList<>();
    requests.add(liveness(peer, 0));
    requests.add(
        Forge.request(
            peer,
            ExchangeType.INFORMATIONAL,
            peer.nextOwnId() + 1,
            List.of(new Payload.Delete(ProtocolId.ESP, List.of(Notifies.spiOf(spi))))));
    requests.add(liveness(peer, 2));
    requests.reversed().forEach(each -> Forge.deliver(world.right, each));
    world.run(1_000);
    List<String> answers = messages(world);
    assertThat(answers).hasSize(WINDOW);
    world.right.takeOver();
    world.seen.clear();
    requests.forEach(each -> Forge.deliver(world.right, each));
    world.run(1_000);
    assertThat(messages(world)).isEqualTo(answers);
  }

  // The peer's window

  private final Configs left = Configs.left();

  /** Both ends with three Child SAs; the right one takes several requests at once. */
  private World withChildren(int rightWindow) {
    left.children = List.of("one", "two", "three");
    right.children = left.children;
    Map<String, List<String>> networks =
        Map.of(
            "one", List.of("10.11.0.0/16", "10.21.0.0/16"),
            "two", List.of("10.12.0.0/16", "10.22.0.0/16"),
            "three", List.of("10.13.0.0/16", "10.23.0.0/16"));
    left.networks = networks;
    right.networks = networks;
    right.window = rightWindow;
    World world = new World(left, right);
    world.connect();
    assertThat(world.left.only().children()).hasSize(3);
    world.seen.clear();
    return world;
  }

  private static void rekeyAll(World world) {
    IkeSaImage image = world.left.only();
    image
        .children()
        .forEach(child -> world.left.step(new Event.Rekey(image.localSpi(), child.inboundSpi())));
  }

  private static List<Long> asked(World world) {
    return world.seen.stream()
        .filter(World.Seen::fromLeft)
        .map(each -> MessageCodec.header(each.message()).orElseThrow())
        .filter(each -> !each.response())
        .map(IkeHeader::messageId)
        .distinct()
        .toList();
  }

  private static Set<Integer> spis(Side side) {
    return side.only().children().stream().map(ChildRef::inboundSpi).collect(Collectors.toSet());
  }

  private static void assertRekeyed(World world, Set<Integer> before, String where) {
    assertThat(spis(world.left)).as(where).hasSize(3).doesNotContainAnyElementsOf(before);
    assertThat(world.left.carried.keySet()).as(where).isEqualTo(spis(world.left));
    assertThat(world.right.carried.keySet()).as(where).isEqualTo(spis(world.right));
    assertThat(world.left.only().requests()).as(where).isEmpty();
    assertThat(world.right.only().nextPeerId()).as(where).isEqualTo(world.left.only().nextOwnId());
  }

  @Test
  void shouldAskAsMuchAtOnceAsThePeerTakes() {
    World world = withChildren(2);
    long first = world.left.only().nextOwnId();
    world.right.silent = true;
    rekeyAll(world);
    world.run(3_000);
    assertThat(asked(world)).containsExactly(first, first + 1);
    assertThat(world.left.only().requests()).hasSize(2);
  }

  @Test
  void shouldAskOneThingAtATimeOfAPeerThatSaysNothing() {
    World world = withChildren(1);
    world.right.silent = true;
    rekeyAll(world);
    world.run(3_000);
    assertThat(asked(world)).hasSize(1);
  }

  @Test
  void shouldGoOnOnlyOnceTheFirstOfTheWindowIsAnswered() {
    World world = withChildren(2);
    Set<Integer> before = spis(world.left);
    long first = world.left.only().nextOwnId();
    world.tamper =
        message -> {
          IkeHeader header = MessageCodec.header(message).orElseThrow();
          return header.response() && header.messageId() == first ? new byte[0] : message;
        };
    rekeyAll(world);
    world.run(2_000);
    assertThat(asked(world))
        .as("the answer to the first is lost")
        .containsExactly(first, first + 1);
    assertThat(world.left.only().requests().stream().map(RequestInFlight::purpose))
        .as("what follows from the second answer waits in line")
        .containsExactly(Purpose.REKEY_CHILD.name(), Purpose.DELETE_CHILD.name());
    world.tamper = message -> message;
    world.run(30_000);
    assertRekeyed(world, before, "in the end");
  }

  @Test
  void shouldNotNoticeThatAMemberDiesWithSeveralRequestsInFlight() {
    boolean died = true;
    for (int cut = 0; died; cut++) {
      for (boolean leftDies : List.of(true, false)) {
        World world = withChildren(3);
        Set<Integer> before = spis(world.left);
        Side side = leftDies ? world.left : world.right;
        side.effects = 0;
        side.diesBefore = cut;
        rekeyAll(world);
        world.run(1_000);
        died = side.takeovers > 0;
        if (died && leftDies) {
          rekeyRest(world, before); // a wish that was not begun dies with its member
        }
        world.run(40_000);
        assertRekeyed(world, before, (leftDies ? "left" : "right") + " dies before " + cut);
        assertSameOctets(world);
      }
    }
  }

  private static void rekeyRest(World world, Set<Integer> before) {
    world.run(20_000);
    IkeSaImage image = world.left.only();
    spis(world.left).stream()
        .filter(before::contains)
        .forEach(spi -> world.left.step(new Event.Rekey(image.localSpi(), spi)));
  }

  /** A message seen twice under one message id was the same message. */
  private static void assertSameOctets(World world) {
    Map<String, String> byId = new HashMap<>();
    for (World.Seen seen : world.seen) {
      String header = seen.fromLeft() + " " + MessageCodec.header(seen.message()).orElseThrow();
      String octets = HexFormat.of().formatHex(seen.message());
      assertThat(byId.merge(header, octets, (known, _) -> known)).as(header).isEqualTo(octets);
    }
  }

  @Test
  void shouldComeThroughLossDuplicationAndReordering() {
    for (int seed = 1; seed <= 20; seed++) {
      withChildren(3); // settles the configurations
      World world = new World(left, Credentials.NONE, right, Credentials.NONE, seed);
      world.connect();
      Set<Integer> before = spis(world.left);
      world.loss = 0.2;
      world.duplication = 0.2;
      world.delayMillisMax = 700;
      rekeyAll(world);
      world.run(60_000);
      world.loss = 0;
      world.run(20_000);
      assertRekeyed(world, before, "seed " + seed);
    }
  }

  @Test
  void shouldBeginAgainWithAWindowOfOneAfterARekeyOfTheIkeSa() {
    World world = withChildren(3);
    long old = world.left.only().localSpi();
    List<Integer> windows = new ArrayList<>();
    world.left.answer =
        commit -> {
          if (commit.image().localSpi() != old) {
            windows.add(commit.image().extensions().peerWindow());
          }
          return world.left.store.commit(commit);
        };
    world.left.step(new Event.Rekey(old, 0));
    world.run(1_000);
    assertThat(windows.getFirst()).as("RFC 7296 §2.18").isZero();
    world.run(3_000);
    assertThat(world.left.only().extensions().peerWindow()).as("told again").isEqualTo(3);
  }

  @Test
  void shouldRekeyTheIkeSaAloneAndGoOn() {
    World world = withChildren(3);
    Set<Integer> before = spis(world.left);
    IkeSaImage image = world.left.only();
    rekeyAll(world);
    world.left.step(new Event.Rekey(image.localSpi(), 0));
    world.run(20_000);
    assertThat(world.left.only().localSpi()).isNotEqualTo(image.localSpi());
    assertRekeyed(world, before, "beside a rekey of the IKE SA");
  }

  private static List<String> messages(World world) {
    return world.seen.stream()
        .filter(each -> !each.fromLeft())
        .map(each -> HexFormat.of().formatHex(each.message()))
        .toList();
  }

  @Test
  void shouldIgnoreAWindowOfTheWrongLength() {
    World world = connected();
    Payload wrong = Payload.Notify.of(NotifyType.SET_WINDOW_SIZE, new byte[] {0, 0, 8});
    Forge.deliver(
        world.right, Forge.request(world.left.only(), ExchangeType.INFORMATIONAL, List.of(wrong)));
    world.run(1_000);
    assertThat(answered(world)).hasSize(1);
    assertThat(world.right.only().extensions().peerWindow()).as("not told").isZero();
  }
}
