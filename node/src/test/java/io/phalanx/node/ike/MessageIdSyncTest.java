package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.iana.ExchangeType;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.iana.ProtocolId;
import io.phalanx.node.ike.wire.Decoded;
import io.phalanx.node.ike.wire.IkeHeader;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.MessageIds;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Payload.Notify;
import io.phalanx.node.ike.wire.SkCipher;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owned;
import io.phalanx.replication.Owner;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.ChildRef;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** RFC 6311: a successor whose image is late, and the peer of somebody else's cluster. */
final class MessageIdSyncTest {
  private static final int NONCE = 0x12345678;

  private final Configs left = Configs.left();
  private final Configs right = Configs.right();

  private World connected() {
    World world = new World(left, right);
    world.connect();
    EstablishTest.assertSameChild(world);
    return world;
  }

  /** Exchanges that the right side's store acknowledges and loses, so that its image is late. */
  private static void loseExchanges(World world, Side side, long millis) {
    side.answer = _ -> Outcome.DONE;
    world.run(millis);
    side.answer = side.store::commit;
  }

  private record Sync(boolean fromLeft, boolean response, MessageIds ids) {}

  /** Messages that synchronise, as they were seen first. */
  private static List<Sync> syncs(World world) {
    IkeSaImage image = world.left.only();
    List<Sync> all = new ArrayList<>();
    for (World.Seen seen : world.seen) {
      IkeHeader head = MessageCodec.header(seen.message()).orElseThrow();
      if (head.messageId() == 0 && head.exchange().equals(ExchangeType.INFORMATIONAL)) {
        SkCipher cipher =
            head.fromInitiator()
                ? SkCipher.ofInitiator(image.suite(), image.keys())
                : SkCipher.ofResponder(image.suite(), image.keys());
        if (cipher.decrypt(seen.message()) instanceof Decoded.Ok(IkeMessage opened)) {
          MessageIds.of(opened)
              .map(ids -> new Sync(seen.fromLeft(), head.response(), ids))
              .filter(sync -> !all.contains(sync))
              .ifPresent(all::add);
        }
      }
    }
    return all;
  }

  private static void assertInStep(World world) {
    world.run(3_000);
    IkeSaImage atLeft = world.left.only();
    IkeSaImage atRight = world.right.only();
    assertThat(atLeft.nextPeerId()).isEqualTo(atRight.nextOwnId());
    assertThat(atRight.nextPeerId()).isEqualTo(atLeft.nextOwnId());
    EstablishTest.assertSameChild(world);
  }

  /** Both sides can still ask, and are answered. */
  private static void assertGoesOn(World world) {
    for (Side side : List.of(world.left, world.right)) {
      ChildRef before = side.onlyChild();
      side.step(new Event.Rekey(side.only().localSpi(), before.saId()));
      world.run(2_000);
      assertThat(side.onlyChild()).isNotEqualTo(before);
    }
    assertInStep(world);
  }

  // IKE_AUTH

  @Test
  void shouldAgreeThatBothCanDoIt() {
    World world = connected();
    assertThat(world.left.only().extensions().syncedIds()).isPresent();
    assertThat(world.right.only().extensions().syncedIds()).isPresent();
    assertThat(world.right.store.images().getFirst().extensions().syncedIds()).isPresent();
  }

  @Test
  void shouldKeepToItAfterARekeyOfTheIkeSa() {
    World world = connected();
    world.left.step(new Event.Rekey(world.left.only().localSpi(), 0));
    world.run(3_000);
    assertThat(world.left.only().extensions().syncedIds()).isPresent();
    assertThat(world.right.only().extensions().syncedIds()).isPresent();
  }

  @Test
  void shouldAnnounceItOnlyToWhoHasAnnouncedIt() {
    IkeSa sa = IkeSa.of(connected().right.only(), new Fence(new Owner(9, 1), 99));
    IkeHeader head = new IkeHeader(1, 2, ExchangeType.IKE_AUTH, true, false, 1);
    for (List<Payload> without :
        List.<List<Payload>>of(
            List.of(),
            List.of(Notify.of(NotifyType.IPSEC_REPLAY_COUNTER_SYNC_SUPPORTED)),
            List.of(Notify.of(NotifyType.IKEV2_MESSAGE_ID_SYNC_SUPPORTED, new byte[1])))) {
      MessageIdSync.note(sa, new IkeMessage(head, without));
      assertThat(sa.extensions.syncedIds()).isEmpty();
      assertThat(MessageIdSync.answer(sa)).isEmpty();
    }
    MessageIdSync.note(sa, new IkeMessage(head, List.of(MessageIdSync.supported())));
    assertThat(MessageIdSync.answer(sa)).hasSize(1);
  }

