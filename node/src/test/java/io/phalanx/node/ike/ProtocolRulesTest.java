package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.iana.AuthMethod;
import io.phalanx.config.iana.ExchangeType;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.iana.ProtocolId;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.IkeSuite;
import io.phalanx.config.suite.KeyExchangeMethod;
import io.phalanx.config.suite.PseudoRandomFunction;
import io.phalanx.node.ike.crypto.KeyAgreement;
import io.phalanx.node.ike.wire.Decoded;
import io.phalanx.node.ike.wire.IkeHeader;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.Notifies;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Payload.Notify;
import io.phalanx.node.ike.wire.Proposals;
import io.phalanx.node.ike.wire.SkCipher;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.ChildRef;
import io.phalanx.replication.image.SaClusterImage;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Rules of RFC 7296 that no other test shows, each by its section. */
final class ProtocolRulesTest {
  private static final InetSocketAddress SOMEBODY =
      new InetSocketAddress(InetAddress.ofLiteral("203.0.113.9"), 500);
  private static final InetSocketAddress RIGHT = new InetSocketAddress(Configs.RIGHT_ADDRESS, 4500);
  private static final int RESPONDER_SPI = 8;
  private static final int EXCHANGE = 18;
  private static final int FLAGS = 19;
  private static final int FLAG_RESPONSE = 0x20;
  private static final int FIRST_PAYLOAD = 28;

  /** No selector at all: nobody may send that. */
  private static final Payload UNREADABLE = new Payload.Unknown(44, false, new byte[4]);

  private final Configs left = Configs.left();
  private final Configs right = Configs.right();

  private World connected() {
    World world = new World(left, right);
    world.connect();
    world.seen.clear();
    return world;
  }

  /** The initiator's IKE SA; its IKE_AUTH never arrives. */
  private static IkeSaImage halfOpen(World world) {
    world.tamper = message -> is(message, ExchangeType.IKE_AUTH, false) ? new byte[0] : message;
    world.left.step(new Event.Initiate("conn"));
    world.run(300);
    world.seen.clear();
    return world.left.ikeSas().getFirst();
  }

  private static List<Payload> init(IkeSuite offered, KeyExchangeMethod method, int nonceOctets) {
    return new ArrayList<>(
        List.of(
            new Payload.SecurityAssociation(Proposals.ofIke(List.of(offered), new byte[0])),
            new Payload.KeyExchange(
                method.id(), KeyAgreement.generate(method, new SecureRandom()).publicValue()),
            new Payload.Nonce(new byte[nonceOctets])));
  }

  private static byte[] goodInit() {
    return Forge.init(0x1234, init(Configs.GCM_31, KeyExchangeMethod.CURVE25519, 32));
  }

  private static NotifyType onlyAnswer(World world) {
    assertThat(world.seen).hasSize(1);
    if (MessageCodec.decode(world.seen.getFirst().message()) instanceof Decoded.Ok(var message)) {
      return message.first(Notify.class).orElseThrow().type();
    }
    throw new AssertionError("cannot be read");
  }

  private static boolean is(byte[] message, ExchangeType exchange, boolean response) {
    return message[EXCHANGE] == exchange.code()
        && ((message[FLAGS] & FLAG_RESPONSE) != 0) == response;
  }

  /** §1.2, §1.4. */
  @Test
  void shouldTakeNothingButIkeAuthBeforeAuthentication() {
    World world = new World(left, right);
    IkeSaImage initiator = halfOpen(world);
    for (ExchangeType exchange :
        List.of(ExchangeType.CREATE_CHILD_SA, ExchangeType.INFORMATIONAL)) {
      Forge.deliver(
          world.right,
          Forge.request(
              initiator, exchange, 1, init(Configs.GCM_31, KeyExchangeMethod.CURVE25519, 32)));
    }
    IkeHeader header =
        new IkeHeader(
            initiator.localSpi(), initiator.peerSpi(), ExchangeType.IKE_AUTH, true, false, 1);
    Payload proof = new Payload.Authentication(AuthMethod.SHARED_KEY_MIC, new byte[32]);
    Forge.deliver(
        world.right, MessageCodec.encode(new IkeMessage(header, List.of(proof)))); // not protected
    world.run(100);
    assertThat(world.seen).noneMatch(each -> !each.fromLeft());
    assertThat(world.right.established()).isEmpty();
    assertThat(world.right.carried).isEmpty();
  }

