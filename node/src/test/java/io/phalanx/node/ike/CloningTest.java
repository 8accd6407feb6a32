package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.GatewayConfig.Pool;
import io.phalanx.config.iana.ExchangeType;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.net.IpPrefix;
import io.phalanx.datapath.PeerPath;
import io.phalanx.node.ike.wire.Decoded;
import io.phalanx.node.ike.wire.IkeHeader;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Payload.Notify;
import io.phalanx.node.ike.wire.SkCipher;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Owner;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.Account;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Further IKE SAs beside the first, by RFC 7791 and by the draft before it. */
final class CloningTest {
  private static final int KEEP_OLD_IKE_SA = 40_999;
  private static final InetAddress LEFT_OTHER = InetAddress.ofLiteral("192.0.2.77");
  private static final NotifyType KEEP_OLD = new NotifyType(KEEP_OLD_IKE_SA);

  private final Configs left = Configs.left();
  private final Configs right = Configs.right();

  private World connected() {
    World world = new World(left, right);
    world.connect();
    world.seen.clear();
    return world;
  }

  private static IkeSaImage first(Side side) {
    return side.established().stream()
        .filter(each -> !each.extensions().cloned())
        .findFirst()
        .orElseThrow();
  }

  private static IkeSaImage clone(Side side) {
    List<IkeSaImage> clones =
        side.established().stream().filter(each -> each.extensions().cloned()).toList();
    assertThat(clones).as(side.reports.toString()).hasSize(1);
    return clones.getFirst();
  }

  private static void cloneFrom(World world, Side side) {
    side.step(new Event.CloneIke(first(side).localSpi()));
    world.run(3_000);
  }

  /** The payloads of the messages of one exchange on the first IKE SA. */
  private static List<IkeMessage> createChildSa(World world, IkeSaImage initiator) {
    return world.seen.stream()
        .filter(each -> header(each).exchange().equals(ExchangeType.CREATE_CHILD_SA))
        .filter(each -> header(each).initiatorSpi() == initiator.localSpi())
        .map(each -> opened(each, initiator))
        .toList();
  }

  private static IkeHeader header(World.Seen seen) {
    return MessageCodec.header(seen.message()).orElseThrow();
  }

  private static IkeMessage opened(World.Seen seen, IkeSaImage initiator) {
    SkCipher cipher =
        seen.fromLeft()
            ? SkCipher.ofInitiator(initiator.suite(), initiator.keys())
            : SkCipher.ofResponder(initiator.suite(), initiator.keys());
    if (cipher.decrypt(seen.message()) instanceof Decoded.Ok(IkeMessage message)) {
      return message;
    }
    throw new AssertionError("cannot be opened");
  }

  private static String text(Payload payload) {
    return payload instanceof Notify notify
        ? "N(" + notify.type().code() + ")" + HexFormat.of().formatHex(notify.data())
        : payload.getClass().getSimpleName();
  }

  private static void assertBothKept(World world) {
    for (Side side : List.of(world.left, world.right)) {
      assertThat(side.established()).as(side.reports.toString()).hasSize(2);
      assertThat(first(side).children()).hasSize(1);
      assertThat(clone(side).children()).isEmpty();
      assertThat(clone(side).sessionId()).isEqualTo(first(side).sessionId());
      assertThat(side.store.images()).hasSize(2);
      assertThat(side.carried).hasSize(1);
    }
    assertThat(clone(world.left).localSpi()).isEqualTo(clone(world.right).peerSpi());
  }

  @Test
  void shouldAgreeOnItInIkeAuth() {
    World world = connected();
    assertThat(world.left.only().extensions().clones()).isTrue();
    assertThat(world.right.only().extensions().clones()).isTrue();
  }

  @Test
  void shouldAnnounceItOnlyToWhoHasAnnouncedIt() {
    IkeSa sa = IkeSa.of(connected().right.only(), new Fence(new Owner(9, 1), 99));
    sa.extensions = sa.extensions.withClones(false);
    IkeHeader head = new IkeHeader(1, 2, ExchangeType.IKE_AUTH, true, false, 1);
    Cloning.note(sa, new IkeMessage(head, List.of(Notify.of(NotifyType.CLONE_IKE_SA))));
    assertThat(Cloning.answer(sa)).isEmpty();
    Cloning.note(sa, new IkeMessage(head, List.of(Cloning.supported())));
    assertThat(Cloning.answer(sa)).hasSize(1);
  }

  @Test
  void shouldMakeAnotherIkeSaFromEitherSide() {
    for (boolean fromLeft : List.of(true, false)) {
      World world = connected();
      Side side = fromLeft ? world.left : world.right;
      cloneFrom(world, side);
      assertBothKept(world);
      world.run(120_000);
      assertBothKept(world);
    }
  }

