package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.iana.ExchangeType;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.iana.ProtocolId;
import io.phalanx.config.net.IpPrefix;
import io.phalanx.config.net.TrafficSelector;
import io.phalanx.config.suite.KeyExchangeMethod;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.Notifies;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Proposals;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.ChildRef;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** CREATE_CHILD_SA and INFORMATIONAL between two engines (RFC 7296 §1.3, §1.4). */
final class ChildAndDeleteTest {
  private static final List<TrafficSelector> ANY =
      List.of(TrafficSelector.of(IpPrefix.parse("0.0.0.0/0")));

  private final Configs left = Configs.left();
  private final Configs right = Configs.right();

  private World connected() {
    World world = new World(left, right);
    world.connect();
    return world;
  }

  private static void rekeyChild(World world, Side side) {
    ChildRef before = side.onlyChild();
    side.step(new Event.Rekey(side.only().localSpi(), before.saId()));
    world.run(2_000);
    assertThat(side.onlyChild()).isNotEqualTo(before);
    EstablishTest.assertSameChild(world);
  }

  private static void rekeyIke(World world, Side side) {
    IkeSaImage before = side.only();
    side.step(new Event.Rekey(before.localSpi(), 0));
    world.run(2_000);
    assertThat(side.only().localSpi()).isNotEqualTo(before.localSpi());
    assertThat(side.only().sessionId()).isEqualTo(before.sessionId());
    assertThat(side.only().children()).isEqualTo(before.children());
    EstablishTest.assertSameChild(world);
    world.run(120_000);
    assertThat(world.left.store.images()).hasSize(1);
    assertThat(world.right.store.images()).hasSize(1);
  }

  @Test
  void shouldRekeyAChildFromEitherSide() {
    World world = connected();
    rekeyChild(world, world.left);
    rekeyChild(world, world.right);
    rekeyChild(world, world.left);
  }

  @Test
  void shouldRekeyAChildWithPerfectForwardSecrecy() {
    left.espSuites = List.of(Configs.esp(Optional.of(KeyExchangeMethod.ECP_256)));
    right.espSuites = left.espSuites;
    World world = connected();
    rekeyChild(world, world.left);
    rekeyChild(world, world.right);
  }

  @Test
  void shouldRekeyAChildWithTheGroupThatThePeerWants() {
    left.espSuites =
        List.of(
            Configs.esp(Optional.of(KeyExchangeMethod.ECP_256)),
            Configs.esp(Optional.of(KeyExchangeMethod.CURVE25519)));
    right.espSuites = List.of(Configs.esp(Optional.of(KeyExchangeMethod.CURVE25519)));
    World world = connected();
    rekeyChild(world, world.left);
  }

  @Test
  void shouldRekeyTheIkeSaFromEitherSide() {
    World world = connected();
    rekeyIke(world, world.left);
    rekeyIke(world, world.right);
    rekeyChild(world, world.left);
    rekeyIke(world, world.right);
    rekeyChild(world, world.right);
  }

  @Test
  void shouldRekeyByTime() {
    left.childRekey = Duration.ofMinutes(10);
    right.ikeRekey = Duration.ofMinutes(35);
    World world = connected();
    ChildRef child = world.left.onlyChild();
    long spi = world.right.only().localSpi();
    world.run(Duration.ofMinutes(60).toMillis());
    assertThat(world.left.onlyChild()).isNotEqualTo(child);
    assertThat(world.right.only().localSpi()).isNotEqualTo(spi);
    EstablishTest.assertSameChild(world);
  }

  @Test
  void shouldRekeyWhenThePacketPathSaysSo() {
    World world = connected();
    ChildRef before = world.right.onlyChild();
    world.right.step(new Event.ChildDue(world.right.only().localSpi(), before.saId(), false));
    world.run(1_000);
    assertThat(world.right.onlyChild()).isNotEqualTo(before);
    EstablishTest.assertSameChild(world);
  }

  @Test
  void shouldResolveSimultaneousRekeysOfAChild() {
    for (int round = 0; round < 12; round++) {
      World world = new World(left, Credentials.NONE, right, Credentials.NONE, round);
      world.delayMillisMax = round % 3 == 0 ? 1 : 400;
      world.connect();
      world.run(3_000);
      ChildRef before = world.left.onlyChild();
      world.left.step(new Event.Rekey(world.left.only().localSpi(), before.saId()));
      world.right.step(
          new Event.Rekey(world.right.only().localSpi(), world.right.onlyChild().saId()));
      world.run(20_000);
      assertThat(world.left.onlyChild()).isNotEqualTo(before);
      EstablishTest.assertSameChild(world);
    }
  }