  /** §2.18. */
  @Test
  void shouldBeginMessageIdsAnewAfterARekeyOfTheIkeSa() {
    World world = connected();
    assertThat(world.left.only().nextOwnId()).isGreaterThan(0);
    world.left.step(new Event.Rekey(world.left.only().localSpi(), 0));
    world.run(2_000);
    assertThat(world.right.only().nextOwnId()).isZero();
    assertThat(world.left.only().nextPeerId()).isZero();
    // The left one has asked once: with its crash token.
    assertThat(world.left.only().nextOwnId()).isEqualTo(1);
    assertThat(world.right.only().nextPeerId()).isEqualTo(1);
  }

  /** §2.3. */
  @Test
  void shouldAskOneThingAtATime() {
    World world = connected();
    long spi = world.left.only().localSpi();
    world.right.silent = true;
    world.left.step(new Event.Rekey(spi, world.left.onlyChild().saId()));
    world.left.step(new Event.Rekey(spi, 0));
    world.run(400);
    assertThat(world.seen.stream().map(each -> ByteBuffer.wrap(each.message()).getInt(20)))
        .hasSize(1);
    world.right.silent = false;
    world.run(10_000);
    assertThat(world.left.only().localSpi()).isNotEqualTo(spi);
    EstablishTest.assertSameChild(world);
  }

  /** §2.4, §2.21.4. */
  @Test
  void shouldNotMindWhatNobodyVouchesFor() {
    World world = connected();
    IkeSaImage sa = world.left.only();
    for (NotifyType type : List.of(NotifyType.INVALID_IKE_SPI, NotifyType.AUTHENTICATION_FAILED)) {
      for (boolean response : List.of(true, false)) {
        for (boolean toRight : List.of(true, false)) {
          IkeHeader header =
              new IkeHeader(
                  sa.localSpi(),
                  sa.peerSpi(),
                  ExchangeType.INFORMATIONAL,
                  toRight,
                  response,
                  response ? sa.nextOwnId() : sa.nextPeerId());
          byte[] message = MessageCodec.encode(new IkeMessage(header, List.of(Notify.of(type))));
          if (toRight) {
            Forge.deliver(world.right, message);
          } else {
            Forge.deliver(world.left, RIGHT, true, message);
          }
        }
      }
    }
    world.run(1_000);
    assertThat(world.seen).isEmpty();
    EstablishTest.assertSameChild(world);
  }

  /** §2.1, §3.14: a forged message has no effect, the right one with its number still has. */
  @Test
  void shouldTakeTheRightMessageAfterAForgedOne() {
    World world = connected();
    byte[] request = Forge.request(world.left.only(), ExchangeType.INFORMATIONAL, List.of());
    byte[] forged = request.clone();
    forged[forged.length - 1] ^= 1;
    Forge.deliver(world.right, forged);
    world.run(100);
    assertThat(world.seen).isEmpty();
    Forge.deliver(world.right, request);
    world.run(100);
    assertThat(world.seen).hasSize(1);
  }

  /** §2.5, §3.12. */
  @Test
  void shouldTakePayloadsInAnyOrderAndVendorsItDoesNotKnow() {
    World world = new World(left, right);
    List<Payload> payloads =
        new ArrayList<>(init(Configs.GCM_31, KeyExchangeMethod.CURVE25519, 32).reversed());
    payloads.addFirst(new Payload.VendorId(new byte[20]));
    Forge.deliver(world.right, SOMEBODY, false, Forge.init(0x1234, payloads));
    assertThat(world.right.ikeSas()).hasSize(1);
  }