  // As the cluster

  @Test
  void shouldAskOnceWhereRequestsOfThePeerAreAheadOfTheImage() {
    left.dpd = Duration.ofMillis(100);
    World world = connected();
    loseExchanges(world, world.right, 4_000);
    IkeSaImage late = world.right.store.images().getFirst();
    assertThat(world.left.only().nextOwnId()).isGreaterThan(late.nextPeerId() + 8);
    world.right.takeOver();
    world.run(2_000);
    List<Sync> syncs = syncs(world);
    assertThat(syncs).hasSize(2);
    MessageIds asked = syncs.getFirst().ids();
    MessageIds answered = syncs.getLast().ids();
    assertThat(syncs).extracting(Sync::fromLeft).containsExactly(false, true);
    assertThat(syncs).extracting(Sync::response).containsExactly(false, true);
    assertThat(asked.send()).isEqualTo(late.nextOwnId() + MessageIdSync.SKIP);
    assertThat(asked.receive()).isEqualTo(late.nextPeerId());
    assertThat(answered.nonce()).isEqualTo(asked.nonce());
    assertThat(answered.receive()).isEqualTo(asked.send());
    assertThat(answered.send()).isGreaterThan(late.nextPeerId() + 8);
    assertThat(world.right.takeovers).isEqualTo(1);
    assertThat(world.left.reported("established")).isTrue();
    left.dpd = Duration.ZERO;
    assertGoesOn(world);
  }

  @Test
  void shouldAskWhereThePeerTakesOurRequestsForOldOnes() {
    right.dpd = Duration.ofMillis(100);
    World world = connected();
    loseExchanges(world, world.right, 4_000);
    assertThat(world.right.store.images().getFirst().nextOwnId())
        .isLessThan(world.left.only().nextPeerId());
    world.right.takeOver();
    assertThat(world.runUntil(30_000, () -> world.right.reported("message-ids-synchronized")))
        .isTrue();
    assertThat(syncs(world)).hasSize(2);
    assertGoesOn(world);
  }

  @Test
  void shouldMakeGoodWhatWasUnderWay() {
    right.dpd = Duration.ofMillis(100);
    World world = connected();
    loseExchanges(world, world.right, 2_000);
    right.dpd = Duration.ZERO;
    world.right.takeOver(right.build());
    ChildRef before = world.right.onlyChild();
    world.right.step(new Event.Rekey(world.right.only().localSpi(), before.saId()));
    assertThat(world.runUntil(30_000, () -> world.right.reported("message-ids-synchronized")))
        .isTrue();
    world.run(2_000);
    assertThat(world.right.onlyChild()).isNotEqualTo(before);
    assertInStep(world);
  }

  @Test
  void shouldEndWhereThePeerIsGone() {
    right.dpd = Duration.ofSeconds(1);
    World world = connected();
    world.right.takeOver();
    world.loss = 1;
    assertThat(world.runUntil(60_000, () -> world.right.ikeSas().isEmpty())).isTrue();
  }

  @Test
  void shouldNotAskAPeerThatCannotDoIt() {
    left.dpd = Duration.ofMillis(100);
    World world = connected();
    IkeSaImage image = world.right.only();
    loseExchanges(world, world.right, 4_000);
    world.right.takeOver();
    IkeSaImage without = without(world.right.only());
    world.right.step(new Event.Adopted(new Owned<>(without, new Fence(new Owner(9, 1), 99))));
    world.run(1_000);
    assertThat(syncs(world)).isEmpty();
    assertThat(image.extensions().syncedIds()).isPresent();
  }

  private static IkeSaImage without(IkeSaImage image) {
    IkeSa sa = IkeSa.of(image, new Fence(new Owner(9, 1), 99));
    sa.extensions = sa.extensions.withSyncedIds(Optional.empty());
    return sa.image();
  }

  @Test
  void shouldAskWithTheSameOctetsAfterAnotherDeath() {
    left.dpd = Duration.ofMillis(100);
    World world = connected();
    loseExchanges(world, world.right, 4_000);
    world.right.takeOver();
    IkeSaImage peer = world.left.only();
    world.loss = 1; // its request is in the store, and reaches nobody
    Forge.deliver(
        world.right,
        Forge.request(peer, ExchangeType.INFORMATIONAL, peer.nextOwnId() + 20, List.of()));
    world.run(50);
    assertThat(world.right.reported("message-ids-synchronizing")).isTrue();
    world.loss = 0;
    world.right.takeOver();
    world.run(2_000);
    assertThat(syncs(world).stream().filter(each -> !each.response())).hasSize(1);
    assertGoesOn(world);
  }

