package io.phalanx.replication.hazelcast;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.phalanx.config.GatewayConfig.StoreSecurity;
import io.phalanx.replication.link.TestPki;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What comes to the store's port and is no member: over real sockets. */
class StoreStrangersTest {
  private static final Logger LOGGER = (Logger) org.slf4j.LoggerFactory.getLogger(Refusals.class);

  private final List<String> told = new CopyOnWriteArrayList<>();
  private final AppenderBase<ILoggingEvent> listener =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          told.add(event.getFormattedMessage());
        }
      };

  @SuppressWarnings("NullAway.Init")
  private TestCluster cluster;

  @BeforeEach
  void start() throws IOException {
    listener.start();
    LOGGER.addAppender(listener);
    cluster = TestCluster.of(3);
    cluster.start(1, TestCluster.KEYS);
  }

  @AfterEach
  void stop() {
    LOGGER.detachAppender(listener);
    cluster.close();
  }

  @Test
  void shouldSayNothingToWhoeverSpeaksNoTls() throws IOException {
    byte[] garbage = new byte[500];
    new SecureRandom(new byte[] {1}).nextBytes(garbage);
    List<byte[]> attempts =
        List.of(
            "HZC".getBytes(US_ASCII),
            "CP2".getBytes(US_ASCII),
            "GET /hazelcast/health HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII),
            garbage,
            new byte[] {22, 3, 3, 0x40, 0},
            new byte[] {22, 3, 1, 0, 0},
            new byte[] {23, 3, 3, (byte) 0xff, (byte) 0xff});
    for (byte[] attempt : attempts) {
      try (Socket socket = connect()) {
        socket.getOutputStream().write(attempt);
        socket.shutdownOutput();
        // At most an alert (RFC 8446 §6) of seven octets in the clear.
        byte[] answer = readAll(socket);
        assertThat(answer.length).isIn(0, 7);
        assertThat(answer.length == 0 || answer[0] == 21).isTrue();
      }
    }
    assertThat(cluster.member(1).members()).isEqualTo(1);
    assertThat(told)
        .as("once a minute for each address")
        .singleElement()
        .asString()
        .startsWith("store: a connection from /127.0.0.9:")
        .contains(" was refused: ");
  }

  @Test
  void shouldRefuseWhoeverShowsNoCertificate() throws Exception {
    refused(Optional.empty());
    assertThat(told).singleElement().asString().containsIgnoringCase("certificate");
  }

  @Test
  void shouldRefuseTheCertificateOfAnotherAuthority() throws Exception {
    String name = cluster.cluster().name();
    refused(Optional.of(TestPki.in(cluster.directory(), name).issue(name, 2)));
    assertThat(told).singleElement().asString().containsIgnoringCase("path");
  }

  @Test
  void shouldRefuseACertificateForAnotherCluster() throws Exception {
    refused(Optional.of(cluster.pki().issue("elsewhere", 2)));
    assertThat(told).singleElement().asString().contains("member 2 of elsewhere");
  }

  @Test
  void shouldRefuseAMemberThatIsNotConfiguredAndItsOwnDouble() throws Exception {
    String name = cluster.cluster().name();
    refused(Optional.of(cluster.pki().issue(name, 9)));
    assertThat(told).singleElement().asString().contains("member 9 of " + name);
    refused(Optional.of(cluster.pki().issue(name, 1)));
  }

  @Test
  void shouldRefuseAMemberWithoutAKeyOfTheCluster() throws Exception {
    StoreSecurity.Tls files = cluster.issue(2);
    try (Socket socket = connect()) {
      TlsExchange exchange = new TlsExchange(TestPki.careless(Optional.of(files)), timed(socket));
      exchange.handshake();
      exchange.send(new byte[32]);
      assertThat(exchange.receive(32)).hasSize(32);
      exchange.send(new byte[33]);
      assertThat(exchange.receive(33)).hasSize(33);
      assertThat(readAll(socket)).as("nothing of Hazelcast's").isEmpty();
    }
    await().atMost(15, TimeUnit.SECONDS).until(() -> !told.isEmpty());
    assertThat(told).singleElement().asString().contains("other key");
    assertThat(cluster.member(1).members()).isEqualTo(1);
  }

  /** TLS 1.3 lets a client talk before it is judged; what comes back tells. */
  private void refused(Optional<StoreSecurity.Tls> files)
      throws IOException, GeneralSecurityException {
    try (Socket socket = connect()) {
      TlsExchange exchange = new TlsExchange(TestPki.careless(files), timed(socket));
      exchange.handshake();
      assertThatThrownBy(
              () -> {
                exchange.send(new byte[32]);
                exchange.receive(32);
              })
          .isInstanceOf(IOException.class);
    }
    await().atMost(15, TimeUnit.SECONDS).until(() -> !told.isEmpty());
    assertThat(cluster.member(1).members()).isEqualTo(1);
  }

  @Test
  void aMemberWithAForeignCertificateShouldStayAlone() throws IOException {
    String name = cluster.cluster().name();
    TestPki foreign = TestPki.in(cluster.directory(), name);
    HazelcastCluster stranger = cluster.start(2, TestCluster.KEYS, foreign.issue(name, 2));
    assertThat(stranger.members()).isEqualTo(1);
    assertThat(stranger.hasQuorum()).isFalse();
    assertThat(cluster.member(1).members()).isEqualTo(1);
    assertThat(told).anySatisfy(line -> assertThat(line).contains("the connection to"));
  }

  @Test
  void aMemberInPlainModeShouldStayAlone() throws IOException {
    HazelcastCluster plain = cluster.start(2, TestCluster.KEYS, new StoreSecurity.Plain());
    assertThat(plain.members()).isEqualTo(1);
    assertThat(cluster.member(1).members()).isEqualTo(1);
  }

  @Test
  void plainMembersShouldFindEachOther() throws IOException {
    try (TestCluster plain = TestCluster.of(2)) {
      plain.start(1, TestCluster.KEYS, new StoreSecurity.Plain());
      plain.start(2, TestCluster.KEYS, new StoreSecurity.Plain());
      plain.awaitMembers(2);
    }
  }

  @Test
  void strangersThatNeverEndShouldNotKeepAMemberOut() throws IOException {
    List<Socket> slow = new ArrayList<>();
    for (int i = 0; i < 16 * HandshakeSlots.STRANGERS_MAX; i++) {
      Socket socket = connect();
      socket.getOutputStream().write(22);
      slow.add(socket);
    }
    cluster.start(2, TestCluster.KEYS);
    assertThat(cluster.member(1).members()).isEqualTo(2);
    for (Socket socket : slow) {
      assertThat(readAll(socket)).isEmpty();
      socket.close();
    }
    assertThat(told)
        .singleElement()
        .asString()
        .containsAnyOf("too long", "too many", "timed out", "Timed out");
  }

  private Socket connect() throws IOException {
    InetSocketAddress store = cluster.cluster().members().getFirst().store();
    Socket socket = new Socket();
    // Not an address of a member.
    socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.9"), 0));
    socket.connect(store);
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static TimedSocket timed(Socket socket) {
    return new TimedSocket(socket, System.nanoTime() + TimeUnit.SECONDS.toNanos(10));
  }

  /** Until the other end closes, by a reset, too. */
  private static byte[] readAll(Socket socket) throws IOException {
    try {
      return socket.getInputStream().readAllBytes();
    } catch (SocketException reset) {
      return new byte[0];
    }
  }
}
