package io.phalanx.node.revocation;

import static io.phalanx.node.auth.TestCa.NOW;
import static io.phalanx.node.auth.TestCa.keys;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.phalanx.config.GatewayConfig.Revocation;
import io.phalanx.config.GatewayConfig.RevocationPolicy;
import io.phalanx.node.auth.RevocationStatus;
import io.phalanx.node.auth.TestCa;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a small server that knows what a PKI publishes. */
class RevocationCheckerTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final TestCa CA = TestCa.root("CN=Root");
  private static final KeyPair LEAF = keys("EC/secp256r1/leaf");
  private static final FetchLimits LIMITS =
      new FetchLimits(Duration.ofSeconds(20), 100_000, 2, 4, 16);
  private static final FetchLimits HASTY =
      new FetchLimits(Duration.ofMillis(1500), 100_000, 2, 4, 16);

  @TempDir private Path directory;
  private final Map<String, UnaryOperator<byte[]>> pages = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> visits = new ConcurrentHashMap<>();
  private final AtomicInteger atOnce = new AtomicInteger();
  private final AtomicInteger atOnceMax = new AtomicInteger();
  private final CountDownLatch slow = new CountDownLatch(1);
  private volatile Instant now = NOW;
  private final RevocationChecker checker =
      new RevocationChecker(LIMITS, new SecureRandom(), () -> now);

  @SuppressWarnings("NullAway.Init")
  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.createContext("/drip", this::drip);
    server.start();
  }

  @AfterEach
  void stop() {
    slow.countDown();
    server.stop(0);
    checker.close();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      byte[] body = exchange.getRequestBody().readAllBytes();
      atOnceMax.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
      visits.computeIfAbsent(path, _ -> new AtomicInteger()).incrementAndGet();
      UnaryOperator<byte[]> page = pages.get(path);
      byte[] answer = page == null ? new byte[0] : page.apply(body);
      atOnce.decrementAndGet();
      exchange.sendResponseHeaders(
          page == null ? 404 : 200, answer.length == 0 ? -1 : answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  /** Begins to answer, and does not go on. */
  private void drip(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(200, 0);
      exchange.getResponseBody().write(0x30);
      exchange.getResponseBody().flush();
      boolean _ = slow.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private URI place(String path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  private int visits(String path) {
    return visits.getOrDefault(path, new AtomicInteger()).get();
  }

  private void publish(String path, byte[] octets) {
    pages.put(path, _ -> octets);
  }

  private static Revocation sources(List<URI> crls, Optional<URI> ocsp, boolean named) {
    return new Revocation(RevocationPolicy.STRICT, crls, ocsp, named);
  }

  private Revocation byCrl() {
    return sources(List.of(place("/crl")), Optional.empty(), false);
  }

  private Revocation byOcsp() {
    return sources(List.of(), Optional.of(place("/ocsp")), false);
  }

  private RevocationStatus check(X509Certificate leaf, Revocation sources) {
    return check(List.of(leaf, CA.certificate()), sources);
  }

  private RevocationStatus check(List<X509Certificate> path, Revocation sources) {
    return checker
        .check(path, sources)
        .toCompletableFuture()
        .orTimeout(10, TimeUnit.SECONDS)
        .join();
  }

  private static X509Certificate leaf() {
    return new TestCa.Template("CN=leaf", LEAF).dns("leaf.example").signedBy(CA);
  }

  @Test
  void shouldBelieveACrl() {
    X509Certificate good = leaf();
    X509Certificate revoked = leaf();
    publish("/crl", Published.crl(CA, now, now.plus(HOUR), revoked));
    assertThat(check(good, byCrl())).isEqualTo(RevocationStatus.GOOD);
    assertThat(check(revoked, byCrl())).isEqualTo(RevocationStatus.REVOKED);
    assertThat(visits("/crl")).as("kept until its next update").isEqualTo(1);
    now = now.plus(HOUR).plusSeconds(1);
    assertThat(check(good, byCrl())).as("out of date").isEqualTo(RevocationStatus.UNKNOWN);
    assertThat(visits("/crl")).isEqualTo(2);
  }

  @Test
  void shouldReadACrlOutOfAFile() throws IOException {
    X509Certificate revoked = leaf();
    Path file = directory.resolve("ca.crl");
    Files.writeString(
        file, TestCa.pem("X509 CRL", Published.crl(CA, now, now.plus(HOUR), revoked)));
    Revocation sources = sources(List.of(file.toUri()), Optional.empty(), false);
    assertThat(check(leaf(), sources)).isEqualTo(RevocationStatus.GOOD);
    assertThat(check(revoked, sources)).isEqualTo(RevocationStatus.REVOKED);
    Revocation gone = sources(List.of(directory.resolve("gone").toUri()), Optional.empty(), false);
    assertThat(check(leaf(), gone)).isEqualTo(RevocationStatus.UNKNOWN);
  }

  @Test
  void shouldBelieveNoCrlThatIsNotTheIssuers() {
    TestCa other = TestCa.root("CN=Other");
    List<byte[]> bad = new ArrayList<>();
    bad.add(Published.crl(other, now, now.plus(HOUR)));
    bad.add(Published.crl(CA.certificate(), other.keys(), now, now.plus(HOUR)));
    bad.add(Published.crl(CA, now.minus(HOUR.multipliedBy(2)), now.minus(HOUR)));
    bad.add(Published.crl(CA, now.plus(HOUR), now.plus(HOUR.multipliedBy(2))));
    bad.add(Published.crlForAuthoritiesOnly(CA, now, now.plus(HOUR)));
    bad.add(Published.deltaCrl(CA, now, now.plus(HOUR)));
    bad.add(new byte[] {1, 2, 3});
    bad.add(new byte[LIMITS.octetsMax() + 1]);
    for (int i = 0; i < bad.size(); i++) {
      publish("/crl" + i, bad.get(i));
      Revocation sources = sources(List.of(place("/crl" + i)), Optional.empty(), false);
      assertThat(check(leaf(), sources)).as("CRL " + i).isEqualTo(RevocationStatus.UNKNOWN);
      assertThat(visits("/crl" + i)).isEqualTo(1);
    }
  }

  @Test
  void shouldAskAResponder() {
    X509Certificate good = leaf();
    X509Certificate revoked = leaf();
    pages.put("/ocsp", request -> Published.ocsp(CA, request, now, now.plus(HOUR), revoked));
    assertThat(check(good, byOcsp())).isEqualTo(RevocationStatus.GOOD);
    assertThat(check(good, byOcsp())).isEqualTo(RevocationStatus.GOOD);
    assertThat(visits("/ocsp")).as("kept until its next update").isEqualTo(1);
    assertThat(check(revoked, byOcsp())).isEqualTo(RevocationStatus.REVOKED);
    now = now.plus(HOUR).plusSeconds(1);
    assertThat(check(good, byOcsp())).as("asked anew").isEqualTo(RevocationStatus.GOOD);
    assertThat(visits("/ocsp")).isEqualTo(3);
    Instant longAgo = now.minus(HOUR.multipliedBy(2));
    pages.put("/ocsp", request -> Published.ocsp(CA, request, longAgo, longAgo.plus(HOUR)));
    assertThat(check(leaf(), byOcsp())).as("out of date").isEqualTo(RevocationStatus.UNKNOWN);
  }

  /** RFC 6960 §4.2.2.2. */
  @Test
  void shouldBelieveWhomTheIssuerHasMadeItsResponder() {
    KeyPair own = keys("EC/secp256r1/responder");
    X509Certificate made = Published.responder("CN=Responder", own, CA, true);
    X509Certificate notMade = Published.responder("CN=Responder", own, CA, false);
    X509Certificate ofOther =
        Published.responder("CN=Responder", own, TestCa.root("CN=Other"), true);
    for (X509Certificate responder : List.of(made, notMade, ofOther)) {
      String path = "/by" + responder.getSerialNumber();
      pages.put(
          path, request -> Published.ocsp(own, responder, CA, request, now, now.plus(HOUR), true));
      assertThat(check(leaf(), sources(List.of(), Optional.of(place(path)), false)))
          .isEqualTo(responder.equals(made) ? RevocationStatus.GOOD : RevocationStatus.UNKNOWN);
    }
  }

  @Test
  void shouldTakeAnAnswerWithoutANonceButNotWithAnother() {
    pages.put("/plain", request -> Published.ocspWithNonce(CA, request, now, Optional.empty()));
    pages.put(
        "/other", request -> Published.ocspWithNonce(CA, request, now, Optional.of(new byte[32])));
    assertThat(check(leaf(), sources(List.of(), Optional.of(place("/plain")), false)))
        .isEqualTo(RevocationStatus.GOOD);
    assertThat(check(leaf(), sources(List.of(), Optional.of(place("/other")), false)))
        .isEqualTo(RevocationStatus.UNKNOWN);
  }

  @Test
  void shouldNotBelieveAnAnswerAboutAnother() {
    byte[] other = Published.ocspRequest(leaf(), CA);
    pages.put("/ocsp", _ -> Published.ocspWithNonce(CA, other, now, Optional.empty()));
    assertThat(check(leaf(), byOcsp())).isEqualTo(RevocationStatus.UNKNOWN);
    pages.put("/ocsp", _ -> new byte[] {0x30, 3, 0x0a, 1, 6});
    assertThat(check(leaf(), byOcsp())).isEqualTo(RevocationStatus.UNKNOWN);
  }

  @Test
  void shouldGoWhereTheCertificateSaysIfItMay() {
    X509Certificate named = Published.named(LEAF, CA, place("/named.crl"), place("/named.ocsp"));
    publish("/named.crl", Published.crl(CA, now, now.plus(HOUR), named));
    Revocation follow = sources(List.of(), Optional.empty(), true);
    assertThat(check(named, sources(List.of(), Optional.empty(), false)))
        .isEqualTo(RevocationStatus.UNKNOWN);
    assertThat(visits("/named.crl")).isZero();
    assertThat(check(named, follow)).isEqualTo(RevocationStatus.REVOKED);
    assertThat(visits("/named.ocsp")).as("is asked first").isEqualTo(1);
  }

  @Test
  void shouldCheckIntermediatesToo() {
    TestCa middle = CA.intermediate("CN=Middle", 0);
    X509Certificate leaf =
        new TestCa.Template("CN=leaf", LEAF).dns("leaf.example").signedBy(middle);
    publish("/root", Published.crl(CA, now, now.plus(HOUR), middle.certificate()));
    publish("/middle", Published.crl(middle, now, now.plus(HOUR)));
    List<X509Certificate> path = List.of(leaf, middle.certificate(), CA.certificate());
    Revocation both = sources(List.of(place("/root"), place("/middle")), Optional.empty(), false);
    assertThat(check(path, both)).isEqualTo(RevocationStatus.REVOKED);
    assertThat(check(path, sources(List.of(place("/middle")), Optional.empty(), false)))
        .as("nobody speaks of the intermediate")
        .isEqualTo(RevocationStatus.UNKNOWN);
  }

  @Test
  void shouldNotAskTooManyAtOnce() {
    pages.put(
        "/slow",
        _ -> {
          try {
            boolean _ = slow.await(20, TimeUnit.SECONDS);
          } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
          }
          return new byte[0];
        });
    List<CompletableFuture<RevocationStatus>> answers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Revocation sources = sources(List.of(), Optional.of(place("/slow")), false);
      answers.add(checker.check(List.of(leaf(), CA.certificate()), sources).toCompletableFuture());
    }
    assertThat(answers.subList(4, 8)).as("too many").allMatch(answer -> answer.isDone());
    await().until(() -> visits("/slow") == LIMITS.fetchesMax());
    slow.countDown();
    for (var answer : answers) {
      assertThat(answer.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(RevocationStatus.UNKNOWN);
    }
    assertThat(atOnceMax.get()).isEqualTo(LIMITS.fetchesMax());
  }

  @Test
  void aServerThatDripsShouldNotKeepOthersFromTheirs() {
    List<CompletableFuture<RevocationStatus>> held = new ArrayList<>();
    RevocationChecker hasty = new RevocationChecker(HASTY, new SecureRandom(), () -> now);
    for (int i = 0; i < HASTY.fetchesMax(); i++) {
      Revocation drip = sources(List.of(place("/drip" + "/" + i)), Optional.empty(), false);
      held.add(hasty.check(List.of(leaf(), CA.certificate()), drip).toCompletableFuture());
    }
    for (var answer : held) {
      assertThat(answer.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(RevocationStatus.UNKNOWN);
    }
    publish("/crl", Published.crl(CA, now, now.plus(HOUR)));
    assertThat(
            hasty
                .check(List.of(leaf(), CA.certificate()), byCrl())
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join())
        .isEqualTo(RevocationStatus.GOOD);
    hasty.close();
  }

  @Test
  void shouldLeaveWhoHasNothingAloneForAWhile() {
    assertThat(check(leaf(), sources(List.of(place("/nothing")), Optional.empty(), false)))
        .isEqualTo(RevocationStatus.UNKNOWN);
    assertThat(check(leaf(), sources(List.of(place("/nothing")), Optional.empty(), false)))
        .isEqualTo(RevocationStatus.UNKNOWN);
    assertThat(visits("/nothing")).isEqualTo(1);
  }
}
