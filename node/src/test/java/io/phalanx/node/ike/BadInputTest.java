package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.iana.ExchangeType;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.node.ike.crypto.KeyAgreement;
import io.phalanx.node.ike.wire.Decoded;
import io.phalanx.node.ike.wire.IkeHeader;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Proposals;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What strangers and broken peers send: the right notify or silence, and no state left behind. */
final class BadInputTest {
  private static final InetSocketAddress SOMEBODY =
      new InetSocketAddress(InetAddress.ofLiteral("203.0.113.9"), 500);

  private final Configs left = Configs.left();
  private final Configs right = Configs.right();

  private static byte[] goodInit(long spi) {
    return Forge.init(
        spi,
        List.of(
            new Payload.SecurityAssociation(Proposals.ofIke(List.of(Configs.GCM_31), new byte[0])),
            new Payload.KeyExchange(
                31,
                KeyAgreement.generate(Configs.GCM_31.keyExchange(), new SecureRandom())
                    .publicValue()),
            new Payload.Nonce(new byte[32])));
  }

  @Test
  void shouldBeSilentAboutGarbage() {
    World world = new World(left, right);
    Random random = new Random(7);
    for (int packet = 0; packet < 20_000; packet++) {
      byte[] octets = new byte[random.nextInt(400)];
      random.nextBytes(octets);
      Forge.deliver(world.right, SOMEBODY, random.nextBoolean(), octets);
    }
    world.run(1_000);
    assertThat(world.seen).isEmpty();
    assertThat(world.right.ikeSas()).isEmpty();
    assertThat(world.right.store.images()).isEmpty();
  }

  @Test
  void shouldSurviveDamagedMessages() {
    Random random = new Random(11);
    byte[] good = goodInit(0x1234);
    World world = new World(left, right);
    for (int packet = 0; packet < 5_000; packet++) {
      byte[] damaged = good.clone();
      for (int change = 0; change <= random.nextInt(4); change++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      Forge.deliver(world.right, SOMEBODY, false, damaged);
      Forge.deliver(
          world.right, SOMEBODY, false, Arrays.copyOf(damaged, random.nextInt(damaged.length)));
    }
    world.run(60_000);
    assertThat(world.right.ikeSas()).isEmpty();
    assertThat(world.right.store.images()).isEmpty();
  }

  @Test
  void shouldSurviveDamagedProtectedMessages() {
    World world = new World(left, right);
    world.connect();
    Random random = new Random(13);
    byte[] good =
        Forge.request(
            world.left.only(),
            ExchangeType.INFORMATIONAL,
            List.of(new Payload.Nonce(new byte[40])));
    world.seen.clear();
    for (int packet = 0; packet < 5_000; packet++) {
      byte[] damaged = good.clone();
      int at = random.nextInt(damaged.length);
      damaged[at == 17 ? 18 : at] ^= (byte) (1 + random.nextInt(255)); // 17 is the version
      Forge.deliver(world.right, damaged);
    }
    // Nothing is answered but what names another IKE SA, which there is not (RFC 6290).
    long alive = world.right.only().localSpi();
    assertThat(world.seen)
        .allSatisfy(
            seen -> {
              IkeHeader header = MessageCodec.header(seen.message()).orElseThrow();
              assertThat(header.responderSpi()).isNotEqualTo(alive);
              assertThat(header.response()).isTrue();
            });
    EstablishTest.assertSameChild(world);
  }

  @Test
  void shouldSurviveRandomPayloadsOfAnAuthenticatedPeer() {
    World world = new World(left, right);
    world.connect();
    Random random = new Random(17);
    long id = world.left.only().nextOwnId();
    for (int packet = 0; packet < 3_000; packet++) {
      if (world.right.ikeSas().isEmpty()) {
        world = new World(left, right); // ended, by something that cannot be read
        world.connect();
        id = world.left.only().nextOwnId();
      }
      List<Payload> payloads = new ArrayList<>();
      for (int count = random.nextInt(6); count > 0; count--) {
        byte[] body = new byte[random.nextInt(60)];
        random.nextBytes(body);
        payloads.add(new Payload.Unknown(33 + random.nextInt(16), random.nextBoolean(), body));
      }
      ExchangeType exchange = new ExchangeType(35 + random.nextInt(4));
      Forge.deliver(world.right, Forge.request(world.left.only(), exchange, id++, payloads));
      world.run(50);
      assertThat(world.right.ikeSas().size()).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void shouldRefuseAHigherMajorVersion() {
    World world = new World(left, right);
    byte[] message = goodInit(0x77);
    message[17] = 0x30;
    Forge.deliver(world.right, SOMEBODY, false, message);
    assertThat(answer(world)).isEqualTo(NotifyType.INVALID_MAJOR_VERSION);
    assertThat(world.right.ikeSas()).isEmpty();
  }

  @Test
  void shouldRefuseAnUnknownCriticalPayloadInTheFirstMessage() {
    World world = new World(left, right);
    Forge.deliver(
        world.right,
        SOMEBODY,
        false,
        Forge.init(0x78, List.of(new Payload.Unknown(201, true, new byte[1]))));
    assertThat(answer(world)).isEqualTo(NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD);
  }

  private static NotifyType answer(World world) {
    assertThat(world.seen).hasSize(1);
    if (MessageCodec.decode(world.seen.getFirst().message()) instanceof Decoded.Ok(IkeMessage m)) {
      return m.first(Payload.Notify.class).orElseThrow().type();
    }
    throw new AssertionError("cannot be read");
  }

  @Test
  void shouldKeepNoMoreHalfOpenThanItMay() {
    right.halfOpenMax = 20;
    right.cookieThreshold = 15;
    World world = new World(left, right);
    for (int stranger = 1; stranger <= 200; stranger++) {
      Forge.deliver(world.right, SOMEBODY, false, goodInit(stranger));
    }
    assertThat(world.right.ikeSas()).hasSize(15);
    world.run(100);
    assertThat(world.seen).hasSize(200); // the others got a cookie
    world.run(31_000);
    assertThat(world.right.ikeSas()).isEmpty();
    assertThat(world.right.store.images()).isEmpty();
  }

  @Test
  void shouldAnswerTheSameFirstRequestWithTheSameOctets() {
    World world = new World(left, right);
    byte[] message = goodInit(0x99);
    for (int copy = 0; copy < 5; copy++) {
      Forge.deliver(world.right, SOMEBODY, false, message);
      world.run(50);
    }
    assertThat(world.right.ikeSas()).hasSize(1);
    assertThat(world.seen).hasSize(5);
    assertThat(world.seen)
        .allSatisfy(each -> assertThat(each.message()).isEqualTo(world.seen.getFirst().message()));
  }
}