  @Test
  void shouldResolveSimultaneousRekeysOfTheIkeSa() {
    for (int round = 0; round < 12; round++) {
      World world = new World(left, Credentials.NONE, right, Credentials.NONE, round);
      world.delayMillisMax = round % 3 == 0 ? 1 : 400;
      world.connect();
      world.run(3_000);
      long before = world.left.only().localSpi();
      world.left.step(new Event.Rekey(before, 0));
      world.right.step(new Event.Rekey(world.right.only().localSpi(), 0));
      world.run(200_000);
      assertThat(world.left.only().localSpi()).isNotEqualTo(before);
      EstablishTest.assertSameChild(world);
      assertThat(world.left.store.images()).hasSize(1);
      assertThat(world.right.store.images()).hasSize(1);
    }
  }

  @Test
  void shouldTakeARekeyOfAChildDuringARekeyOfTheIkeSaLater() {
    for (int round = 0; round < 6; round++) {
      World world = new World(left, Credentials.NONE, right, Credentials.NONE, round);
      world.delayMillisMax = 300;
      world.connect();
      world.run(3_000);
      ChildRef before = world.right.onlyChild();
      world.left.step(new Event.Rekey(world.left.only().localSpi(), 0));
      world.right.step(new Event.Rekey(world.right.only().localSpi(), before.saId()));
      world.run(120_000);
      EstablishTest.assertSameChild(world);
      assertThat(world.left.store.images()).hasSize(1);
    }
  }

  /** Who has not got the answer yet would say that it knows of no such IKE SA (RFC 6290). */
  @Test
  void shouldAskNothingByAnIkeSaThatThePeerMayNotHaveYet() {
    World world = connected();
    Side responder = world.right;
    ChildRef before = responder.onlyChild();
    world.left.step(new Event.Rekey(world.left.only().localSpi(), 0));
    world.left.silent = true; // the answer does not arrive
    assertThat(world.runUntil(200, () -> responder.reported("rekeyed"))).isTrue();
    responder.step(new Event.Rekey(responder.only().localSpi(), before.saId()));
    int seen = world.seen.size();
    world.run(500);
    assertThat(world.seen.subList(seen, world.seen.size()))
        .filteredOn(each -> !each.fromLeft())
        .allMatch(each -> MessageCodec.header(each.message()).orElseThrow().response());
    world.left.silent = false;
    world.run(20_000);
    assertThat(responder.onlyChild()).isNotEqualTo(before);
    EstablishTest.assertSameChild(world);
  }

  @Test
  void shouldRekeyAlsoWhereThereIsNoRoomForMore() {
    left.children = IntStream.range(0, ChildSas.COUNT_MAX).mapToObj(i -> "net" + i).toList();
    right.children = left.children;
    World world = connected();
    world.run(30_000);
    List<ChildRef> before = world.right.only().children();
    assertThat(before).hasSize(ChildSas.COUNT_MAX);
    world.left.step(
        new Event.Rekey(
            world.left.only().localSpi(), world.left.only().children().getFirst().saId()));
    world.run(5_000);
    assertThat(world.right.reported("child-rekeyed")).isTrue();
    assertThat(world.right.only().children()).hasSize(ChildSas.COUNT_MAX).isNotEqualTo(before);
  }

  @Test
  void shouldCloseFromEitherSide() {
    for (boolean fromLeft : List.of(true, false)) {
      World world = connected();
      Side side = fromLeft ? world.left : world.right;
      side.step(new Event.Terminate(side.only().localSpi()));
      world.run(1_000);
      assertThat(side.ikeSas()).isEmpty();
      world.run(15_000);
      for (Side each : List.of(world.left, world.right)) {
        assertThat(each.ikeSas()).isEmpty();
        assertThat(each.store.images()).isEmpty();
        assertThat(each.carried).isEmpty();
        assertThat(each.store.children()).isEmpty();
      }
    }
  }

  @Test
  void shouldDeleteAChildThatThePeerDeletes() {
    World world = connected();
    IkeSaImage initiator = world.left.only();
    ChildRef theirs = world.right.onlyChild();
    Forge.deliver(
        world.right,
        Forge.request(
            initiator,
            ExchangeType.INFORMATIONAL,
            List.of(
                new Payload.Delete(
                    ProtocolId.ESP,
                    List.of(Notifies.spiOf(world.left.onlyChild().inboundSpi()))))));
    world.run(100);
    assertThat(world.right.only().children()).isEmpty();
    assertThat(world.right.carried).isEmpty();
    assertThat(Forge.lastAnswer(world, initiator).first(Payload.Delete.class).orElseThrow().spis())
        .containsExactly(Notifies.spiOf(theirs.inboundSpi()));
  }