  /** §3.1, §3.2. */
  @Test
  void shouldIgnoreReservedBits() {
    World world = new World(left, right);
    byte[] message = goodInit();
    message[FLAGS] |= 0x07;
    message[FIRST_PAYLOAD + 1] |= 0x7f;
    Forge.deliver(world.right, SOMEBODY, false, message);
    assertThat(world.right.ikeSas()).hasSize(1);
  }

  /** §3.1. */
  @Test
  void shouldRefuseAFirstMessageThatNamesAResponder() {
    World world = new World(left, right);
    byte[] message = goodInit();
    message[RESPONDER_SPI] = 0x5a;
    Forge.deliver(world.right, SOMEBODY, false, message);
    world.run(100);
    assertThat(world.right.ikeSas()).isEmpty();
    assertThat(world.seen).isEmpty();
  }

  /** §2.6. */
  @Test
  void shouldAskForACookieAgainWhereItIsWrong() {
    right.cookieThreshold = 0;
    World world = new World(left, right);
    List<Payload> payloads = init(Configs.GCM_31, KeyExchangeMethod.CURVE25519, 32);
    payloads.addFirst(Notifies.cookie(new byte[24]));
    Forge.deliver(world.right, SOMEBODY, false, Forge.init(0x1234, payloads));
    assertThat(onlyAnswer(world)).isEqualTo(NotifyType.COOKIE);
    assertThat(world.right.ikeSas()).isEmpty();
  }

  /** §2.6.1. */
  @Test
  void shouldFollowACookieAndAnotherGroup() {
    right.cookieThreshold = 0;
    left.ikeSuites = List.of(Configs.GCM_31, Configs.GCM_19);
    right.ikeSuites = List.of(Configs.GCM_19);
    World world = new World(left, right);
    world.connect();
    EstablishTest.assertSameChild(world);
  }

  /** §1.3, §3.4. */
  @Test
  void shouldKeepNothingWhereTheGroupIsAnotherOne() {
    right.ikeSuites = List.of(Configs.GCM_19);
    World world = new World(left, right);
    Forge.deliver(
        world.right,
        SOMEBODY,
        false,
        Forge.init(0x1234, init(Configs.GCM_19, KeyExchangeMethod.CURVE25519, 32)));
    assertThat(onlyAnswer(world)).isEqualTo(NotifyType.INVALID_KE_PAYLOAD);
    assertThat(world.right.ikeSas()).isEmpty();
  }

  /** §2.10. */
  @Test
  void shouldRefuseANonceThatIsTooShortForThePrf() {
    IkeSuite suite =
        new IkeSuite(
            EncryptionAlgorithm.AES_GCM_16,
            256,
            Optional.empty(),
            PseudoRandomFunction.HMAC_SHA2_512,
            KeyExchangeMethod.CURVE25519);
    right.ikeSuites = List.of(suite);
    World world = new World(left, right);
    for (int octets : List.of(16, 31)) {
      Forge.deliver(
          world.right,
          SOMEBODY,
          false,
          Forge.init(octets, init(suite, suite.keyExchange(), octets)));
      assertThat(world.right.ikeSas()).isEmpty();
    }
    Forge.deliver(
        world.right, SOMEBODY, false, Forge.init(32, init(suite, suite.keyExchange(), 32)));
    assertThat(world.right.ikeSas()).hasSize(1);
  }

  /** §1.3.3. */
  @Test
  void shouldNameTheChildThatItRekeysByTheSpiThatItReceivesOn() {
    World world = connected();
    IkeSaImage sa = world.left.only();
    ChildRef child = world.left.onlyChild();
    world.left.step(new Event.Rekey(sa.localSpi(), child.saId()));
    world.run(100);
    byte[] request = world.seen.getFirst().message();
    SkCipher cipher = SkCipher.ofInitiator(sa.suite(), sa.keys());
    assertThat(cipher.decrypt(request))
        .isInstanceOfSatisfying(
            Decoded.Ok.class,
            ok ->
                assertThat(
                        ok.message()
                            .all(Notify.class)
                            .filter(each -> each.type().equals(NotifyType.REKEY_SA))
                            .map(each -> ByteBuffer.wrap(each.spi()).getInt()))
                    .containsExactly(child.inboundSpi()));
  }

