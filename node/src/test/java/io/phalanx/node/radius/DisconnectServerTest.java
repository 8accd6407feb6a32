package io.phalanx.node.radius;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.GatewayConfig.Radius;
import io.phalanx.config.GatewayConfig.RadiusServer;
import io.phalanx.config.Secret;
import io.phalanx.node.radius.RadiusPacket.Attribute;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests to end sessions (RFC 5176). */
final class DisconnectServerTest {
  private static final Secret SECRET = Secret.ofUtf8("a secret of some length");
  private static final long NOW_SECONDS = 1_780_000_000L;
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private final List<SessionQuery> asked = new CopyOnWriteArrayList<>();
  private DisconnectServer server;
  private DatagramSocket socket;

  @BeforeEach
  void open() throws IOException {
    InetSocketAddress at = new InetSocketAddress(LOOPBACK, 1);
    Radius config =
        new Radius(
            List.of(new RadiusServer(at, at, SECRET)),
            Duration.ofSeconds(1),
            1,
            Duration.ZERO,
            Optional.empty(),
            "",
            false,
            Duration.ZERO,
            Optional.empty());
    server =
        DisconnectServer.open(
            config,
            new InetSocketAddress(LOOPBACK, 0),
            query -> {
              asked.add(query);
              return CompletableFuture.completedFuture(query.user().equals("alice"));
            },
            () -> NOW_SECONDS * 1000);
    socket = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0));
    socket.setSoTimeout(5_000);
  }

  @AfterEach
  void close() {
    server.close();
    socket.close();
  }

  private static RadiusPacket request(int code, Secret secret, Attribute... attributes) {
    return Protection.request(code, 7, List.of(attributes), secret);
  }

  private static Attribute stamp(long seconds) {
    return Attribute.number(AttributeType.EVENT_TIMESTAMP, seconds);
  }

  private static Attribute user(String name) {
    return Attribute.text(AttributeType.USER_NAME, name);
  }

  private void send(RadiusPacket request) throws IOException {
    byte[] octets = request.encode();
    socket.send(
        new DatagramPacket(octets, octets.length, new InetSocketAddress(LOOPBACK, server.port())));
  }

  private RadiusPacket answer(RadiusPacket request) throws IOException {
    send(request);
    DatagramPacket in = new DatagramPacket(new byte[4096], 4096);
    socket.receive(in);
    RadiusPacket answer =
        RadiusPacket.decode(Arrays.copyOf(in.getData(), in.getLength())).orElseThrow();
    assertThat(Protection.goodAccessAnswer(answer, request, SECRET)).isTrue();
    return answer;
  }

  private void assertAnswer(RadiusPacket request, int code, long cause) throws IOException {
    RadiusPacket answer = answer(request);
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.number(AttributeType.ERROR_CAUSE).orElse(0L)).isEqualTo(cause);
  }

  @Test
  void shouldEndASession() throws IOException {
    RadiusPacket request =
        request(RadiusPacket.DISCONNECT_REQUEST, SECRET, user("alice"), stamp(NOW_SECONDS - 100));
    assertAnswer(request, RadiusPacket.DISCONNECT_ACK, 0);
    assertAnswer(request, RadiusPacket.DISCONNECT_ACK, 0);
    assertThat(asked).containsExactly(new SessionQuery("", "alice", Optional.empty()));
  }

  @Test
  void shouldSayWhereThereIsNoSession() throws IOException {
    assertAnswer(
        request(RadiusPacket.DISCONNECT_REQUEST, SECRET, user("bob"), stamp(NOW_SECONDS)),
        RadiusPacket.DISCONNECT_NAK,
        503);
  }

  @Test
  void shouldRefuseWhatMayBeARecording() throws IOException {
    assertAnswer(
        request(RadiusPacket.DISCONNECT_REQUEST, SECRET, user("alice"), stamp(NOW_SECONDS - 400)),
        RadiusPacket.DISCONNECT_NAK,
        404);
    assertAnswer(
        request(RadiusPacket.DISCONNECT_REQUEST, SECRET, user("alice")),
        RadiusPacket.DISCONNECT_NAK,
        402);
    assertThat(asked).isEmpty();
    assertAnswer(
        request(
            RadiusPacket.DISCONNECT_REQUEST,
            SECRET,
            Attribute.text(AttributeType.ACCT_SESSION_ID, "0000000000005e55")),
        RadiusPacket.DISCONNECT_NAK,
        503);
    assertThat(asked).hasSize(1);
  }

  @Test
  void shouldRefuseAChangeOfAuthorization() throws IOException {
    assertAnswer(
        request(RadiusPacket.COA_REQUEST, SECRET, user("alice"), stamp(NOW_SECONDS)),
        RadiusPacket.COA_NAK,
        406);
  }

  @Test
  void shouldNotAnswerAStranger() throws IOException {
    send(
        request(
            RadiusPacket.DISCONNECT_REQUEST,
            Secret.ofUtf8("another secret"),
            user("alice"),
            stamp(NOW_SECONDS)));
    // An answer to this one comes first, so there was none to the other.
    assertAnswer(
        request(RadiusPacket.DISCONNECT_REQUEST, SECRET, user("bob"), stamp(NOW_SECONDS)),
        RadiusPacket.DISCONNECT_NAK,
        503);
    assertThat(asked).containsExactly(new SessionQuery("", "bob", Optional.empty()));
    socket.setSoTimeout(50);
    boolean silent = false;
    try {
      socket.receive(new DatagramPacket(new byte[1], 1));
    } catch (SocketTimeoutException expected) {
      silent = true;
    }
    assertThat(silent).isTrue();
  }
}
