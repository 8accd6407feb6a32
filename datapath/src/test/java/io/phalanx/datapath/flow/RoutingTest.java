package io.phalanx.datapath.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.phalanx.config.PacketHandling;
import io.phalanx.config.net.IpPrefix;
import io.phalanx.config.net.TrafficSelector;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.datapath.Datapath;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.SaClusterSpec;
import io.phalanx.datapath.SequenceState;
import io.phalanx.datapath.UdpDatagram;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which way packets go: to an SA, to another member, to the floors above. */
class RoutingTest {
  private static final Duration WAIT = Duration.ofSeconds(10);
  private static final int SPI = 0x1111_0001;
  private static final int PEER_SPI = 0x2222_0001;
  private static final int OTHER_SPI = 0x1111_0002;
  private static final int OTHER_PEER_SPI = 0x2222_0002;
  private static final EspSuite SUITE = Suites.gcm(false);
  private static final SequenceState START = new SequenceState(1, 100, 0, 100);
  private static final List<TrafficSelector> REMOTE =
      List.of(TrafficSelector.of(IpPrefix.parse("10.2.0.0/24")));

  private TestGateway gateway;
  private RawPeer peer;

  @BeforeEach
  void start() throws Exception {
    gateway = TestGateway.start();
    peer = new RawPeer(SUITE, SPI, PEER_SPI);
  }

  @AfterEach
  void stop() {
    gateway.close();
    peer.close();
  }

  @Test
  void shouldForwardToTheMemberThatOwns() throws Exception {
    gateway.datapath.route(SPI, List.of(SPI), REMOTE, 3);
    byte[] esp = peer.seal(1, 4, clear(1));
    peer.send(gateway.natAddress(), esp);
    TestGateway.Handed forwarded = take(gateway.forwardedEsp);
    assertThat(forwarded.memberOrSpi()).isEqualTo(3);
    assertThat(forwarded.packet()).isEqualTo(esp);
    assertThat(forwarded.hops()).isEqualTo(1);
    gateway.clear.offer(outbound(2));
    TestGateway.Handed clear = take(gateway.forwardedClear);
    assertThat(clear.packet()).isEqualTo(outbound(2));
    assertThat(clear.hops()).isEqualTo(1);
  }

  @Test
  void shouldTellOfAPacketThatAnotherMemberHasSentHereInVain() throws Exception {
    gateway.datapath.route(SPI, List.of(SPI), REMOTE, 3);
    UdpDatagram esp = new UdpDatagram(peer.address(), true, peer.seal(1, 4, clear(1)));
    peer.send(gateway.natAddress(), esp.payload());
    assertThat(take(gateway.forwardedEsp).hops()).isEqualTo(1);
    assertThat(gateway.misdirected).as("came from the peer").isEmpty();
    gateway.datapath.injectEsp(esp, 1);
    assertThat(take(gateway.misdirected)).isEqualTo(SPI);
    gateway.datapath.injectClear(outbound(1), 2);
    assertThat(take(gateway.misdirected)).isEqualTo(SPI);
  }

  @Test
  void shouldEndCirclesAfterThreeHops() throws Exception {
    gateway.datapath.route(SPI, List.of(SPI), REMOTE, 3);
    UdpDatagram esp = new UdpDatagram(peer.address(), true, peer.seal(1, 4, clear(1)));
    gateway.datapath.injectEsp(esp, 2);
    assertThat(take(gateway.forwardedEsp).hops()).isEqualTo(3);
    gateway.datapath.injectEsp(esp, 3);
    gateway.datapath.injectClear(outbound(1), 3);
    await().until(() -> gateway.datapath.counters().queueFull() == 2);
    assertThat(gateway.forwardedEsp).isEmpty();
    assertThat(gateway.forwardedClear).isEmpty();
  }

  @Test
  void shouldTellOfNothingThatHasGoneInACircle() throws Exception {
    gateway.datapath.injectEsp(new UdpDatagram(peer.address(), true, peer.seal(1, 4, clear(1))), 3);
    gateway.datapath.injectClear(outbound(1), 3);
    await().until(() -> gateway.datapath.counters().queueFull() == 1);
    await().until(() -> gateway.datapath.counters().noSa() == 1);
    assertThat(gateway.espWithoutSa).isEmpty();
    assertThat(gateway.clearWithoutSa).isEmpty();
  }

