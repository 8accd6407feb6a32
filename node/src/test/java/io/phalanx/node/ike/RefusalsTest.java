package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.iana.ExchangeType;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.Payload.Notify;
import io.phalanx.replication.image.IkeSaImage;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A peer that keeps an IKE SA from going on (RFC 7296 §2.8, §2.25, §4). */
final class RefusalsTest {
  private static final long MINUTE = 60_000;
  private static final long MESSAGE_IDS_HALF = 0x8000_0000L;

  private final Configs left = Configs.left();
  private final Configs right = Configs.right();

  private World connected() {
    World world = new World(left, right);
    world.connect();
    return world;
  }

  @Test
  void shouldReplaceAnIkeSaThatThePeerDoesNotRekeyForMinutes() {
    World world = connected();
    IkeSaImage first = world.left.only();
    right.ikeSuites = List.of(Configs.CBC_20);
    world.right.takeOver(right.build());
    world.left.step(new Event.Rekey(first.localSpi(), 0));
    world.run(4 * MINUTE);
    assertThat(world.left.reported("rekey-failed")).isTrue();
    assertThat(world.left.only().localSpi()).as("patience").isEqualTo(first.localSpi());
    world.run(4 * MINUTE);
    right.ikeSuites = left.ikeSuites;
    world.right.takeOver(right.build());
    world.run(MINUTE);
    assertThat(world.left.only().sessionId()).isNotEqualTo(first.sessionId());
    EstablishTest.assertSameChild(world);
  }

  @Test
  void shouldEndWhatItCannotReplace() {
    World world = connected();
    left.ikeSuites = List.of(Configs.CBC_20);
    world.left.takeOver(left.build());
    world.right.step(new Event.Rekey(world.right.only().localSpi(), 0));
    assertThat(world.runUntil(8 * MINUTE, () -> world.right.reported("replacing"))).isTrue();
    world.run(MINUTE);
    assertThat(world.left.ikeSas()).isEmpty();
    assertThat(world.right.ikeSas()).isEmpty();
  }

  @Test
  void shouldReplaceAnIkeSaWhosePeerTakesNoFurtherSas() {
    World world = connected();
    IkeSaImage first = world.left.only();
    refuseRekeyOfTheChild(world, NotifyType.NO_ADDITIONAL_SAS);
    assertThat(world.runUntil(MINUTE, () -> world.left.established().isEmpty()))
        .as("at any moment without an IKE SA")
        .isFalse();
    assertThat(world.left.only().sessionId()).isNotEqualTo(first.sessionId());
  }

  @Test
  void shouldGoOnWithAPeerThatRefusesOnceInAWhile() {
    World world = connected();
    for (int round = 0; round < 3; round++) {
      refuseRekeyOfTheChild(world, NotifyType.TEMPORARY_FAILURE);
      world.run(10 * MINUTE);
    }
    assertThat(world.left.reported("replacing")).isFalse();
    EstablishTest.assertSameChild(world);
  }

  /** The peer has seen the request, and what arrives here is a refusal. */
  private static void refuseRekeyOfTheChild(World world, NotifyType why) {
    IkeSaImage peer = world.right.only();
    world.right.silent = true;
    int seen = world.seen.size();
    world.left.step(new Event.Rekey(world.left.only().localSpi(), world.left.onlyChild().saId()));
    world.run(200);
    long id = MessageCodec.header(world.seen.get(seen).message()).orElseThrow().messageId();
    byte[] refusal =
        Forge.message(peer, ExchangeType.CREATE_CHILD_SA, true, id, List.of(Notify.of(why)));
    Forge.deliver(world.left, new InetSocketAddress(Configs.RIGHT_ADDRESS, 4500), true, refusal);
    world.right.store.edit(peer.localSpi(), sa -> sa.nextPeerId = id + 1);
    world.right.takeOver();
    world.right.silent = false;
  }

  @Test
  void shouldRekeyTheIkeSaWhenHalfOfTheMessageIdsIsUsed() {
    right.dpd = Duration.ofSeconds(30);
    World world = connected();
    IkeSaImage first = world.left.only();
    world.right.store.edit(world.right.only().localSpi(), sa -> sa.nextOwnId = MESSAGE_IDS_HALF);
    world.left.store.edit(first.localSpi(), sa -> sa.nextPeerId = MESSAGE_IDS_HALF);
    world.right.takeOver();
    world.left.takeOver();
    world.run(2 * MINUTE);
    assertThat(world.left.only().localSpi()).isNotEqualTo(first.localSpi());
    assertThat(world.left.only().nextOwnId()).isLessThan(100);
    EstablishTest.assertSameChild(world);
  }
}