  /** §2.9.2. */
  @Test
  void shouldKeepTheSelectorsOverARekey() {
    World world = connected();
    SaClusterImage before = world.right.carried.values().iterator().next();
    world.left.step(new Event.Rekey(world.left.only().localSpi(), world.left.onlyChild().saId()));
    world.run(2_000);
    assertThat(world.right.carried.values())
        .singleElement()
        .satisfies(
            after -> {
              assertThat(after.id()).isNotEqualTo(before.id());
              assertThat(after.localSelectors()).isEqualTo(before.localSelectors());
              assertThat(after.remoteSelectors()).isEqualTo(before.remoteSelectors());
            });
  }

  /** §2.8. */
  @Test
  void shouldReceiveOnTheNewChildBeforeItAnswers() {
    World world = connected();
    List<Integer> carried = new ArrayList<>();
    world.tamper =
        message -> {
          if (is(message, ExchangeType.CREATE_CHILD_SA, true)) {
            carried.add(world.right.carried.size());
          }
          return message;
        };
    world.left.step(new Event.Rekey(world.left.only().localSpi(), world.left.onlyChild().saId()));
    world.run(2_000);
    assertThat(carried).containsExactly(2);
  }

  /** §2.8: the responder goes on to send by the old one. */
  @Test
  void shouldSendOnTheNewChildAtOnceAsInitiatorOnly() {
    World world = connected();
    world.left.step(new Event.Rekey(world.left.only().localSpi(), world.left.onlyChild().saId()));
    world.run(2_000);
    assertThat(world.left.behind).isEmpty();
    assertThat(world.right.behind).containsExactly(world.right.onlyChild().saId());
  }

  /** §3.10.1. */
  @Test
  void shouldIgnoreNotifiesThatItDoesNotKnow() {
    World world = connected();
    IkeSaImage sa = world.left.only();
    Forge.deliver(
        world.right,
        Forge.request(
            sa,
            ExchangeType.INFORMATIONAL,
            List.of(Notify.of(new NotifyType(8200)), Notify.of(new NotifyType(45_000)))));
    world.run(100);
    assertThat(Forge.lastAnswer(world, sa).payloads()).isEmpty();
    EstablishTest.assertSameChild(world);
  }

  /** §3.10.1. */
  @Test
  void shouldTakeAnErrorThatItDoesNotKnowForARefusal() {
    World world = connected();
    IkeSaImage sa = world.left.only();
    ChildRef child = world.left.onlyChild();
    world.right.silent = true;
    world.left.step(new Event.Rekey(sa.localSpi(), child.saId()));
    world.run(50);
    Forge.deliver(
        world.left,
        RIGHT,
        true,
        Forge.message(
            world.right.only(),
            ExchangeType.CREATE_CHILD_SA,
            true,
            sa.nextOwnId(),
            List.of(Notify.of(new NotifyType(8200)))));
    world.run(50);
    assertThat(world.left.onlyChild().saId()).isEqualTo(child.saId());
    assertThat(world.left.store.images().getFirst().requests()).isEmpty();
  }

  /** §2.21.3: an authenticated peer is told what it did wrong. */
  @Test
  void shouldEndAnIkeSaOfWhichItCannotReadARequest() {
    World world = connected();
    IkeSaImage sa = world.left.only();
    Forge.deliver(
        world.right, Forge.request(sa, ExchangeType.CREATE_CHILD_SA, List.of(UNREADABLE)));
    world.run(100);
    assertThat(Forge.lastAnswer(world, sa).first(Notify.class).orElseThrow().type())
        .isEqualTo(NotifyType.INVALID_SYNTAX);
    world.left.startAnew();
    world.seen.clear();
    world.run(60_000);
    assertThat(world.right.ikeSas()).isEmpty();
    assertThat(world.right.store.images()).isEmpty();
    assertThat(world.seen).noneMatch(each -> !each.fromLeft());
  }

