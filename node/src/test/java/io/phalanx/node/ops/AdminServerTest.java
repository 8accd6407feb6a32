package io.phalanx.node.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.phalanx.config.Identity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdminServerTest {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<String> redirected = new ArrayList<>();
  private AdminServer admin;

  @BeforeEach
  void open() throws IOException {
    admin = AdminServer.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterEach
  void close() {
    client.close();
    admin.close();
  }

  @Test
  void shouldBeAliveButNotReadyWhileTheMemberStarts() throws Exception {
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
    assertThat(get("/readyz").statusCode()).isEqualTo(503);
    assertThat(get("/readyz").body()).isEqualTo("starting\n");
    assertThat(get("/sessions").statusCode()).isEqualTo(503);
  }

  @Test
  void shouldSayWhyTheMemberIsNotReady() throws Exception {
    admin.show(view(true, false, "1 of 2 members reachable", List.of()));
    assertThat(get("/readyz").statusCode()).isEqualTo(503);
    assertThat(get("/readyz").body()).isEqualTo("1 of 2 members reachable\n");
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldFailHealthWhenTheMemberIsBroken() throws Exception {
    admin.show(view(false, false, "packet loop 0 has ended", List.of()));
    assertThat(get("/healthz").statusCode()).isEqualTo(503);
  }

  @Test
  void shouldServeCountersInPrometheusText() throws Exception {
    registry.counter("phalanx.esp.replayed").increment(3);
    admin.show(view(true, true, "", List.of()));
    assertThat(get("/metrics").body()).contains("phalanx_esp_replayed_total 3.0");
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldListEachSessionAsOneJsonLine() throws Exception {
    var child = new SessionView.Child("net", "c0000001", "0a0b0c0d", 2, 128, 64);
    var session =
        new SessionView(
            "7",
            "road",
            "peer \"one\"",
            "192.0.2.7:4500",
            List.of("10.77.0.1"),
            "established",
            "0011223344556677",
            "8899aabbccddeeff",
            2,
            List.of(child));
    admin.show(view(true, true, "", List.of(session, session)));
    List<String> lines = get("/sessions").body().lines().toList();
    assertThat(lines).hasSize(2);
    assertThat(lines.getFirst())
        .contains("\"peer\":\"peer \\\"one\\\"\"", "\"spiInbound\":\"c0000001\"", "\"owner\":2");
  }

  @Test
  void shouldRefuseOtherPagesAndMethods() throws Exception {
    admin.show(view(true, true, "", List.of()));
    assertThat(get("/").statusCode()).isEqualTo(404);
    assertThat(get("/healthz/x").statusCode()).isEqualTo(404);
    HttpRequest post =
        HttpRequest.newBuilder(uri("/metrics"))
            .POST(HttpRequest.BodyPublishers.ofString("x"))
            .build();
    HttpResponse<String> answer = client.send(post, BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow")).contains("GET, HEAD");
  }

  @Test
  void shouldAnswerHeadWithoutABody() throws Exception {
    HttpRequest head =
        HttpRequest.newBuilder(uri("/healthz"))
            .method("HEAD", HttpRequest.BodyPublishers.noBody())
            .build();
    HttpResponse<String> answer = client.send(head, BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void shouldBeginADrainAndTellHowFarItIs() throws Exception {
    assertThat(post("/drain?wait=1500").statusCode()).as("not up yet").isEqualTo(503);
    admin.show(view(true, true, "", List.of()));
    assertThat(get("/drain").body())
        .isEqualTo("{\"state\":\"SERVING\",\"sessions\":3,\"saClusters\":4}\n");
    assertThat(post("/drain?wait=1500").body()).contains("\"WAITING\"", "\"sessions\":1500");
    assertThat(post("/drain").statusCode()).isEqualTo(400);
    assertThat(post("/drain?wait=-1").statusCode()).isEqualTo(400);
  }

  @Test
  void shouldSendPeersToAnotherGateway() throws Exception {
    assertThat(post("/redirect?to=192.0.2.9").statusCode()).as("not up yet").isEqualTo(503);
    admin.show(view(true, true, "", List.of()));
    assertThat(post("/redirect?to=192.0.2.9").body()).isEqualTo("peers go to 192.0.2.9\n");
    assertThat(post("/redirect?to=gw2.example.org").statusCode()).isEqualTo(200);
    assertThat(post("/redirect?to=").body()).isEqualTo("peers stay\n");
    assertThat(redirected).containsExactly("192.0.2.9", "gw2.example.org", "nowhere");
    assertThat(post("/redirect").statusCode()).isEqualTo(400);
    assertThat(post("/redirect?to=me@example.org").statusCode()).isEqualTo(400);
    assertThat(get("/redirect").statusCode()).isEqualTo(405);
  }

  @Test
  void shouldMoveContexts() throws Exception {
    admin.show(view(true, true, "", List.of()));
    assertThat(post("/contexts?to=west").body())
        .isEqualTo("{\"sessions\":2,\"left\":[\"one: is busy\"],\"set\":\"AQID\"}\n");
    HttpResponse<String> refused =
        post("/contexts?to=north&session=00000000000000ff&session=8000000000000000");
    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(refused.body()).isEqualTo("north is no partner, [-9223372036854775808, 255]\n");
    HttpRequest set =
        HttpRequest.newBuilder(uri("/contexts?from=east"))
            .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[5]))
            .build();
    assertThat(client.send(set, BodyHandlers.ofString()).body())
        .isEqualTo("{\"sessions\":5,\"left\":[]}\n");
  }

  @Test
  void shouldSayHowContextsAreMoved() throws Exception {
    admin.show(view(true, true, "", List.of()));
    for (String wrong : List.of("", "?to=", "?to=we/st", "?to=west&session=1", "?from=a&to=b")) {
      assertThat(post("/contexts" + wrong).statusCode()).as(wrong).isEqualTo(400);
    }
    assertThat(get("/contexts").statusCode()).isEqualTo(405);
  }

  private HttpResponse<String> post(String path) throws Exception {
    HttpRequest post =
        HttpRequest.newBuilder(uri(path)).POST(HttpRequest.BodyPublishers.noBody()).build();
    return client.send(post, BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + admin.address().getPort() + path);
  }

  private MemberView view(
      boolean healthy, boolean ready, String reason, List<SessionView> sessions) {
    return new MemberView() {
      @Override
      public boolean healthy() {
        return healthy;
      }

      @Override
      public boolean ready() {
        return ready;
      }

      @Override
      public String reason() {
        return reason;
      }

      @Override
      public DrainView drain(long waitMillis) {
        return new DrainView(DrainView.State.WAITING, Math.toIntExact(waitMillis), 4);
      }

      @Override
      public DrainView draining() {
        return new DrainView(DrainView.State.SERVING, 3, 4);
      }

      @Override
      public boolean redirect(Optional<Identity> gateway) {
        redirected.add(gateway.map(Identity::toString).orElse("nowhere"));
        return true;
      }

      @Override
      public TransferView exportContexts(String partner, Set<Long> sessionIds) {
        return partner.equals("west")
            ? new TransferView.Exported(2, List.of("one: is busy"), new byte[] {1, 2, 3})
            : new TransferView.Refused(partner + " is no partner, " + new TreeSet<>(sessionIds));
      }

      @Override
      public TransferView importContexts(String partner, byte[] set) {
        return new TransferView.Imported(set.length, List.of());
      }

      @Override
      public PrometheusMeterRegistry metrics() {
        return registry;
      }

      @Override
      public List<SessionView> sessions(int max) {
        return sessions.stream().limit(max).toList();
      }
    };
  }
}