  @Test
  void shouldCarryWhatAnotherMemberHasForwarded() throws Exception {
    gateway.datapath.install(spec(SPI, PEER_SPI, peer.address()));
    UdpDatagram esp = new UdpDatagram(peer.address(), true, peer.seal(1, 4, clear(7)));
    gateway.datapath.injectEsp(esp, 1);
    assertThat(gateway.clear.poll(WAIT)).contains(clear(7));
    gateway.datapath.injectClear(outbound(8), 1);
    assertThat(peer.receive(5000).orElseThrow().inner()).isEqualTo(outbound(8));
    assertThat(gateway.moves).isEmpty();
  }

  @Test
  void shouldReplaceARouteByAnInstallAndBack() throws Exception {
    gateway.datapath.route(SPI, List.of(SPI), REMOTE, 3);
    gateway.datapath.install(spec(SPI, PEER_SPI, peer.address()));
    gateway.clear.offer(outbound(1));
    assertThat(peer.receive(5000)).isPresent();
    gateway.datapath.route(SPI, List.of(SPI), REMOTE, 2);
    gateway.clear.offer(outbound(2));
    assertThat(take(gateway.forwardedClear).memberOrSpi()).isEqualTo(2);
    gateway.datapath.remove(SPI);
    gateway.clear.offer(outbound(3));
    assertThat(take(gateway.clearWithoutSa).packet()).isEqualTo(outbound(3));
    peer.send(gateway.natAddress(), 1, 1);
    assertThat(take(gateway.espWithoutSa).memberOrSpi()).isEqualTo(SPI);
  }

  @Test
  void shouldLetWaitingPacketsFollowTheSaToItsNewOwner() throws Exception {
    gateway.granting = false;
    gateway.datapath.install(
        Suites.cluster(
            Suites.sub(SUITE, SPI, PEER_SPI, peer.address()),
            "10.1.0.0/24",
            "10.2.0.0/24",
            new SequenceState(1, 1, 0, 0)));
    gateway.clear.offer(outbound(1));
    assertThat(gateway.wishes.poll(10, TimeUnit.SECONDS)).isNotNull();
    gateway.datapath.route(SPI, List.of(SPI), REMOTE, 3);
    assertThat(take(gateway.forwardedClear).packet()).isEqualTo(outbound(1));
  }

  @Test
  void shouldStopWhereItSaysAndLoseNoPacketAfterwards() throws Exception {
    gateway.datapath.install(spec(SPI, PEER_SPI, peer.address()));
    gateway.clear.offer(outbound(1));
    gateway.clear.offer(outbound(2));
    assertThat(peer.receive(5000)).isPresent();
    assertThat(peer.receive(5000)).isPresent();
    peer.send(gateway.natAddress(), 7, 7);
    assertThat(gateway.clear.poll(WAIT)).isPresent();

    assertThat(gateway.datapath.retire(SPI).toCompletableFuture().get(10, TimeUnit.SECONDS))
        .contains(new Datapath.Retired(3, 7));
    byte[] esp = peer.seal(8, 4, clear(8));
    peer.send(gateway.natAddress(), esp);
    gateway.clear.offer(outbound(3));
    gateway.datapath.grant(SPI, 5000, 5000);
    assertThat(take(gateway.espWithoutSa).packet()).isEqualTo(esp);
    assertThat(take(gateway.clearWithoutSa).packet()).isEqualTo(outbound(3));
    gateway.datapath.injectEsp(new UdpDatagram(peer.address(), true, esp), 2);
    assertThat(take(gateway.espWithoutSa).hops()).isEqualTo(2);
    assertThat(peer.receive(200)).isEmpty();
    assertThat(gateway.clear.poll(Duration.ofMillis(200))).isEmpty();
    assertThat(gateway.datapath.retire(SPI).toCompletableFuture().get(10, TimeUnit.SECONDS))
        .as("once")
        .isEmpty();
  }