  @Test
  void shouldDeleteAChildThatIsUsedUpAndMayNotBeRekeyed() {
    left.espSuites = List.of(Configs.esp(Optional.of(KeyExchangeMethod.ECP_256)));
    right.espSuites = List.of(Configs.esp(Optional.of(KeyExchangeMethod.ECP_384)));
    World world = connected(); // in IKE_AUTH groups do not matter
    ChildRef child = world.left.onlyChild();
    world.left.step(new Event.ChildDue(world.left.only().localSpi(), child.saId(), true));
    world.run(5_000);
    assertThat(world.left.only().children()).isEmpty();
    assertThat(world.right.only().children()).isEmpty();
    assertThat(world.right.carried).isEmpty();
  }

  @Test
  void shouldDropWhatIsLeftOfAPeerThatBeginsAnew() {
    World world = connected();
    long old = world.right.only().localSpi();
    world.left.startAnew();
    world.tamper =
        message ->
            MessageCodec.header(message).orElseThrow().exchange().equals(ExchangeType.IKE_AUTH)
                    && !MessageCodec.header(message).orElseThrow().response()
                ? Forge.with(
                    world.left.ikeSas().getFirst(),
                    message,
                    Payload.Notify.of(NotifyType.INITIAL_CONTACT))
                : message;
    world.connect();
    assertThat(world.right.only().localSpi()).isNotEqualTo(old);
    assertThat(world.right.store.has(old)).isFalse();
    EstablishTest.assertSameChild(world);
    assertThat(world.right.begunAnew)
        .as("what other members are told")
        .containsExactly(
            new FirstContact("conn", Configs.LEFT, "", world.right.only().sessionId()));
  }

  @Test
  void shouldDropWhatIsLeftOfAPeerThatBeganAnewAtAnotherMember() {
    World world = connected();
    IkeSaImage old = world.right.only();
    world.right.step(
        new Event.PeerBeganAnew(new FirstContact("conn", Configs.LEFT, "", old.sessionId())));
    world.right.step(
        new Event.PeerBeganAnew(new FirstContact("conn", Configs.RIGHT, "", old.sessionId() + 1)));
    world.run(1_000);
    assertThat(world.right.only().localSpi())
        .as("itself, or another peer's")
        .isEqualTo(old.localSpi());
    world.right.step(
        new Event.PeerBeganAnew(new FirstContact("conn", Configs.LEFT, "", old.sessionId() + 1)));
    world.run(1_000);
    assertThat(world.right.ikeSas()).isEmpty();
    assertThat(world.right.carried).isEmpty();
    assertThat(world.right.store.images()).isEmpty();
  }

  @Test
  void shouldRefuseAnUnknownCriticalPayload() {
    World world = connected();
    IkeSaImage initiator = world.left.only();
    Forge.deliver(
        world.right,
        Forge.request(
            initiator,
            ExchangeType.INFORMATIONAL,
            List.of(new Payload.Unknown(200, true, new byte[3]))));
    world.run(100);
    Payload.Notify refused =
        Forge.lastAnswer(world, initiator).first(Payload.Notify.class).orElseThrow();
    assertThat(refused.type()).isEqualTo(NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD);
    assertThat(world.right.established()).hasSize(1);
  }

  @Test
  void shouldSayThatAChildIsNotFound() {
    World world = connected();
    IkeSaImage initiator = world.left.only();
    world.right.step(new Event.Lost(0));
    Forge.deliver(
        world.right,
        Forge.request(
            initiator,
            ExchangeType.CREATE_CHILD_SA,
            List.of(
                Notifies.rekeySa(0x7777),
                new Payload.SecurityAssociation(
                    Proposals.ofEsp(List.of(Configs.ESP), 0x7778, true)),
                new Payload.Nonce(new byte[32]),
                new Payload.TrafficSelectors(true, ANY),
                new Payload.TrafficSelectors(false, ANY))));
    world.run(100);
    Payload.Notify refused =
        Forge.lastAnswer(world, initiator).first(Payload.Notify.class).orElseThrow();
    assertThat(refused.type()).isEqualTo(NotifyType.CHILD_SA_NOT_FOUND);
    assertThat(refused.protocol()).isEqualTo(ProtocolId.ESP);
    assertThat(refused.spi()).isEqualTo(Notifies.spiOf(0x7777));
  }
}
