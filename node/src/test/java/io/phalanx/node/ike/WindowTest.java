package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.iana.ExchangeType;
import io.phalanx.config.iana.ProtocolId;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.Notifies;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.replication.image.IkeSaImage;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
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

  private static List<String> messages(World world) {
    return world.seen.stream()
        .filter(each -> !each.fromLeft())
        .map(each -> HexFormat.of().formatHex(each.message()))
        .toList();
  }
}
