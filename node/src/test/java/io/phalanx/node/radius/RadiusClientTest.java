package io.phalanx.node.radius;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.GatewayConfig.Radius;
import io.phalanx.config.GatewayConfig.RadiusServer;
import io.phalanx.config.Secret;
import io.phalanx.node.eap.EapPacket;
import io.phalanx.node.eap.EapPeer;
import io.phalanx.node.radius.AccountRecord.Kind;
import io.phalanx.node.radius.AccountRecord.Traffic;
import io.phalanx.node.radius.RadiusAnswer.Granted;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The client against servers on sockets of this machine. */
final class RadiusClientTest {
  private static final Secret SECRET = Secret.ofUtf8("a secret of some length");
  private static final InetAddress GIVEN = InetAddress.ofLiteral("10.88.0.7");
  private static final Granted GRANTED =
      new Granted(List.of(GIVEN), "", List.of(new byte[] {1}, new byte[] {2}), 3600, 0, 0);

  private final FakeServer first = server();
  private final FakeServer second = server();
  private final RadiusClient client = client(first, second);

  private static FakeServer server() {
    try {
      return new FakeServer(SECRET, new FakeRadius("alice", "a password", GRANTED, true));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static RadiusClient client(FakeServer... servers) {
    List<RadiusServer> known =
        Stream.of(servers)
            .map(each -> new RadiusServer(each.address(), each.address(), SECRET))
            .toList();
    Radius config =
        new Radius(
            known,
            Duration.ofMillis(150),
            2,
            Duration.ofSeconds(60),
            Optional.empty(),
            "",
            true,
            Duration.ZERO,
            Optional.empty());
    return new RadiusClient(config, "gw", new SecureRandom(), () -> 1_780_000_000_000L);
  }

  @AfterEach
  void close() {
    client.close();
    first.close();
    second.close();
  }

  private RadiusAnswer ask(byte[] eap, Secret state, int server) {
    return client
        .ask(
            new RadiusQuestion(
                0x5e55L,
                "alice",
                eap,
                state,
                server,
                new InetSocketAddress("192.0.2.9", 4500),
                "gw.example"))
        .toCompletableFuture()
        .join();
  }

  private RadiusAnswer authenticate(EapPeer peer) {
    RadiusAnswer answer = ask(EapPacket.identity(1, "alice").encode(), Secret.EMPTY, 0);
    while (answer instanceof RadiusAnswer.Challenge(byte[] eap, Secret state, int server)) {
      answer = ask(peer.answer(eap).orElseThrow(), state, server);
    }
    return answer;
  }

  @Test
  void shouldBringBackTheKeyAndWhatIsGranted() {
    EapPeer peer = EapPeer.withPassword("alice", "a password");
    RadiusAnswer answer = authenticate(peer);
    assertThat(answer).isInstanceOf(RadiusAnswer.Accept.class);
    RadiusAnswer.Accept accept = (RadiusAnswer.Accept) answer;
    assertThat(accept.msk()).isEqualTo(peer.msk);
    assertThat(accept.user()).isEqualTo("alice");
    assertThat(accept.granted().addresses()).containsExactly(GIVEN);
    assertThat(accept.granted().classes()).containsExactly(new byte[] {1}, new byte[] {2});
    assertThat(accept.granted().sessionSeconds()).isEqualTo(3600);
    assertThat(first.received.getFirst().text(AttributeType.ACCT_SESSION_ID))
        .contains("0000000000005e55");
    assertThat(second.received).isEmpty();
  }

  @Test
  void shouldSayNoToAWrongPassword() {
    assertThat(authenticate(EapPeer.withPassword("alice", "wrong")))
        .isInstanceOf(RadiusAnswer.Reject.class);
  }

  @Test
  void shouldSendAgainTheVeryPacketThatGotLost() {
    first.deaf.set(1);
    assertThat(ask(EapPacket.identity(1, "alice").encode(), Secret.EMPTY, 0))
        .isInstanceOf(RadiusAnswer.Challenge.class);
    assertThat(first.received).hasSize(2);
    assertThat(first.received.get(0).encode()).isEqualTo(first.received.get(1).encode());
  }

  @Test
  void shouldAskTheNextServerAndPassOverTheSilentOneFromThenOn() {
    first.deaf.set(Integer.MAX_VALUE);
    RadiusAnswer answer = ask(EapPacket.identity(1, "alice").encode(), Secret.EMPTY, 0);
    assertThat(answer).isInstanceOf(RadiusAnswer.Challenge.class);
    assertThat(((RadiusAnswer.Challenge) answer).server()).isEqualTo(1);
    assertThat(first.received).hasSize(2);
    assertThat(authenticate(EapPeer.withPassword("alice", "a password")))
        .isInstanceOf(RadiusAnswer.Accept.class);
    assertThat(first.received).hasSize(2);
  }

  @Test
  void shouldStayWithTheServerThatHasBegun() {
    RadiusAnswer.Challenge begun =
        (RadiusAnswer.Challenge) ask(EapPacket.identity(1, "alice").encode(), Secret.EMPTY, 0);
    first.deaf.set(Integer.MAX_VALUE);
    assertThat(ask(begun.eap(), begun.state(), begun.server()))
        .isInstanceOf(RadiusAnswer.Silence.class);
    assertThat(second.received).isEmpty();
  }

  @Test
  void shouldTakeNoAnswerWithoutMessageAuthenticator() {
    first.careless = true;
    second.careless = true;
    assertThat(ask(EapPacket.identity(1, "alice").encode(), Secret.EMPTY, 0))
        .isInstanceOf(RadiusAnswer.Silence.class);
  }

  @Test
  void shouldTellOfSessions() {
    first.deaf.set(Integer.MAX_VALUE);
    Traffic traffic = new Traffic(3, (5L << 32) + 7, 11, 13);
    assertThat(client.tell(stop(true), traffic).toCompletableFuture().join()).isTrue();
    RadiusPacket told = second.received.getFirst();
    assertThat(Protection.goodRequest(told, SECRET)).isTrue();
    assertThat(told.text(AttributeType.ACCT_SESSION_ID)).contains("0000000000005e55");
    assertThat(told.number(AttributeType.ACCT_STATUS_TYPE)).contains(2L);
    assertThat(told.number(AttributeType.ACCT_SESSION_TIME)).contains(90L);
    assertThat(told.number(AttributeType.ACCT_INPUT_OCTETS)).contains(7L);
    assertThat(told.number(AttributeType.ACCT_INPUT_GIGAWORDS)).contains(5L);
    assertThat(told.number(AttributeType.ACCT_OUTPUT_PACKETS)).contains(11L);
    assertThat(told.number(AttributeType.ACCT_TERMINATE_CAUSE)).contains(4L);
    assertThat(told.all(AttributeType.CLASS)).hasSize(2);
  }

  private static AccountRecord stop(boolean byRadius) {
    return new AccountRecord(
        1,
        0x5e55L,
        Kind.STOP,
        "alice",
        byRadius,
        new InetSocketAddress("192.0.2.9", 4500),
        List.of(GIVEN),
        GRANTED.classes(),
        1_780_000_000_000L - 90_000,
        List.of(),
        Traffic.NONE,
        4);
  }

  @Test
  void shouldTellWhoHasAuthenticatedTheUser() {
    for (boolean byRadius : List.of(true, false)) {
      assertThat(client.tell(stop(byRadius), Traffic.NONE).toCompletableFuture().join()).isTrue();
    }
    assertThat(first.received)
        .extracting(each -> each.number(AttributeType.ACCT_AUTHENTIC).orElse(0L))
        .containsExactly(1L, 2L);
  }
}