  @Test
  void shouldAgreeWhereBothEndsHaveFailedOver() {
    left.dpd = Duration.ofMillis(100);
    right.dpd = Duration.ofMillis(130);
    for (long laterMillis : List.of(0L, 50L, 2_000L)) {
      World world = connected();
      world.left.answer = _ -> Outcome.DONE;
      world.run(laterMillis);
      loseExchanges(world, world.right, 4_000);
      world.left.answer = world.left.store::commit;
      world.loss = 1; // so that neither hears of the other before it asks
      world.left.takeOver();
      world.right.takeOver();
      assertThat(world.runUntil(60_000, () -> bothReported(world, "message-ids-synchronizing")))
          .isTrue();
      world.loss = 0;
      assertThat(world.runUntil(10_000, () -> bothReported(world, "message-ids-synchronized")))
          .isTrue();
      world.run(1_000);
      assertThat(syncs(world))
          .extracting(sync -> sync.fromLeft() + " " + sync.response())
          .containsExactlyInAnyOrder("true false", "false false", "true true", "false true");
      EstablishTest.assertSameChild(world);
      assertGoesOnDespiteProbes(world);
    }
  }

  private static boolean bothReported(World world, String event) {
    return world.left.reported(event) && world.right.reported(event);
  }

  private static void assertGoesOnDespiteProbes(World world) {
    long own = world.left.only().nextOwnId();
    long peers = world.left.only().nextPeerId();
    world.run(2_000);
    assertThat(world.left.only().nextOwnId()).isGreaterThan(own + 5);
    assertThat(world.left.only().nextPeerId()).isGreaterThan(peers + 5);
  }

  // As the peer of a cluster; the left one has asked nothing yet, its next id is 2

  private static IkeMessage ask(World world, MessageIds ids) {
    return ask(world, List.of(ids.toNotify())).orElseThrow();
  }

  private static Optional<IkeMessage> opened(IkeSaImage image, byte[] message) {
    return SkCipher.ofResponder(image.suite(), image.keys()).decrypt(message)
            instanceof Decoded.Ok(IkeMessage whole)
        ? Optional.of(whole)
        : Optional.empty();
  }

  /** What the right side, as the initiator's peer, answers to a request with id 0. */
  private static Optional<IkeMessage> ask(World world, List<Payload> payloads) {
    IkeSaImage image = world.left.only();
    int before = world.seen.size();
    Forge.deliver(
        world.right, Forge.message(image, ExchangeType.INFORMATIONAL, false, 0, payloads));
    world.run(100);
    return world.seen.stream()
        .skip(before)
        .filter(each -> !each.fromLeft())
        .flatMap(each -> opened(image, each.message()).stream())
        .filter(each -> each.header().response() && each.header().messageId() == 0)
        .findFirst();
  }

  @Test
  void shouldAnswerWithTheHigherOfBothNumbers() {
    record Case(long askedSend, long askedReceive, long send, long receive) {}
    for (Case each :
        List.of(
            new Case(2, 0, 0, 2),
            new Case(3, 0, 0, 3),
            new Case(10, 5, 5, 10),
            new Case(0x8000_0000L, 0x8000_0001L, 0x8000_0001L, 0x8000_0000L))) {
      World world = connected();
      IkeMessage answer = ask(world, new MessageIds(NONCE, each.askedSend(), each.askedReceive()));
      assertThat(answer.header().messageId()).isZero();
      assertThat(answer.header().response()).isTrue();
      assertThat(MessageIds.of(answer))
          .contains(new MessageIds(NONCE, each.send(), each.receive()));
      assertThat(world.right.only().nextOwnId()).isEqualTo(each.send());
      assertThat(world.right.only().nextPeerId()).isEqualTo(each.receive());
    }
  }

  @Test
  void shouldNotAnswerWhereItWasNotAgreedOn() {
    World world = connected();
    IkeSaImage without = without(world.right.only());
    world.right.step(new Event.Adopted(new Owned<>(without, new Fence(new Owner(9, 1), 99))));
    assertThat(ask(world, List.of(new MessageIds(NONCE, 6, 0).toNotify())).flatMap(MessageIds::of))
        .isEmpty();
    assertThat(world.right.only().nextPeerId()).isLessThan(6);
  }