  @Test
  void shouldNotStopWhilePacketsWaitForNumbers() throws Exception {
    gateway.granting = false;
    gateway.datapath.install(
        Suites.cluster(
            Suites.sub(SUITE, SPI, PEER_SPI, peer.address()),
            "10.1.0.0/24",
            "10.2.0.0/24",
            new SequenceState(1, 1, 0, 0)));
    gateway.clear.offer(outbound(1));
    assertThat(gateway.wishes.poll(10, TimeUnit.SECONDS)).isNotNull();
    assertThat(gateway.datapath.retire(SPI).toCompletableFuture().get(10, TimeUnit.SECONDS))
        .isEmpty();
    gateway.datapath.grant(SPI, 10, 10);
    assertThat(peer.receive(5000)).isPresent();
  }

  @Test
  void shouldSendOverTheSaInstalledLast() throws Exception {
    gateway.datapath.install(spec(SPI, PEER_SPI, peer.address()));
    try (RawPeer other = new RawPeer(SUITE, OTHER_SPI, OTHER_PEER_SPI)) {
      gateway.datapath.install(spec(OTHER_SPI, OTHER_PEER_SPI, other.address()));
      gateway.clear.offer(outbound(1));
      assertThat(other.receive(5000)).isPresent();
      // The old one still receives, as in the overlap of a rekey.
      peer.send(gateway.natAddress(), 1, 5);
      assertThat(gateway.clear.poll(WAIT)).isPresent();
      gateway.datapath.remove(OTHER_SPI);
      gateway.clear.offer(outbound(2));
      assertThat(peer.receive(5000)).isPresent();
    }
  }

  @Test
  void shouldSendOverTheOldSaUntilTheNewOneIsPreferred() throws Exception {
    gateway.datapath.install(spec(SPI, PEER_SPI, peer.address()));
    try (RawPeer other = new RawPeer(SUITE, OTHER_SPI, OTHER_PEER_SPI)) {
      gateway.datapath.installBehind(spec(OTHER_SPI, OTHER_PEER_SPI, other.address()));
      gateway.clear.offer(outbound(1));
      assertThat(peer.receive(5000)).isPresent();
      other.send(gateway.natAddress(), 1, 5);
      assertThat(gateway.clear.poll(WAIT)).as("received by the new one").isPresent();
      gateway.datapath.prefer(OTHER_SPI);
      gateway.clear.offer(outbound(2));
      assertThat(other.receive(5000)).isPresent();
      gateway.datapath.remove(OTHER_SPI);
      gateway.clear.offer(outbound(3));
      assertThat(peer.receive(5000)).as("nothing is left of the new one").isPresent();
    }
  }

  @Test
  void shouldSendOverTheNewSaOnceTheOldOneIsGone() throws Exception {
    gateway.datapath.install(spec(SPI, PEER_SPI, peer.address()));
    try (RawPeer other = new RawPeer(SUITE, OTHER_SPI, OTHER_PEER_SPI)) {
      gateway.datapath.installBehind(spec(OTHER_SPI, OTHER_PEER_SPI, other.address()));
      gateway.datapath.remove(SPI);
      gateway.clear.offer(outbound(1));
      assertThat(other.receive(5000)).isPresent();
    }
  }

  @Test
  void shouldShareNumbersAndWindowAmongSubSas() throws Exception {
    try (RawPeer second = new RawPeer(SUITE, OTHER_SPI, OTHER_PEER_SPI)) {
      gateway.datapath.install(
          new SaClusterSpec(
              SPI,
              List.of(
                  Suites.sub(SUITE, SPI, PEER_SPI, peer.address()),
                  Suites.sub(SUITE, OTHER_SPI, OTHER_PEER_SPI, second.address())),
              false,
              64,
              List.of(TrafficSelector.of(IpPrefix.parse("10.1.0.0/24"))),
              REMOTE,
              0,
              0,
              Optional.empty(),
              PacketHandling.DEFAULT,
              START));
      gateway.clear.offer(outbound(1));
      assertThat(peer.receive(5000).orElseThrow().sequence()).isEqualTo(1);
      second.send(gateway.natAddress(), 5, 5);
      assertThat(gateway.clear.poll(WAIT)).isPresent();
      gateway.clear.offer(outbound(2));
      assertThat(second.receive(5000).orElseThrow().sequence()).isEqualTo(2);
      peer.send(gateway.natAddress(), 5, 6);
      await().until(() -> gateway.datapath.counters().replayed() == 1);
    }
  }

