package io.phalanx.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.GatewayConfig;
import io.phalanx.config.iana.ExchangeType;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.datapath.Datapath;
import io.phalanx.datapath.NonceSource;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.node.ike.Configs;
import io.phalanx.node.ike.Credentials;
import io.phalanx.node.ike.Event;
import io.phalanx.node.ike.IkeEngine;
import io.phalanx.node.ike.Spis;
import io.phalanx.node.ike.crypto.Cookies;
import io.phalanx.node.ike.crypto.CrashTokens;
import io.phalanx.node.ike.wire.Decoded;
import io.phalanx.node.ike.wire.IkeHeader;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.Payload.Notify;
import io.phalanx.node.revocation.FetchLimits;
import io.phalanx.node.revocation.RevocationChecker;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Interlink;
import io.phalanx.replication.Membership;
import io.phalanx.replication.Owned;
import io.phalanx.replication.Owner;
import io.phalanx.replication.Registry;
import io.phalanx.replication.SaStore;
import io.phalanx.replication.SaStore.Found;
import io.phalanx.replication.image.IkeSaImage;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a message for an IKE SA that is not here. */
final class IkeServiceTest {
  private static final Owner SELF = new Owner(1, 10);
  private static final Owner OTHER = new Owner(2, 10);
  private static final long OURS = 0x7001;
  private static final long PEERS = 0x9001;

  private final VirtualLoop control = new VirtualLoop();
  private final GatewayConfig config = Configs.left().build();
  private final Queue<Found<IkeSaImage>> answers = new ArrayDeque<>();
  private Found<IkeSaImage> answer = new Found.Absent<>();
  private final List<UdpDatagram> sent = new ArrayList<>();
  private final List<Integer> forwarded = new ArrayList<>();
  private int asked;

  private final SaStore store =
      proxy(
          SaStore.class,
          (_, method, _) -> {
            assertThat(method.getName()).isEqualTo("findIkeSa");
            asked++;
            Found<IkeSaImage> next = answers.poll();
            return CompletableFuture.completedStage(next == null ? answer : next);
          });

  private final Datapath datapath =
      proxy(
          Datapath.class,
          (_, method, arguments) -> {
            assertThat(method.getName()).isEqualTo("sendIke");
            sent.add((UdpDatagram) arguments[0]);
            return null;
          });

  private final Membership membership =
      proxy(
          Membership.class,
          (_, method, arguments) ->
              method.getName().equals("self") ? SELF : OTHER.equals(arguments[0]));

  private final Interlink interlink =
      proxy(
          Interlink.class,
          (_, method, arguments) -> {
            assertThat(method.getName()).isEqualTo("ike");
            forwarded.add((Integer) arguments[0]);
            return null;
          });

  private final RevocationChecker revocation =
      new RevocationChecker(FetchLimits.DEFAULT, new SecureRandom(), InstantSource.system());
  private final IkeService service =
      new IkeService(
          control,
          engine(),
          store,
          membership,
          interlink,
          datapath,
          new Addresses(List.of(), proxy(Registry.class, (_, _, _) -> null), () -> control.now),
          new Radius(control, Optional.empty(), datapath),
          revocation,
          new SaDirectory(
              control,
              store,
              datapath,
              proxy(Leases.class, (_, _, _) -> null),
              membership,
              proxy(RouteTable.Spis.class, (_, _, _) -> null)),
          () -> control.now);

  private IkeEngine engine() {
    return new IkeEngine(
        config,
        Credentials.NONE,
        new SecureRandom(),
        proxy(NonceSource.class, (_, _, _) -> 1L),
        new Spis(() -> OptionalInt.of(1), () -> 1, spi -> spi == OURS),
        SELF,
        new Cookies(config.cluster().keys()));
  }

  @AfterEach
  void close() {
    revocation.close();
  }

  /** Some image; what it holds does not matter as long as another member owns it. */
  private IkeSaImage image() {
    IkeEngine engine = engine();
    assertThat(engine.step(new Event.Initiate("conn"), control.now)).isNotEmpty();
    return engine.images().findFirst().orElseThrow();
  }

  /** Something protected, from a peer that has begun the IKE SA. */
  private void message(long responderSpi) {
    IkeHeader header =
        new IkeHeader(PEERS, responderSpi, ExchangeType.INFORMATIONAL, true, false, 5);
    service.received(
        new UdpDatagram(
            new InetSocketAddress(InetAddress.ofLiteral("192.0.2.9"), 4500),
            true,
            MessageCodec.encode(new IkeMessage(header, List.of()))),
        0);
  }

  @Test
  void shouldTellAPeerThatNobodyHasItsIkeSa() {
    message(OURS);
    control.advance(299);
    assertThat(sent).isEmpty();
    control.advance(1);
    assertThat(sent).hasSize(1);
    assertThat(MessageCodec.decode(sent.getFirst().payload()))
        .isInstanceOfSatisfying(
            Decoded.Ok.class,
            ok -> {
              IkeHeader header = ok.message().header();
              assertThat(header.response()).isTrue();
              assertThat(header.messageId()).isEqualTo(5);
              assertThat(ok.message().has(NotifyType.INVALID_IKE_SPI)).isTrue();
              assertThat(ok.message().all(Notify.class).toList().getLast().data())
                  .isEqualTo(new CrashTokens(config.cluster().keys()).of(PEERS, OURS).reveal());
            });
    assertThat(service.waiting()).isZero();
  }

  @Test
  void shouldSayNothingWhereTheStoreIsNotSure() {
    answer = new Found.Unknown<>();
    message(OURS);
    control.advance(60_000);
    assertThat(asked).isGreaterThan(100);
    assertThat(sent).isEmpty();
    assertThat(service.waiting()).isZero();
  }

  @Test
  void shouldBeSureTwiceInARow() {
    answers.add(new Found.Absent<>());
    answers.add(new Found.Unknown<>());
    message(OURS);
    control.advance(500);
    assertThat(sent).isEmpty();
    control.advance(200);
    assertThat(sent).hasSize(1);
    assertThat(asked).isEqualTo(4);
  }

  @Test
  void shouldSayNothingOfWhatAnotherMemberHas() {
    answer = new Found.Present<>(new Owned<>(image(), new Fence(OTHER, 1)));
    message(OURS);
    control.advance(60_000);
    assertThat(forwarded).containsExactly(2);
    assertThat(sent).isEmpty();
  }

  @Test
  void shouldSayNothingOfWhatComesToTheStoreJustThen() {
    answers.add(new Found.Absent<>());
    answer = new Found.Present<>(new Owned<>(image(), new Fence(OTHER, 1)));
    message(OURS);
    control.advance(60_000);
    assertThat(forwarded).containsExactly(2);
    assertThat(sent).isEmpty();
    assertThat(service.waiting()).isZero();
  }

  @Test
  void shouldNotAskForWhatNoMemberHasGivenOut() {
    message(OURS + 1);
    control.advance(60_000);
    assertThat(asked).isZero();
    assertThat(sent).isEmpty();
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
