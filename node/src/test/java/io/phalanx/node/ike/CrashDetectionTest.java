package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.Secret;
import io.phalanx.config.iana.ExchangeType;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.iana.ProtocolId;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.node.ike.crypto.CrashTokens;
import io.phalanx.node.ike.wire.Decoded;
import io.phalanx.node.ike.wire.IkeHeader;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.Payload.Notify;
import io.phalanx.replication.image.IkeSaImage;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** RFC 6290: who has lost an IKE SA is believed at once, and nobody else. */
final class CrashDetectionTest {
  private final Configs left = Configs.left();
  private final Configs right = Configs.right();

  private World connected() {
    left.dpd = Duration.ofSeconds(5);
    World world = new World(left, right);
    world.connect();
    EstablishTest.assertSameChild(world);
    return world;
  }

  private static Stream<IkeMessage> unprotected(World world) {
    return world.seen.stream()
        .map(seen -> MessageCodec.decode(seen.message()))
        .filter(Decoded.Ok.class::isInstance)
        .map(decoded -> ((Decoded.Ok) decoded).message())
        .filter(message -> message.has(NotifyType.INVALID_IKE_SPI));
  }

  private static byte[] shown(IkeMessage message) {
    return message
        .all(Notify.class)
        .filter(each -> each.type().equals(NotifyType.QCD_TOKEN))
        .findFirst()
        .orElseThrow()
        .data();
  }

  /** A response to the left side's next request, which nobody vouches for. */
  private static byte[] loss(IkeSaImage of, byte[] token) {
    return MessageCodec.encode(
        new IkeMessage(
            new IkeHeader(
                of.localSpi(),
                of.peerSpi(),
                ExchangeType.INFORMATIONAL,
                false,
                true,
                of.nextOwnId()),
            List.of(
                Notify.of(NotifyType.INVALID_IKE_SPI),
                new Notify(ProtocolId.IKE, new byte[0], NotifyType.QCD_TOKEN, token))));
  }

  private static void deliverToLeft(World world, byte[] message) {
    world.left.step(
        new Event.Received(
            new UdpDatagram(new InetSocketAddress(Configs.RIGHT_ADDRESS, 4500), true, message)));
  }

  @Test
  void shouldBeToldAtOnceByAPeerThatHasLostEverything() {
    World world = connected();
    world.right.startAnew();
    assertThat(world.runUntil(6_000, () -> world.left.ikeSas().isEmpty())).isTrue();
    assertThat(world.left.reports).anyMatch(each -> each.detail().equals("the peer has lost it"));
    assertThat(world.left.carried).isEmpty();
    assertThat(unprotected(world)).hasSize(1);
  }

  @Test
  void shouldConnectAnewWhereTheConnectionIsKeptUp() {
    left.initiate = true;
    World world = connected();
    world.right.startAnew();
    assertThat(world.runUntil(9_000, () -> world.right.established().size() == 1)).isTrue();
    EstablishTest.assertSameChild(world);
  }

  @Test
  void shouldBelieveTheTokenAfterATakeOver() {
    World world = connected();
    world.left.takeOver();
    world.run(1_000);
    world.right.startAnew();
    assertThat(world.runUntil(12_000, () -> world.left.ikeSas().isEmpty())).isTrue();
  }

  @Test
  void shouldMakeTheTokenOfAnotherMember() {
    World world = connected();
    Secret given = world.left.only().extensions().crashToken();
    assertThat(given.length()).isEqualTo(32);
    world.right.takeOver();
    world.run(500);
    world.right.startAnew();
    world.run(6_000);
    assertThat(unprotected(world).map(CrashDetectionTest::shown))
        .singleElement()
        .satisfies(token -> assertThat(Secret.of(token)).isEqualTo(given));
  }

  @Test
  void shouldNeverShowTheTokenOfAnIkeSaThatAnotherMemberHas() {
    World world = connected();
    world.right.takeOverLazily();
    world.run(30_000);
    assertThat(unprotected(world)).isEmpty();
    EstablishTest.assertSameChild(world);
  }

  @Test
  void shouldNotBelieveAnythingElse() {
    World world = connected();
    IkeSaImage image = world.left.only();
    byte[] good = image.extensions().crashToken().reveal();
    byte[] flipped = good.clone();
    flipped[31] ^= 1;
    byte[] other =
        new CrashTokens(left.build().cluster().keys())
            .of(image.peerSpi(), image.localSpi())
            .reveal();
    byte[] longer = new byte[33];
    System.arraycopy(good, 0, longer, 0, 32);
    for (byte[] token : List.of(flipped, other, longer, new byte[0], new byte[16])) {
      deliverToLeft(world, loss(image, token));
    }
    world.run(500);
    assertThat(world.left.only().localSpi()).isEqualTo(image.localSpi());
    deliverToLeft(world, loss(image, good));
    world.run(500);
    assertThat(world.left.ikeSas()).isEmpty();
  }

  @Test
  void shouldGiveBothEndsATokenOfTheIkeSaThatARekeyMakes() {
    for (boolean leftRekeys : List.of(true, false)) {
      World world = connected();
      Secret before = world.left.only().extensions().crashToken();
      Side side = leftRekeys ? world.left : world.right;
      side.step(new Event.Rekey(side.only().localSpi(), 0));
      world.run(3_000);
      IkeSaImage now = world.left.only();
      CrashTokens tokens = new CrashTokens(left.build().cluster().keys());
      long initiator = now.initiator() ? now.localSpi() : now.peerSpi();
      long responder = now.initiator() ? now.peerSpi() : now.localSpi();
      assertThat(now.extensions().crashToken())
          .isEqualTo(tokens.of(initiator, responder))
          .isNotEqualTo(before);
      assertThat(world.right.only().extensions().crashToken())
          .isEqualTo(tokens.of(initiator, responder));
      assertThat(now.extensions().tokenDue()).isFalse();
      assertThat(world.right.only().extensions().tokenDue()).isFalse();
    }
  }

  @Test
  void shouldAnswerFewOfManyAndNoResponse() {
    World world = connected();
    IkeSaImage image = world.left.only();
    world.right.startAnew();
    byte[] request = Forge.request(image, ExchangeType.INFORMATIONAL, List.of());
    IntStream.range(0, 50).forEach(_ -> Forge.deliver(world.right, request));
    assertThat(unprotected(world)).hasSize(4);
    InetSocketAddress other = new InetSocketAddress(InetAddress.ofLiteral("203.0.113.7"), 4500);
    byte[] response = Forge.message(image, ExchangeType.INFORMATIONAL, true, 7, List.of());
    Forge.deliver(world.right, other, true, response);
    assertThat(unprotected(world)).hasSize(4);
    Forge.deliver(world.right, other, true, request);
    assertThat(unprotected(world)).hasSize(5);
  }
}
