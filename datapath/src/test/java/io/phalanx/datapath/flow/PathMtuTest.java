package io.phalanx.datapath.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.phalanx.config.PacketHandling;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.datapath.SaClusterSpec;
import io.phalanx.datapath.SequenceState;
import io.phalanx.datapath.loop.NettyPacketLoops;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What does not fit the path (RFC 4301 §8.2). */
class PathMtuTest {
  private static final Duration WAIT = Duration.ofSeconds(10);
  private static final int SPI = 0x1111_0007;
  private static final int PEER_SPI = 0x2222_0007;
  private static final int PATH_MTU = 1000;
  private static final int DONT_FRAGMENT = 0x40;

  private TestGateway gateway;

  @BeforeEach
  void start() throws Exception {
    gateway = TestGateway.dual(NettyPacketLoops.open(1));
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  static List<EspSuite> suites() {
    return Suites.all();
  }

  @ParameterizedTest
  @MethodSource("suites")
  void shouldSayWhatFitsExactly(EspSuite suite) throws Exception {
    for (String outer : List.of("127.0.0.1", "::1")) {
      try (RawPeer peer = new RawPeer(suite, SPI, PEER_SPI, outer)) {
        gateway.datapath.install(spec(suite, peer, "10.1.0.0/24", "10.2.0.0/24"));
        gateway.clear.offer(dontFragment(PATH_MTU));
        byte[] answer = gateway.clear.poll(WAIT).orElseThrow();
        int mtu = ByteBuffer.wrap(answer).getShort(26);
        int headers = outer.equals("::1") ? 48 : 28;
        gateway.clear.offer(dontFragment(mtu));
        int fits = headers + peer.datagram(5000).orElseThrow().length;
        assertThat(fits).isLessThanOrEqualTo(PATH_MTU).isGreaterThan(PATH_MTU - 16);
        gateway.clear.offer(dontFragment(mtu + 1));
        assertThat(gateway.clear.poll(WAIT)).as("one octet more").isPresent();
      }
    }
    assertThat(gateway.datapath.counters().tooBig()).isEqualTo(4);
  }

  @Test
  void shouldCutWhatMayBeCutBeforeItIsEncrypted() throws Exception {
    EspSuite suite = Suites.gcm(true);
    try (RawPeer peer = new RawPeer(suite, SPI, PEER_SPI)) {
      gateway.datapath.install(spec(suite, peer, "10.1.0.0/24", "10.2.0.0/24"));
      byte[] packet = Packets.udp("10.1.0.1", "10.2.0.1", 7, 1, 3000);
      gateway.clear.offer(packet);
      byte[] data = new byte[packet.length - 20];
      int octets = 0;
      while (octets < data.length) {
        byte[] fragment = peer.receive(5000).orElseThrow().inner();
        int at = (ByteBuffer.wrap(fragment).getShort(6) & 0x1fff) * 8;
        assertThat(fragment.length).isLessThan(PATH_MTU);
        System.arraycopy(fragment, 20, data, at, fragment.length - 20);
        octets += fragment.length - 20;
      }
      assertThat(data).isEqualTo(Arrays.copyOfRange(packet, 20, packet.length));
      assertThat(gateway.datapath.counters().fragmented()).isEqualTo(1);
      assertThat(gateway.datapath.counters().tooBig()).isZero();
    }
  }

  @Test
  void shouldCarryEveryIpv6PacketOf1280AndRefuseMore() throws Exception {
    EspSuite suite = Suites.gcm(true);
    try (RawPeer peer = new RawPeer(suite, SPI, PEER_SPI)) {
      gateway.datapath.install(spec(suite, peer, "fd01::/64", "fd02::/64"));
      gateway.clear.offer(Packets.udp("fd01::1", "fd02::1", 7, 1, 1280 - 48));
      assertThat(peer.receive(5000).orElseThrow().inner()).hasSize(1280);
      gateway.clear.offer(Packets.udp("fd01::1", "fd02::1", 7, 1, 1281 - 48));
      byte[] answer = gateway.clear.poll(WAIT).orElseThrow();
      assertThat(answer[6]).as("ICMPv6").isEqualTo((byte) 58);
      assertThat(ByteBuffer.wrap(answer).getInt(44)).isEqualTo(1280);
    }
  }

  @Test
  void shouldNotAnswerIcmpErrorsNorLaterFragmentsNorWithoutEnd() throws Exception {
    EspSuite suite = Suites.gcm(true);
    try (RawPeer peer = new RawPeer(suite, SPI, PEER_SPI)) {
      gateway.datapath.install(spec(suite, peer, "10.1.0.0/24", "10.2.0.0/24"));
      byte[] error = dontFragment(PATH_MTU);
      error[9] = 1;
      error[20] = 3;
      gateway.clear.offer(error);
      byte[] later = dontFragment(PATH_MTU);
      later[7] = 9;
      gateway.clear.offer(later);
      await().until(() -> gateway.datapath.counters().tooBig() == 2);
      assertThat(gateway.clear.poll(Duration.ZERO)).isEmpty();
      for (int count = 0; count < 2000; count++) {
        gateway.clear.offer(dontFragment(PATH_MTU));
      }
      await().until(() -> gateway.datapath.counters().tooBig() == 2002);
      int answers = 0;
      while (gateway.clear.poll(Duration.ZERO).isPresent()) {
        answers++;
      }
      assertThat(answers).isBetween(1, 1500);
    }
  }

  private static byte[] dontFragment(int octets) {
    byte[] packet = Packets.udp("10.1.0.1", "10.2.0.1", 7, 1, octets - 28);
    packet[6] = DONT_FRAGMENT;
    return packet;
  }

  private static SaClusterSpec spec(EspSuite suite, RawPeer peer, String local, String remote) {
    SaClusterSpec plain =
        Suites.cluster(
            Suites.sub(suite, SPI, PEER_SPI, peer.address()),
            local,
            remote,
            new SequenceState(1, 1000, 0, 1000));
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
        new PacketHandling(PATH_MTU, true, 0, false),
        plain.sequence());
  }
}
