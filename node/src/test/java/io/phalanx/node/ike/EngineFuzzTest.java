package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.phalanx.config.iana.ExchangeType;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.replication.Commit;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Owned;
import io.phalanx.replication.Owner;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.SaClusterImage;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any message to the engine: no exception, no more state than one peer may cause. */
class EngineFuzzTest {
  private static final InetSocketAddress SOMEBODY =
      new InetSocketAddress(InetAddress.ofLiteral("203.0.113.9"), 500);

  /** What both sides had when their tunnel stood. */
  private record Established(IkeSaImage peer, IkeSaImage own, List<SaClusterImage> children) {
    static Established make() {
      World world = new World(Configs.left(), Configs.right());
      world.connect();
      return new Established(
          world.left.only(),
          world.right.store.images().getFirst(),
          List.copyOf(world.right.store.children().values()));
    }
  }

  private static final Established START = Established.make();

  static Stream<byte[]> firstMessages() {
    World world = new World(Configs.left(), Configs.right());
    world.connect();
    return world.seen.stream().map(World.Seen::message);
  }

  @MethodSource("firstMessages")
  @FuzzTest
  void shouldAnswerAStrangerOnceAtTheMost(byte[] octets) {
    World world = new World(Configs.left(), Configs.right());
    Forge.deliver(world.right, SOMEBODY, false, octets);
    world.run(100);
    assertThat(world.seen).hasSizeLessThanOrEqualTo(1);
    assertThat(world.right.established()).isEmpty();
    world.run(31_000);
    assertThat(world.right.ikeSas()).isEmpty();
  }

  /** The exchange, then payloads: type, critical bit and octets of the body, body. */
  static Stream<byte[]> requests() {
    return Stream.of(
        new byte[] {37},
        seed(37, 42, "01000000"),
        seed(37, 42, "0304000100002000"),
        seed(37, 41, "00004000"),
        seed(36, 33, "0000002401030403c88336490300000c01000014800e00800000000805000001"),
        seed(36, 40, "00".repeat(32)),
        seed(35, 39, "0200000000"));
  }

  private static byte[] seed(int exchange, int type, String body) {
    byte[] octets = HexFormat.of().parseHex(body);
    return ByteBuffer.allocate(3 + octets.length)
        .put((byte) exchange)
        .put((byte) type)
        .put((byte) octets.length)
        .put(octets)
        .array();
  }

  @MethodSource("requests")
  @FuzzTest
  void shouldStayInStepWithAnAuthenticatedPeer(byte[] input) {
    if (input.length == 0 || input.length > 4096) {
      return;
    }
    World world = new World(Configs.left(), Configs.right());
    adopt(world.right);
    long id = START.peer.nextOwnId();
    ExchangeType exchange = new ExchangeType(input[0] & 0xff);
    Forge.deliver(world.right, Forge.request(START.peer, exchange, id, payloads(input)));
    world.run(100);
    assertThat(world.right.ikeSas()).hasSizeLessThanOrEqualTo(2);
    int answers = world.seen.size();
    boolean stands =
        world.right.established().stream()
            .anyMatch(each -> each.localSpi() == START.own.localSpi());
    Forge.deliver(
        world.right, Forge.request(START.peer, ExchangeType.INFORMATIONAL, id + 1, List.of()));
    world.run(100);
    if (stands && answers > 0) {
      assertThat(world.seen.size()).as("still answers").isGreaterThan(answers);
    }
  }

  private static void adopt(Side side) {
    Owner before = new Owner(9, 1);
    side.store.commit(
        new Commit(START.own, new Fence(before, 1), true, START.children, List.of(), List.of()));
    Owned<IkeSaImage> owned = side.store.claim(START.own.localSpi(), new Owner(1, 1));
    side.step(new Event.Adopted(owned));
  }

  private static List<Payload> payloads(byte[] input) {
    List<Payload> payloads = new ArrayList<>();
    int at = 1;
    while (at + 2 <= input.length && payloads.size() < 120) {
      int end = Math.min(input.length, at + 2 + (input[at + 1] & 0xff));
      boolean critical = (input[at] & 0x80) != 0;
      payloads.add(
          new Payload.Unknown(input[at] & 0x7f, critical, Arrays.copyOfRange(input, at + 2, end)));
      at = end;
    }
    return payloads;
  }
}