  @Test
  void shouldTellThatAPeerMovedAndFollowOnlyWhenToldTo() throws Exception {
    gateway.datapath.install(spec(SPI, PEER_SPI, peer.address()));
    try (RawPeer moved = new RawPeer(SUITE, SPI, PEER_SPI)) {
      moved.send(gateway.natAddress(), 5, 5);
      moved.send(gateway.natAddress(), 6, 6);
      PeerPath told = gateway.moves.poll(10, TimeUnit.SECONDS);
      assertThat(told).isEqualTo(new PeerPath(moved.address(), 0));
      gateway.clear.offer(outbound(1));
      assertThat(peer.receive(5000)).isPresent();
      gateway.datapath.movePeer(SPI, SPI, told);
      gateway.clear.offer(outbound(2));
      assertThat(moved.receive(5000)).isPresent();
      // A packet that was overtaken does not turn the path back.
      peer.send(gateway.natAddress(), 2, 2);
      gateway.clear.poll(WAIT);
      assertThat(gateway.moves).isEmpty();
    }
  }

  @Test
  void shouldSendIkeOnTheRightPort() throws Exception {
    byte[] message = new byte[60];
    message[0] = 1;
    gateway.datapath.sendIke(new UdpDatagram(peer.address(), false, message));
    DatagramPacket packet = new DatagramPacket(new byte[100], 100);
    peer.socket.setSoTimeout(5000);
    peer.socket.receive(packet);
    assertThat(packet.getPort()).isEqualTo(gateway.datapath.ikePort());
    assertThat(packet.getLength()).isEqualTo(60);
    gateway.datapath.sendIke(new UdpDatagram(peer.address(), true, message));
    peer.socket.receive(packet);
    assertThat(packet.getPort()).isEqualTo(gateway.datapath.natPort());
    assertThat(packet.getLength()).isEqualTo(64);
    assertThat(packet.getData()).startsWith(0, 0, 0, 0, 1);
  }

  @Test
  void shouldSendKeepalivesAndIgnoreThem() throws Exception {
    gateway.datapath.sendKeepalive(PeerPath.to(peer.address()));
    DatagramPacket packet = new DatagramPacket(new byte[100], 100);
    peer.socket.setSoTimeout(5000);
    peer.socket.receive(packet);
    assertThat(packet.getPort()).isEqualTo(gateway.datapath.natPort());
    assertThat(packet.getLength()).isEqualTo(1);
    assertThat(packet.getData()[0]).isEqualTo((byte) 0xff);
    packet.setSocketAddress(gateway.natAddress());
    peer.socket.send(packet);
    packet.setData(new byte[] {1}, 0, 1);
    peer.socket.send(packet);
    await().until(() -> gateway.datapath.counters().malformed() == 1);
    assertThat(gateway.ike).isEmpty();
    assertThat(gateway.espWithoutSa).isEmpty();
  }

  private static SaClusterSpec spec(int inbound, int outbound, InetSocketAddress peer) {
    return Suites.cluster(
        Suites.sub(SUITE, inbound, outbound, peer), "10.1.0.0/24", "10.2.0.0/24", START);
  }

  private static byte[] outbound(int number) {
    return Packets.udp("10.1.0.1", "10.2.0.1", 7, number, 20);
  }

  private static byte[] clear(int number) {
    return Packets.udp("10.2.0.1", "10.1.0.1", 7, number, 20);
  }

  private static <T> T take(BlockingQueue<T> queue) throws InterruptedException {
    return Optional.ofNullable(queue.poll(10, TimeUnit.SECONDS)).orElseThrow();
  }
}
