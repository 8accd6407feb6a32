package io.phalanx.datapath.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.phalanx.config.PacketHandling;
import io.phalanx.datapath.SaClusterSpec;
import io.phalanx.datapath.SequenceState;
import io.phalanx.datapath.loop.NettyPacketLoops;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** DSCP and ECN between inner and outer headers, over the loopback interface (RFC 6040). */
class TrafficClassTest {
  private static final Duration WAIT = Duration.ofSeconds(10);
  private static final SequenceState WIDE = new SequenceState(1, 1000, 0, 1000);
  private static final int SPI = 0x1111_000a;
  private static final int PEER_SPI = 0x2222_000a;
  private static final int EF = 46 << 2;
  private static final int ECT_0 = 2;
  private static final int CE = 3;

  private TestGateway gateway;

  @BeforeEach
  void start() throws Exception {
    gateway = TestGateway.marked(NettyPacketLoops.open(2));
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void shouldHandCongestionOnToTheInnerPacket(String outer) throws Exception {
    try (RawPeer peer = new RawPeer(Suites.gcm(true), SPI, PEER_SPI, outer)) {
      InetSocketAddress to = gateway.natAddress(InetAddress.ofLiteral(outer));
      gateway.datapath.install(spec(peer.address(), 0, false));
      peer.socket.setTrafficClass(EF | CE);
      peer.send(to, peer.seal(1, 4, inbound(ECT_0)));
      assertThat(gateway.clear.poll(WAIT).orElseThrow()[1]).isEqualTo((byte) CE);
      peer.send(to, peer.seal(2, 4, inbound(0)));
      await().until(() -> gateway.datapath.counters().congestion() == 1);
      peer.socket.setTrafficClass(0);
      peer.send(to, peer.seal(3, 4, inbound(EF | ECT_0)));
      assertThat(gateway.clear.poll(WAIT).orElseThrow()[1]).isEqualTo((byte) (EF | ECT_0));
    }
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1, true", "::1, true", "127.0.0.1, false", "::1, false"})
  void shouldMarkOuterPacketsAsTheirInnerOnes(String outer, boolean copied) throws Exception {
    try (var tap = new MarkTap(outer)) {
      gateway.datapath.install(spec(tap.address(), PacketHandling.COPY_DSCP, copied));
      gateway.clear.offer(outbound(EF | ECT_0));
      assertThat(tap.next()).isEqualTo(EF | (copied ? ECT_0 : 0));
      gateway.clear.offer(outbound(0));
      assertThat(tap.next()).isZero();
    }
  }

  @Test
  void shouldGiveEveryPacketTheClassConfigured() throws Exception {
    try (var tap = new MarkTap("127.0.0.1")) {
      gateway.datapath.install(spec(tap.address(), 10, false));
      gateway.clear.offer(outbound(EF | CE));
      assertThat(tap.next()).isEqualTo(10 << 2);
    }
  }

  @Test
  void shouldReadAndWriteManyAtOnce() throws Exception {
    try (RawPeer peer = new RawPeer(Suites.gcm(true), SPI, PEER_SPI)) {
      gateway.datapath.install(spec(peer.address(), PacketHandling.COPY_DSCP, true));
      for (int number = 0; number < 300; number++) {
        byte[] packet = outbound(number % 3 == 0 ? 0 : EF);
        gateway.clear.offer(number % 2, packet);
        peer.send(gateway.natAddress(), peer.seal(number + 1, 4, inbound(number & ECT_0)));
        if (number % 50 == 49) { // the peer's socket has no room for all
          for (int count = 0; count < 50; count++) {
            assertThat(peer.receive(5000)).isPresent();
            assertThat(gateway.clear.poll(WAIT)).isPresent();
          }
        }
      }
    }
    assertThat(gateway.datapath.counters().queueFull()).isZero();
  }

  @Test
  void shouldGoWithoutWhereThereIsNoEpoll() throws Exception {
    gateway.close();
    gateway = TestGateway.marked(NettyPacketLoops.openNio(1));
    try (RawPeer peer = new RawPeer(Suites.gcm(true), SPI, PEER_SPI)) {
      gateway.datapath.install(spec(peer.address(), PacketHandling.COPY_DSCP, true));
      gateway.clear.offer(outbound(EF | ECT_0));
      assertThat(peer.receive(5000)).isPresent();
      peer.send(gateway.natAddress(), peer.seal(1, 4, inbound(0)));
      assertThat(gateway.clear.poll(WAIT)).isPresent();
    }
  }

  private static byte[] outbound(int trafficClass) {
    byte[] packet = Packets.udp("10.1.0.1", "10.2.0.1", 7, 1, 20);
    packet[1] = (byte) trafficClass;
    return packet;
  }

  private static byte[] inbound(int trafficClass) {
    byte[] packet = Packets.udp("10.2.0.1", "10.1.0.1", 7, 1, 20);
    packet[1] = (byte) trafficClass;
    return packet;
  }

  private static SaClusterSpec spec(InetSocketAddress peer, int dscp, boolean ecn) {
    SaClusterSpec plain =
        Suites.cluster(
            Suites.sub(Suites.gcm(true), SPI, PEER_SPI, peer), "10.1.0.0/24", "10.2.0.0/24", WIDE);
    return new SaClusterSpec(
        plain.id(),
        plain.subSas(),
        plain.extendedSequenceNumbers(),
        plain.windowSizeBits(),
        plain.localSelectors(),
        plain.remoteSelectors(),
        0,
        0,
        plain.transport(),
        new PacketHandling(1500, false, dscp, ecn),
        plain.sequence());
  }
}