  @Test
  void shouldCountARequestThatIsNotAnsweredAsUsed() {
    World world = connected();
    world.loss = 1;
    world.right.step(
        new Event.Rekey(world.right.only().localSpi(), world.right.onlyChild().saId()));
    world.run(100);
    assertThat(world.right.only().nextOwnId()).isEqualTo(1);
    IkeSaImage image = world.left.only();
    IkeMessage answer = ask(world, new MessageIds(NONCE, 9, 0));
    assertThat(MessageIds.of(answer)).contains(new MessageIds(NONCE, 1, 9));
    assertThat(image.nextPeerId()).isZero();
    // What it was for begins anew, with an id that was never used.
    assertThat(world.right.only().requests())
        .singleElement()
        .satisfies(each -> assertThat(each.messageId()).isEqualTo(1));
  }

  @Test
  void shouldDropIdsThatWereSeen() {
    World world = connected();
    assertThat(ask(world, List.of(new MessageIds(NONCE, 1, 7).toNotify()))).isEmpty();
    ask(world, new MessageIds(NONCE, 6, 0));
    for (long seen : List.of(0L, 2L, 5L, 6L)) {
      assertThat(ask(world, List.of(new MessageIds(NONCE + 1, seen, 9).toNotify()))).isEmpty();
    }
    assertThat(world.right.only().nextPeerId()).isEqualTo(6);
    assertThat(world.right.only().nextOwnId()).isZero();
    ask(world, new MessageIds(NONCE + 2, 7, 0));
    assertThat(world.right.only().nextPeerId()).isEqualTo(7);
  }

  @Test
  void shouldAnswerTheSameRequestWithTheSameOctetsAlsoAfterATakeOver() {
    World world = connected();
    IkeSaImage image = world.left.only();
    byte[] request =
        Forge.message(
            image,
            ExchangeType.INFORMATIONAL,
            false,
            0,
            List.of(new MessageIds(NONCE, 6, 3).toNotify()));
    int before = world.seen.size();
    Forge.deliver(world.right, request);
    world.run(100);
    Forge.deliver(world.right, request);
    world.right.takeOver();
    world.run(100);
    Forge.deliver(world.right, request);
    world.run(100);
    List<byte[]> answers =
        world.seen.stream()
            .skip(before)
            .filter(each -> !each.fromLeft())
            .map(World.Seen::message)
            .toList();
    assertThat(answers).hasSize(3);
    assertThat(answers.get(1)).isEqualTo(answers.get(0));
    assertThat(answers.get(2)).isEqualTo(answers.get(0));
    assertThat(world.right.only().nextOwnId()).isEqualTo(3);
  }

  @Test
  void shouldNotAnswerTheSameRequestOnceThePeerHasGoneOn() {
    World world = connected();
    IkeSaImage image = world.left.only();
    byte[] request =
        Forge.message(
            image,
            ExchangeType.INFORMATIONAL,
            false,
            0,
            List.of(new MessageIds(NONCE, 6, 3).toNotify()));
    Forge.deliver(world.right, request);
    Forge.deliver(world.right, Forge.request(image, ExchangeType.INFORMATIONAL, 6, List.of()));
    world.run(100);
    assertThat(world.right.only().nextPeerId()).isEqualTo(7);
    int before = world.seen.size();
    Forge.deliver(world.right, request);
    world.run(100);
    assertThat(world.seen).hasSize(before);
    assertThat(world.right.only().nextPeerId()).isEqualTo(7);
    assertThat(world.right.only().nextOwnId()).isEqualTo(3);
  }

  @Test
  void shouldDropWhatIsBelowTheNumbersAgreedOn() {
    World world = connected();
    IkeSaImage image = world.left.only();
    ask(world, new MessageIds(NONCE, 6, 0));
    int before = world.seen.size();
    for (long id : List.of(1L, 2L, 5L)) {
      Forge.deliver(world.right, Forge.request(image, ExchangeType.INFORMATIONAL, id, List.of()));
    }
    world.run(100);
    assertThat(world.seen).hasSize(before);
    Forge.deliver(world.right, Forge.request(image, ExchangeType.INFORMATIONAL, 6, List.of()));
    world.run(100);
    assertThat(world.seen).hasSize(before + 1);
  }

