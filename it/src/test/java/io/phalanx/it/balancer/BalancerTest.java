package io.phalanx.it.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BalancerTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  /** A backend of sockets: answers are sent by the test. */
  private static final class Fake {
    final DatagramSocket ike = socket();
    final DatagramSocket nat = socket();
    final HttpServer admin;
    final Backend backend;
    volatile int status = 200;

    Fake(String name) throws IOException {
      admin = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 16);
      admin.createContext(
          "/readyz",
          exchange -> {
            byte[] body = "state\n".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
          });
      admin.start();
      backend =
          new Backend(name, LOOPBACK, ike.getLocalPort(), nat.getLocalPort(), admin.getAddress());
    }

    void close() {
      ike.close();
      nat.close();
      admin.stop(0);
    }
  }

  private final List<Fake> fakes = new ArrayList<>();
  private final List<String> changes = new CopyOnWriteArrayList<>();
  private final List<PacketTap.Direction> tapped = new CopyOnWriteArrayList<>();
  private final DatagramSocket client = socket();
  private Balancer balancer;

  @BeforeEach
  void start() throws IOException {
    for (String name : List.of("gw1", "gw2", "gw3")) {
      fakes.add(new Fake(name));
    }
    List<Backend> backends = fakes.stream().map(fake -> fake.backend).toList();
    balancer =
        Balancer.start(
            BalancerConfig.of(LOOPBACK, 0, 0, backends),
            (direction, _, _, _, _) -> tapped.add(direction),
            (backend, up, _, _) -> changes.add(backend.name() + (up ? " up" : " down")));
    await().until(() -> changes.size() == 3);
  }

  @AfterEach
  void stop() {
    balancer.close();
    fakes.forEach(Fake::close);
    client.close();
  }

  @Test
  void shouldBringBothPortsOfAClientToOneBackendAndAnswersOfAnyBack() throws Exception {
    Fake chosen = chosen();
    toGateway(Port.IKE, "ike");
    DatagramPacket ike = receive(chosen.ike);
    assertThat(text(ike)).isEqualTo("ike");
    toGateway(Port.NAT, "esp");
    DatagramPacket esp = receive(chosen.nat);
    assertThat(text(esp)).isEqualTo("esp");

    Fake other = fakes.stream().filter(fake -> fake != chosen).findFirst().orElseThrow();
    answer(other.nat, esp, "from another");
    DatagramPacket answer = receive(client);
    assertThat(text(answer)).isEqualTo("from another");
    assertThat(answer.getSocketAddress()).isEqualTo(balancer.address(Port.NAT));
    assertThat(tapped)
        .containsExactly(
            PacketTap.Direction.TO_GATEWAY,
            PacketTap.Direction.TO_GATEWAY,
            PacketTap.Direction.TO_CLIENT);
  }

  @Test
  void shouldNotPassOnWhatAStrangerSendsToAnUpstreamSocket() throws Exception {
    toGateway(Port.IKE, "hello");
    DatagramPacket seen = receive(chosen().ike);
    try (DatagramSocket stranger = socket()) {
      answer(stranger, seen, "spoofed");
    }
    await().until(() -> balancer.dropped() == 1);
    assertThat(tapped).containsExactly(PacketTap.Direction.TO_GATEWAY);
  }

  @Test
  void shouldDropABackendThatIsGoneAndUseAnother() throws Exception {
    Fake first = chosen();
    first.close();
    await()
        .atMost(Duration.ofMillis(500))
        .until(() -> changes.contains(first.backend.name() + " down"));
    fakes.remove(first);
    Fake second = chosen();
    toGateway(Port.NAT, "again");
    assertThat(text(receive(second.nat))).isEqualTo("again");
  }

  @Test
  void shouldDropABackendThatIsNotReadyAndTakeItBack() {
    Fake fake = fakes.getFirst();
    fake.status = 503;
    await().until(() -> changes.contains("gw1 down"));
    fake.status = 200;
    await().until(() -> changes.getLast().equals("gw1 up"));
  }

  @Test
  void shouldInjectAsAKnownClientPastTheTap() throws Exception {
    toGateway(Port.NAT, "first");
    Fake chosen = chosen();
    DatagramPacket first = receive(chosen.nat);
    balancer.inject(
        (InetSocketAddress) client.getLocalSocketAddress(),
        Port.NAT,
        chosen.backend,
        "replayed".getBytes(StandardCharsets.UTF_8));
    DatagramPacket replayed = receive(chosen.nat);
    assertThat(text(replayed)).isEqualTo("replayed");
    assertThat(replayed.getSocketAddress()).isEqualTo(first.getSocketAddress());
    assertThat(tapped).containsExactly(PacketTap.Direction.TO_GATEWAY);
  }

  private Fake chosen() {
    List<Backend> live = fakes.stream().map(fake -> fake.backend).toList();
    Backend chosen = SourceHash.choose(LOOPBACK, live).orElseThrow();
    return fakes.stream().filter(fake -> fake.backend.equals(chosen)).findFirst().orElseThrow();
  }

  private void toGateway(Port port, String text) throws IOException {
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    client.send(new DatagramPacket(payload, payload.length, balancer.address(port)));
  }

  private static void answer(DatagramSocket from, DatagramPacket to, String text)
      throws IOException {
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    from.send(new DatagramPacket(payload, payload.length, to.getSocketAddress()));
  }

  private static DatagramPacket receive(DatagramSocket socket) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
    socket.setSoTimeout(5000);
    socket.receive(packet);
    return packet;
  }

  private static String text(DatagramPacket packet) {
    return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
  }

  private static DatagramSocket socket() {
    try {
      return new DatagramSocket(new InetSocketAddress(LOOPBACK, 0));
    } catch (IOException failed) {
      throw new AssertionError(failed);
    }
  }
}
