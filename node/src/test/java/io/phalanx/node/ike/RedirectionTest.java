package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.Identity;
import io.phalanx.config.iana.ExchangeType;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.node.ike.wire.Decoded;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Payload.Notify;
import io.phalanx.node.ike.wire.Redirects;
import io.phalanx.replication.image.IkeSaImage;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** RFC 5685. Whatever address the left side calls, it is the right side that answers. */
final class RedirectionTest {
  private static final InetAddress ELSEWHERE = InetAddress.ofLiteral("198.51.100.3");
  private static final Identity GATEWAY = Identity.address(ELSEWHERE);
  private static final Identity FIRST = Identity.address(Configs.RIGHT_ADDRESS);

  private final Configs left = Configs.left();
  private final Configs right = Configs.right();

  private static Stream<IkeMessage> inits(World world, boolean fromLeft) {
    return world.seen.stream()
        .filter(seen -> seen.fromLeft() == fromLeft)
        .map(seen -> MessageCodec.decode(seen.message()))
        .filter(Decoded.Ok.class::isInstance)
        .map(decoded -> ((Decoded.Ok) decoded).message())
        .filter(message -> message.header().exchange().equals(ExchangeType.IKE_SA_INIT));
  }

  private static long redirects(World world) {
    return inits(world, false).filter(each -> each.has(NotifyType.REDIRECT)).count();
  }

  /** Begins, and has the right side send everybody elsewhere just once. */
  private static void redirectedOnce(World world) {
    world.delayMillisMax = 400;
    world.right.step(new Event.Redirect(Optional.of(GATEWAY)));
    world.left.step(new Event.Initiate("conn"));
    assertThat(world.runUntil(2_000, () -> redirects(world) == 1)).isTrue();
    world.right.step(new Event.Redirect(Optional.empty()));
    world.run(5_000);
  }

  private static boolean isElsewhere(IkeSaImage image) {
    return image.peer().getAddress().equals(ELSEWHERE);
  }

  @Test
  void shouldGoElsewhereBeforeAnythingIsAuthenticated() {
    World world = new World(left, right);
    redirectedOnce(world);
    EstablishTest.assertSameChild(world);
    assertThat(world.left.only()).matches(RedirectionTest::isElsewhere);
    List<IkeMessage> requests = inits(world, true).toList();
    assertThat(requests.getFirst().has(NotifyType.REDIRECT_SUPPORTED)).isTrue();
    assertThat(requests.getLast().has(NotifyType.REDIRECT_SUPPORTED)).isFalse();
    assertThat(Redirects.read(requests.getLast(), NotifyType.REDIRECTED_FROM))
        .hasValueSatisfying(from -> assertThat(from.gateway()).isEqualTo(FIRST));
    assertThat(world.right.store.images()).as("nothing is kept of the first").hasSize(1);
  }

  @Test
  void shouldBelieveNobodyWhoHasNotSeenTheRequest() {
    World world = new World(left, right);
    world.tamper =
        message ->
            MessageCodec.decode(message) instanceof Decoded.Ok(IkeMessage known)
                    && known.has(NotifyType.REDIRECT)
                ? MessageCodec.encode(
                    new IkeMessage(
                        known.header(), List.of(Redirects.redirect(GATEWAY, new byte[32]))))
                : message;
    world.right.step(new Event.Redirect(Optional.of(GATEWAY)));
    world.left.step(new Event.Initiate("conn"));
    world.run(400);
    assertThat(redirects(world)).isEqualTo(1);
    assertThat(world.left.ikeSas()).singleElement().matches(image -> !isElsewhere(image));
    assertThat(world.left.reported("redirected")).isFalse();
  }

  @Test
  void shouldNotFollowForEver() {
    // Two that send everybody to each other.
    right.redirectTo = List.of(GATEWAY, Identity.address(InetAddress.ofLiteral("198.51.100.4")));
    World world = new World(left, right);
    world.connect();
    world.run(30_000);
    assertThat(world.left.reports).filteredOn(each -> each.event().equals("redirected")).hasSize(5);
    assertThat(world.left.reports).anyMatch(each -> each.detail().contains("too many"));
    assertThat(world.left.established()).isEmpty();
  }

  @Test
  void shouldNeverSendAPeerBackToWhereItComesFrom() {
    right.redirectTo = List.of(FIRST);
    World world = new World(left, right);
    redirectedOnce(world); // and from then on to the first one, as it is configured
    EstablishTest.assertSameChild(world);
    assertThat(world.left.only()).matches(RedirectionTest::isElsewhere);
    assertThat(redirects(world)).isEqualTo(1);
  }