  /** §2.21.3: nor does one go on whose request the peer could not read. */
  @Test
  void shouldEndAnIkeSaOfWhichThePeerCannotReadARequest() {
    World world = connected();
    IkeSaImage sa = world.left.only();
    world.tamper = each -> is(each, ExchangeType.CREATE_CHILD_SA, false) ? new byte[0] : each;
    IkeSaImage own = world.right.only();
    world.right.step(new Event.ChildDue(own.localSpi(), own.children().getFirst().saId(), false));
    world.run(200);
    world.seen.clear();
    Forge.deliver(
        world.right,
        Forge.message(
            sa,
            ExchangeType.CREATE_CHILD_SA,
            true,
            own.nextOwnId(),
            List.of(Notify.of(NotifyType.INVALID_SYNTAX))));
    world.run(60_000);
    assertThat(world.right.ikeSas()).isEmpty();
    assertThat(world.right.store.images()).isEmpty();
    assertThat(world.seen).noneMatch(each -> !each.fromLeft());
  }

  /** §2.21.2: a fault in IKE_AUTH ends the attempt, without a Delete. */
  @Test
  void shouldEndAtAFaultInIkeAuth() {
    World world = new World(left, right);
    IkeSaImage initiator = halfOpen(world);
    Forge.deliver(
        world.right, Forge.request(initiator, ExchangeType.IKE_AUTH, 1, List.of(UNREADABLE)));
    world.run(1_000);
    assertThat(Forge.lastAnswer(world, initiator).first(Notify.class).orElseThrow().type())
        .isEqualTo(NotifyType.INVALID_SYNTAX);
    world.left.startAnew();
    world.run(60_000);
    assertThat(world.right.ikeSas()).isEmpty();
    assertThat(world.right.store.images()).isEmpty();
    assertThat(world.seen.stream().filter(each -> !each.fromLeft())).hasSize(1);
  }

  /** §2.21.2: whom the initiator gives up in the middle of IKE_AUTH is gone, and answered. */
  @Test
  void shouldForgetAtOnceWhatTheInitiatorGivesUp() {
    List<Payload> ends =
        List.of(
            Notify.of(NotifyType.AUTHENTICATION_FAILED),
            Notify.of(NotifyType.INVALID_SYNTAX),
            new Payload.Delete(ProtocolId.IKE, List.of()));
    for (Payload end : ends) {
      World world = new World(left, right);
      IkeSaImage initiator = halfOpen(world);
      Forge.deliver(
          world.right, Forge.request(initiator, ExchangeType.INFORMATIONAL, 1, List.of(end)));
      world.run(100);
      assertThat(Forge.lastAnswer(world, initiator).payloads()).isEmpty();
      assertThat(world.right.engine.halfOpen()).isZero();
      assertThat(world.right.ikeSas()).isEmpty();
      assertThat(world.right.store.images()).isEmpty();
    }
  }

  @Test
  void shouldForgetWhatTheInitiatorGivesUpWhereverTheMemberDies() {
    boolean died = true;
    int cut = 0;
    for (; died; cut++) {
      World world = new World(left, right);
      IkeSaImage initiator = halfOpen(world);
      byte[] request =
          Forge.request(
              initiator,
              ExchangeType.INFORMATIONAL,
              1,
              List.of(Notify.of(NotifyType.AUTHENTICATION_FAILED)));
      world.right.effects = 0;
      world.right.diesBefore = cut;
      for (int tries = 0; tries < 3; tries++) {
        Forge.deliver(world.right, request);
        world.run(500);
      }
      assertThat(world.right.ikeSas()).as("cut " + cut).isEmpty();
      assertThat(world.right.store.images()).as("cut " + cut).isEmpty();
      died = world.right.takeovers > 0;
    }
    assertThat(cut).isGreaterThan(3);
  }
}