  /** RFC 7791 §5.2: the notification before the SA payload, both ways. */
  @Test
  void shouldSayWhatItIsAbout() {
    World world = connected();
    IkeSaImage initiator = world.left.only();
    cloneFrom(world, world.left);
    assertThat(createChildSa(world, initiator))
        .hasSize(2)
        .allSatisfy(
            message -> {
              assertThat(text(message.payloads().getFirst())).isEqualTo("N(16433)");
              assertThat(message.payloads().get(1)).isInstanceOf(Payload.SecurityAssociation.class);
            });
  }

  /** The draft's annex B: VPN_0, another IKE SA, VPN_1 on it, and VPN_1 on its way elsewhere. */
  @Test
  void shouldCarryAChildOfItsOwnOnAPathOfItsOwn() {
    left.listen = List.of(Configs.LEFT_ADDRESS, LEFT_OTHER);
    World world = connected();
    cloneFrom(world, world.left);
    world.left.step(new Event.NewChild(clone(world.left).localSpi(), "net"));
    world.run(3_000);
    for (Side side : List.of(world.left, world.right)) {
      assertThat(first(side).children()).hasSize(1);
      assertThat(clone(side).children()).hasSize(1);
      assertThat(side.carried).hasSize(2);
    }
    InetSocketAddress before = first(world.right).peer();
    world.left.step(
        new Event.Migrate(clone(world.left).localSpi(), new PeerPath(clone(world.left).peer(), 1)));
    world.run(5_000);
    assertThat(clone(world.right).peer().getAddress()).isEqualTo(LEFT_OTHER);
    assertThat(first(world.right).peer()).isEqualTo(before);
    assertThat(world.right.store.pathOf(clone(world.right).children().getFirst().saId()).peer())
        .isEqualTo(clone(world.right).peer());
    assertThat(world.right.store.pathOf(first(world.right).children().getFirst().saId()).peer())
        .isEqualTo(before);
  }

  @Test
  void shouldShareTheAddressesOfTheSessionAndLeaveThemWhenOneEnds() {
    left.local = List.of();
    left.requestAddresses = List.of(4);
    right.remote = List.of();
    right.pools = List.of(new Pool("road", List.of(IpPrefix.parse("10.77.0.0/24")), List.of()));
    List<InetAddress> leased = List.of(InetAddress.ofLiteral("10.77.0.9"));
    World world = new World(left, right);
    world.right.pool = _ -> leased;
    world.connect();
    cloneFrom(world, world.left);
    world.left.step(new Event.NewChild(clone(world.left).localSpi(), "net"));
    world.run(3_000);
    assertThat(clone(world.right).virtualAddresses()).isEqualTo(leased);
    assertThat(clone(world.left).ownAddresses()).isEqualTo(leased);
    assertThat(world.right.carried.values())
        .hasSize(2)
        .allSatisfy(
            child ->
                assertThat(child.remoteSelectors().getFirst().start())
                    .isEqualTo(leased.getFirst()));
    world.left.step(new Event.Terminate(first(world.left).localSpi()));
    world.run(20_000);
    assertThat(clone(world.right).children()).hasSize(1);
    assertThat(world.right.released).as("the clone still has them").isEmpty();
  }

  @Test
  void shouldLiveOnWithoutTheFirst() {
    World world = connected();
    cloneFrom(world, world.left);
    world.left.step(new Event.NewChild(clone(world.left).localSpi(), "net"));
    world.run(3_000);
    world.left.step(new Event.Terminate(first(world.left).localSpi()));
    world.run(20_000);
    EstablishTest.assertSameChild(world);
    assertThat(world.left.only().extensions().cloned()).isTrue();
  }

  @Test
  void shouldRekeyACloneLikeAnyOther() {
    World world = connected();
    cloneFrom(world, world.left);
    long before = clone(world.left).localSpi();
    world.right.step(new Event.Rekey(clone(world.right).localSpi(), 0));
    world.run(30_000);
    assertThat(clone(world.left).localSpi()).isNotEqualTo(before);
    assertBothKept(world);
  }

  @Test
  void shouldMakeTheSameAtASuccessorWhereverTheMemberDies() {
    for (boolean responder : List.of(false, true)) {
      for (int death = 0; death < 12; death++) {
        World world = connected();
        Side dying = responder ? world.right : world.left;
        dying.effects = 0;
        dying.diesBefore = death;
        cloneFrom(world, world.left);
        world.run(60_000);
        String what = "responder " + responder + ", death " + death;
        for (Side side : List.of(world.left, world.right)) {
          assertThat(first(side).children()).as(what).hasSize(1);
        }
        // What an operator wants is lost with the member before it is in the store.
        assertThat(world.left.established()).as(what).hasSize(!responder && death == 0 ? 1 : 2);
        assertThat(world.right.established().stream().map(IkeSaImage::peerSpi))
            .as(what)
            .containsExactlyInAnyOrderElementsOf(
                world.left.established().stream().map(IkeSaImage::localSpi).toList());
      }
    }
  }