  @Test
  void shouldSendOnlyThoseElsewhereWhoCanGo() {
    left.followRedirects = false;
    right.redirectTo = List.of(GATEWAY);
    right.redirectOnceKnown = List.of(GATEWAY);
    World world = new World(left, right);
    world.connect();
    EstablishTest.assertSameChild(world);
    world.right.step(new Event.Redirect(Optional.of(GATEWAY)));
    world.run(60_000);
    EstablishTest.assertSameChild(world);
    assertThat(redirects(world)).isZero();
    assertThat(world.left.only()).matches(image -> !isElsewhere(image));
  }

  @Test
  void shouldGoElsewhereOnceAuthenticated() {
    right.redirectOnceKnown = List.of(GATEWAY);
    World world = new World(left, right);
    world.connect();
    world.run(5_000);
    assertThat(redirects(world)).isZero();
    assertThat(world.left.reports)
        .filteredOn(each -> each.event().equals("redirected"))
        .isNotEmpty()
        .allSatisfy(each -> assertThat(each.detail()).isEqualTo("to=198.51.100.3"));
    // The one it was sent to lets it in: that would be where it comes from.
    EstablishTest.assertSameChild(world);
    assertThat(world.left.only()).matches(RedirectionTest::isElsewhere);
    assertThat(world.left.reports)
        .filteredOn(each -> each.event().equals("child-up"))
        .as("no Child SA where it was sent away")
        .hasSize(1);
    world.run(60_000);
    EstablishTest.assertSameChild(world);
    assertThat(world.right.ikeSas()).as("what was only there to be sent away").hasSize(1);
  }

  @Test
  void shouldGoElsewhereAtAnyTimeWithoutAGap() {
    World world = new World(left, right);
    world.connect();
    EstablishTest.assertSameChild(world);
    long before = world.left.only().localSpi();
    world.right.step(new Event.Redirect(Optional.of(GATEWAY)));
    // The other gateway, which is the same side here, keeps those that come.
    world.right.step(new Event.Redirect(Optional.empty()));
    world.run(3_000);
    assertThat(world.left.only()).matches(RedirectionTest::isElsewhere);
    assertThat(world.left.only().localSpi()).isNotEqualTo(before);
    EstablishTest.assertSameChild(world);
    assertThat(world.left.reports).anyMatch(each -> each.detail().contains("gone to another"));
    world.run(60_000);
    EstablishTest.assertSameChild(world);
  }

  @Test
  void shouldRememberAfterATakeOverWhoCanGo() {
    World world = new World(left, right);
    world.connect();
    world.right.takeOver();
    world.run(500);
    world.right.step(new Event.Redirect(Optional.of(GATEWAY)));
    world.right.step(new Event.Redirect(Optional.empty()));
    world.run(3_000);
    assertThat(world.left.only()).matches(RedirectionTest::isElsewhere);
  }

  @Test
  void shouldNotBeSentElsewhereByAPeerThatHasCalled() {
    World world = new World(left, right);
    world.connect();
    byte[] redirect =
        Forge.request(
            world.left.only(),
            ExchangeType.INFORMATIONAL,
            List.<Payload>of(Redirects.redirect(GATEWAY)));
    Forge.deliver(world.right, redirect);
    world.run(3_000);
    assertThat(world.right.reports).noneMatch(each -> each.event().startsWith("redirect"));
    assertThat(world.right.ikeSas()).hasSize(1);
  }

  @Test
  void shouldReadWhatItWritesAndNothingElse() {
    for (Identity gateway :
        List.of(
            GATEWAY,
            Identity.address(InetAddress.ofLiteral("2001:db8::1")),
            Identity.fqdn("gw.example.org"))) {
      Notify notify = Redirects.redirect(gateway, new byte[] {1, 2, 3});
      assertThat(Redirects.read(notify))
          .hasValueSatisfying(
              read -> {
                assertThat(read.gateway()).isEqualTo(gateway);
                assertThat(read.nonce()).containsExactly(1, 2, 3);
              });
      assertThat(notify.data()[1]).isEqualTo((byte) gateway.data().length);
    }
    for (byte[] bad :
        List.of(
            new byte[0],
            new byte[] {1},
            new byte[] {1, 4, 1, 2, 3},
            new byte[] {1, 3, 1, 2, 3},
            new byte[] {2, 4, 1, 2, 3, 4},
            new byte[] {3, 0},
            new byte[] {4, 1, 'a'},
            new byte[] {3, (byte) 255, 'a'})) {
      assertThat(Redirects.read(Notify.of(NotifyType.REDIRECT, bad))).isEmpty();
    }
  }
}
