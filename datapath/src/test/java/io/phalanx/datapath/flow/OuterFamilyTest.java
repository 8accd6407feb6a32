package io.phalanx.datapath.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.SequenceState;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.datapath.loop.NettyPacketLoops;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Both families inside and outside, over the loopback interface. */
class OuterFamilyTest {
  private static final Duration WAIT = Duration.ofSeconds(10);
  private static final SequenceState WIDE = new SequenceState(1, 1000, 0, 1000);
  private static final int LEFT_SPI = 0x1111_0006;
  private static final int RIGHT_SPI = 0x2222_0006;

  private TestGateway left;
  private TestGateway right;

  @BeforeEach
  void start() throws Exception {
    left = TestGateway.dual(NettyPacketLoops.open(2));
    right = TestGateway.dual(NettyPacketLoops.open(2));
  }

  @AfterEach
  void stop() {
    left.close();
    right.close();
  }

  @ParameterizedTest
  @CsvSource({
    "::1, 10.1.0.1, 10.2.0.1",
    "::1, fd01::1, fd02::1",
    "127.0.0.1, 10.1.0.1, 10.2.0.1",
    "127.0.0.1, fd01::1, fd02::1"
  })
  void shouldCarryEitherFamilyInEither(String outer, String from, String to) throws Exception {
    shouldCarry(outer, from, to);
  }

  @ParameterizedTest
  @CsvSource({"::1, 10.1.0.1, 10.2.0.1", "127.0.0.1, fd01::1, fd02::1"})
  void shouldCarryEitherFamilyInEitherOnNio(String outer, String from, String to) throws Exception {
    right.close();
    right = TestGateway.dual(NettyPacketLoops.openNio(2));
    shouldCarry(outer, from, to);
  }

  private void shouldCarry(String outer, String from, String to) throws Exception {
    InetAddress loopback = InetAddress.ofLiteral(outer);
    left.datapath.install(
        Suites.cluster(
            Suites.sub(Suites.gcm(true), LEFT_SPI, RIGHT_SPI, right.natAddress(loopback)),
            from,
            to,
            WIDE));
    right.datapath.install(
        Suites.cluster(
            Suites.sub(Suites.gcm(true), RIGHT_SPI, LEFT_SPI, left.natAddress(loopback)),
            to,
            from,
            WIDE));
    for (int number = 0; number < 40; number++) {
      byte[] there = Packets.udp(from, to, 7, number, 1000);
      byte[] back = Packets.udp(to, from, 7, number, 1000);
      left.clear.offer(number % 2, there);
      assertThat(right.clear.poll(WAIT)).contains(there);
      right.clear.offer(number % 2, back);
      assertThat(left.clear.poll(WAIT)).contains(back);
    }
    assertThat(left.moves).isEmpty();
    assertThat(right.moves).isEmpty();
  }

  @Test
  void shouldFollowAPeerIntoTheOtherFamily() throws Exception {
    try (RawPeer six = new RawPeer(Suites.gcm(false), LEFT_SPI, RIGHT_SPI, "::1");
        RawPeer four = new RawPeer(Suites.gcm(false), LEFT_SPI, RIGHT_SPI)) {
      left.datapath.install(
          Suites.cluster(
              Suites.sub(Suites.gcm(false), LEFT_SPI, RIGHT_SPI, four.address()),
              "10.1.0.0/24",
              "10.2.0.0/24",
              WIDE));
      six.send(left.natAddress(TestGateway.LOOPBACK_6), 1, 1);
      PeerPath moved = left.moves.take();
      assertThat(moved.peer()).isEqualTo(six.address());
      left.datapath.movePeer(LEFT_SPI, LEFT_SPI, moved);
      assertReaches(six);

      // What another member has received tells nothing of the socket that reaches the peer.
      UdpDatagram elsewhere = new UdpDatagram(four.address(), true, four.seal(2, 4, inbound()));
      left.datapath.injectEsp(elsewhere, 1);
      PeerPath back = left.moves.take();
      assertThat(back.peer()).isEqualTo(four.address());
      left.datapath.movePeer(LEFT_SPI, LEFT_SPI, back);
      assertReaches(four);
    }
  }

  @Test
  void shouldTakeAndSendIkeOverIpv6() throws Exception {
    byte[] ike = new byte[40];
    ike[3] = 9; // not a non-ESP marker
    ike[27] = 40;
    try (RawPeer peer = new RawPeer(Suites.gcm(false), LEFT_SPI, RIGHT_SPI, "::1")) {
      peer.send(new InetSocketAddress(TestGateway.LOOPBACK_6, left.datapath.ikePort()), ike);
      await().until(() -> !left.ike.isEmpty());
      UdpDatagram received = left.ike.remove();
      assertThat(received.peer()).isEqualTo(peer.address());
      left.datapath.sendIke(received);
      assertThat(peer.datagram(5000)).contains(ike);
    }
  }

  private void assertReaches(RawPeer peer) throws Exception {
    byte[] packet = Packets.udp("10.1.0.1", "10.2.0.1", 7, 5, 20);
    left.clear.offer(packet);
    assertThat(peer.receive(5000).orElseThrow().inner()).isEqualTo(packet);
  }

  private static byte[] inbound() {
    return Packets.udp("10.2.0.1", "10.1.0.1", 7, 5, 20);
  }
}