  @Test
  void shouldDropWhatIsMalformedOrNearTheEndOfTheIds() {
    World world = connected();
    Notify good = new MessageIds(NONCE, 6, 6).toNotify();
    byte[] longer = Arrays.copyOf(good.data(), 13);
    byte[] shorter = Arrays.copyOf(good.data(), 8);
    List<List<Payload>> bad =
        List.of(
            List.of(), // an old id and nothing else
            List.of(Notify.of(NotifyType.IKEV2_MESSAGE_ID_SYNC, longer)),
            List.of(Notify.of(NotifyType.IKEV2_MESSAGE_ID_SYNC, shorter)),
            List.of(Notify.of(NotifyType.IKEV2_MESSAGE_ID_SYNC)),
            List.of(
                new Notify(
                    ProtocolId.ESP, new byte[4], NotifyType.IKEV2_MESSAGE_ID_SYNC, good.data())),
            List.of(good, good),
            List.of(good, Notify.of(NotifyType.INITIAL_CONTACT)),
            List.of(new MessageIds(NONCE, 0xffff_ffffL, 6).toNotify()),
            List.of(new MessageIds(NONCE, 6, 0xffff_ffffL).toNotify()));
    for (List<Payload> payloads : bad) {
      assertThat(ask(world, payloads)).as("%s", payloads).isEmpty();
    }
    assertThat(world.right.only().nextOwnId()).isZero();
    assertThat(world.right.only().nextPeerId()).isEqualTo(2);
    ask(world, List.of(good));
    assertThat(world.right.only().nextPeerId()).isEqualTo(6);
  }

  @Test
  void shouldNotTakeItInFragments() {
    World world = connected();
    IkeSaImage image = world.left.only();
    IkeHeader header =
        new IkeHeader(
            image.localSpi(), image.peerSpi(), ExchangeType.INFORMATIONAL, true, false, 0);
    List<byte[]> fragments =
        SkCipher.ofInitiator(image.suite(), image.keys())
            .encrypt(
                header,
                List.of(new MessageIds(NONCE, 6, 6).toNotify()),
                76,
                Forge.NONCES,
                new SecureRandom());
    assertThat(fragments).hasSize(2);
    int before = world.seen.size();
    fragments.forEach(each -> Forge.deliver(world.right, each));
    world.run(100);
    assertThat(world.seen).hasSize(before);
    assertThat(world.right.only().nextOwnId()).isZero();
    assertThat(world.right.only().nextPeerId()).isEqualTo(2);
  }

  @Test
  void shouldDropAnAnswerWithAnotherNonceOrLowerNumbers() {
    left.dpd = Duration.ofMillis(100);
    World world = connected();
    loseExchanges(world, world.right, 4_000);
    IkeSaImage peer = world.left.only();
    world.right.takeOver();
    world.left.silent = true;
    Forge.deliver(
        world.right,
        Forge.request(peer, ExchangeType.INFORMATIONAL, peer.nextOwnId() + 20, List.of()));
    world.run(200);
    MessageIds asked = syncs(world).getLast().ids();
    for (MessageIds wrong :
        List.of(
            new MessageIds(asked.nonce() + 1, asked.receive(), asked.send()),
            new MessageIds(asked.nonce(), asked.receive() - 1, asked.send()),
            new MessageIds(asked.nonce(), asked.receive(), asked.send() - 1),
            new MessageIds(asked.nonce(), 0xffff_ffffL, asked.send()))) {
      answer(world, peer, wrong);
      assertThat(world.right.reported("message-ids-synchronized")).as("%s", wrong).isFalse();
    }
    answer(world, peer, new MessageIds(asked.nonce(), 90, asked.send() + 1));
    assertThat(world.right.reported("message-ids-synchronized")).isTrue();
    assertThat(world.right.only().nextPeerId()).isEqualTo(90);
    answer(world, peer, new MessageIds(asked.nonce(), 95, asked.send() + 9)); // once only
    assertThat(world.right.only().nextPeerId()).isEqualTo(90);
  }

  private static void answer(World world, IkeSaImage peer, MessageIds ids) {
    Forge.deliver(
        world.right,
        Forge.message(peer, ExchangeType.INFORMATIONAL, true, 0, List.of(ids.toNotify())));
    world.run(50);
  }

  @Test
  void shouldNotBeMovedByWhatNobodyVouchesFor() {
    left.dpd = Duration.ofMillis(100);
    World world = connected();
    IkeSaImage peer = world.left.only();
    loseExchanges(world, world.right, 4_000);
    world.loss = 1;
    world.run(100);
    world.right.takeOver();
    byte[] forged =
        Forge.request(peer, ExchangeType.INFORMATIONAL, peer.nextOwnId() + 200, List.of());
    forged[forged.length - 1] ^= 1;
    Forge.deliver(world.right, forged);
    world.run(200);
    assertThat(syncs(world)).isEmpty();
  }
}