  @Test
  void shouldNotMakeMoreThanAFamily() {
    World world = connected();
    for (int i = 0; i < Cloning.FAMILY_MAX + 2; i++) {
      cloneFrom(world, world.left);
    }
    assertThat(world.left.established()).hasSize(Cloning.FAMILY_MAX + 1);
    byte[] request = cloneRequest(world);
    Forge.deliver(world.right, request);
    world.run(1_000);
    assertThat(Forge.lastAnswer(world, first(world.left)).has(NotifyType.NO_ADDITIONAL_SAS))
        .isTrue();
    assertThat(world.right.established()).hasSize(Cloning.FAMILY_MAX + 1);
  }

  /** One that our initiator would not send any more. */
  private static byte[] cloneRequest(World world) {
    IkeSaImage initiator = first(world.left);
    IkeMessage before = createChildSa(world, initiator).getFirst();
    return Forge.request(initiator, ExchangeType.CREATE_CHILD_SA, before.payloads());
  }

  @Test
  void shouldMakeNoneOfASessionThatIsAccountedFor() {
    World world = connected();
    Account running = new Account(Account.Stage.RUNNING, true, 0, 0, 0, 0);
    world.right.store.edit(
        world.right.only().localSpi(), sa -> sa.grants = sa.grants.with(running));
    world.right.takeOver();
    cloneFrom(world, world.left);
    assertThat(world.left.reports)
        .anyMatch(each -> each.event().equals("clone-failed") && each.detail().equals("notify 35"));
    EstablishTest.assertSameChild(world);
  }

  @Test
  void shouldTakeCloningOutsideOfARekeyForNothing() {
    World world = connected();
    Forge.deliver(
        world.right,
        Forge.request(
            world.left.only(),
            ExchangeType.INFORMATIONAL,
            List.of(Notify.of(NotifyType.CLONE_IKE_SA))));
    world.run(1_000);
    assertThat(world.right.established()).hasSize(1);
  }

  // KEEP_OLD_IKE_SA

  /** An end that does not know of RFC 7791. */
  private static void forgetRfc7791(World world) {
    for (Side side : List.of(world.left, world.right)) {
      long spi = side.only().localSpi();
      side.store.edit(spi, sa -> sa.extensions = sa.extensions.withClones(false));
      side.takeOver();
    }
  }

  @Test
  void shouldKeepTheOldOneByTheDraftWhereThePeerKnowsNoRfc7791() {
    left.keepOldIkeSa = KEEP_OLD_IKE_SA;
    right.keepOldIkeSa = KEEP_OLD_IKE_SA;
    World world = connected();
    forgetRfc7791(world);
    IkeSaImage initiator = world.left.only();
    cloneFrom(world, world.left);
    assertBothKept(world);
    assertThat(createChildSa(world, initiator).stream().map(each -> each.payloads().getFirst()))
        .extracting(CloningTest::text)
        .containsExactly("N(40999)80000000", "N(40999)00000000");
  }

  @Test
  void shouldRekeyWhereThePeerKnowsNeither() {
    left.keepOldIkeSa = KEEP_OLD_IKE_SA;
    World world = connected();
    forgetRfc7791(world);
    long before = world.left.only().localSpi();
    cloneFrom(world, world.left);
    world.run(5_000);
    assertThat(world.left.only().localSpi()).isNotEqualTo(before);
    EstablishTest.assertSameChild(world);
  }

  @Test
  void shouldSayThatTheOldOneIsNotKeptWhereItIsOfNoUse() {
    right.keepOldIkeSa = KEEP_OLD_IKE_SA;
    World world = connected();
    IkeSaImage initiator = world.left.only();
    cloneFrom(world, world.left);
    List<Payload> asked = List.copyOf(createChildSa(world, initiator).getFirst().payloads());
    List<Payload> unused =
        asked.stream()
            .map(
                each ->
                    text(each).equals("N(16433)")
                        ? Notify.of(KEEP_OLD, new byte[] {(byte) 0x80, 1, 0, 0})
                        : each)
            .toList();
    IkeSaImage first = first(world.left);
    Forge.deliver(world.right, Forge.request(first, ExchangeType.CREATE_CHILD_SA, unused));
    world.run(100);
    assertThat(Forge.lastAnswer(world, first).payloads())
        .extracting(CloningTest::text)
        .contains("N(40999)00010000");
    assertThat(world.right.reported("rekeyed")).isTrue();
  }

  @Test
  void shouldAskForNothingThatThePeerDoesNotKnow() {
    World world = connected();
    forgetRfc7791(world);
    cloneFrom(world, world.left);
    assertThat(world.left.reported("clone-failed")).isTrue();
    assertThat(world.left.established()).hasSize(1);
    EstablishTest.assertSameChild(world);
  }
}
