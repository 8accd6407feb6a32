package io.phalanx.datapath.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.phalanx.config.PacketHandling;
import io.phalanx.config.net.TrafficSelector;
import io.phalanx.datapath.SaClusterSpec;
import io.phalanx.datapath.SequenceState;
import io.phalanx.datapath.SubSaSpec;
import io.phalanx.datapath.TransportAddresses;
import io.phalanx.datapath.esp.EspPacket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Transport mode in UDP: whole packets on the clear side, payloads in ESP. */
class TransportModeTest {
  private static final Duration WAIT = Duration.ofSeconds(10);
  private static final SequenceState FRESH = new SequenceState(1, 1, 0, 0);
  private static final SequenceState WIDE = new SequenceState(1, 1000, 0, 1000);
  private static final int LEFT_SPI = 0x1111_0009;
  private static final int RIGHT_SPI = 0x2222_0009;
  private static final String LEFT = "192.0.2.1";
  private static final String RIGHT = "198.51.100.2";

  private TestGateway left;

  @BeforeEach
  void start() throws Exception {
    left = TestGateway.start();
  }

  @AfterEach
  void stop() {
    left.close();
  }

  @Test
  void shouldCarryPacketsOfTheTwoEndsBothWays() throws Exception {
    try (TestGateway right = TestGateway.start()) {
      left.datapath.install(
          spec(Suites.sub(Suites.gcm(true), LEFT_SPI, RIGHT_SPI, right.natAddress()), LEFT, RIGHT));
      right.datapath.install(
          spec(Suites.sub(Suites.gcm(true), RIGHT_SPI, LEFT_SPI, left.natAddress()), RIGHT, LEFT));
      for (int number = 0; number < 50; number++) {
        left.clear.offer(number % 2, Packets.udp(LEFT, RIGHT, 7, number, 20));
        right.clear.offer(number % 2, Packets.udp(RIGHT, LEFT, 7, number, 20));
      }
      for (int number = 0; number < 50; number++) {
        byte[] there = right.clear.poll(WAIT).orElseThrow();
        assertThat(Arrays.copyOfRange(there, 12, 16)).isEqualTo(octets(LEFT));
        assertThat(Arrays.copyOfRange(there, 16, 20)).isEqualTo(octets(RIGHT));
        assertThat(left.clear.poll(WAIT)).isPresent();
      }
    }
  }

  @Test
  void shouldSendThePayloadUnderItsOwnNextHeader() throws Exception {
    try (RawPeer peer = new RawPeer(Suites.gcm(true), LEFT_SPI, RIGHT_SPI)) {
      left.datapath.install(
          spec(Suites.sub(Suites.gcm(true), LEFT_SPI, RIGHT_SPI, peer.address()), LEFT, RIGHT));
      byte[] packet = Packets.udp(LEFT, RIGHT, 7, 4711, 20);
      left.clear.offer(packet);
      RawPeer.Received received = peer.receive(5000).orElseThrow();
      assertThat(received.inner()).isEqualTo(Arrays.copyOfRange(packet, 20, packet.length));
      assertThat(received.nextHeader()).isEqualTo(17);
    }
  }

  @Test
  void shouldRefuseWhatTheModeDoesNotCarry() throws Exception {
    try (RawPeer peer = new RawPeer(Suites.gcm(true), LEFT_SPI, RIGHT_SPI)) {
      left.datapath.install(
          spec(Suites.sub(Suites.gcm(true), LEFT_SPI, RIGHT_SPI, peer.address()), LEFT, RIGHT));
      byte[] fragment = Packets.udp(LEFT, RIGHT, 7, 1, 20);
      fragment[6] = 0x20;
      left.clear.offer(fragment);
      await().until(() -> left.datapath.counters().untransportable() == 1);
      // A tunnelled packet is taken for a payload of protocol 4, as RFC 4301 has it, and no more.
      byte[] inner = Packets.udp(RIGHT, LEFT, 7, 2, 20);
      peer.send(left.natAddress(), peer.seal(1, EspPacket.NEXT_HEADER_IPV4, inner));
      byte[] seen = left.clear.poll(WAIT).orElseThrow();
      assertThat(seen[9]).isEqualTo((byte) 4);
      assertThat(Arrays.copyOfRange(seen, 20, seen.length)).isEqualTo(inner);
      peer.send(left.natAddress(), peer.seal(2, EspPacket.NEXT_HEADER_DUMMY, new byte[40]));
      await().until(() -> left.datapath.counters().dummies() == 1);
    }
  }

  @Test
  void shouldSurviveGarbageUnderEveryNextHeader() throws Exception {
    Random random = new Random(23);
    try (RawPeer peer = new RawPeer(Suites.gcm(true), LEFT_SPI, RIGHT_SPI)) {
      left.datapath.install(
          spec(Suites.sub(Suites.gcm(true), LEFT_SPI, RIGHT_SPI, peer.address()), LEFT, RIGHT));
      int sequence = 0;
      for (int nextHeader = 0; nextHeader < 256; nextHeader++) {
        byte[] payload = new byte[random.nextInt(80)];
        random.nextBytes(payload);
        peer.send(left.natAddress(), peer.seal(++sequence, nextHeader, payload));
        if (nextHeader != EspPacket.NEXT_HEADER_DUMMY) {
          byte[] seen = left.clear.poll(WAIT).orElseThrow();
          assertThat(seen).hasSize(20 + payload.length);
          assertThat(seen[9]).isEqualTo((byte) nextHeader);
        }
      }
      assertThat(left.datapath.counters().malformed()).isZero();
    }
  }

  @Test
  void shouldHoldProtocolAndPortsToTheSelectors() throws Exception {
    try (RawPeer peer = new RawPeer(Suites.gcm(true), LEFT_SPI, RIGHT_SPI)) {
      SubSaSpec sub = Suites.sub(Suites.gcm(true), LEFT_SPI, RIGHT_SPI, peer.address());
      left.datapath.install(
          spec(
              sub,
              new TrafficSelector(17, 1701, 1701, address(LEFT), address(LEFT)),
              new TrafficSelector(17, 0, 65535, address(RIGHT), address(RIGHT)),
              ends(LEFT, RIGHT)));
      byte[] wrong = Packets.udp(RIGHT, LEFT, 7, 1, 20);
      byte[] right = Packets.udp(RIGHT, LEFT, 1701, 2, 20);
      peer.send(left.natAddress(), peer.seal(1, 17, Arrays.copyOfRange(wrong, 20, wrong.length)));
      peer.send(left.natAddress(), peer.seal(2, 6, Arrays.copyOfRange(right, 20, right.length)));
      peer.send(left.natAddress(), peer.seal(3, 17, Arrays.copyOfRange(right, 20, right.length)));
      assertThat(Packets.number(left.clear.poll(WAIT).orElseThrow())).isEqualTo(2);
      assertThat(left.datapath.counters().selectorMismatch()).isEqualTo(2);
    }
  }

  private static SaClusterSpec spec(SubSaSpec sub, String local, String peer) {
    return spec(
        sub,
        TrafficSelector.of(address(local)),
        TrafficSelector.of(address(peer)),
        ends(local, peer));
  }

  private static SaClusterSpec spec(
      SubSaSpec sub, TrafficSelector local, TrafficSelector remote, TransportAddresses ends) {
    return new SaClusterSpec(
        sub.inboundSpi(),
        List.of(sub),
        true,
        64,
        List.of(local),
        List.of(remote),
        0,
        0,
        Optional.of(ends),
        PacketHandling.DEFAULT,
        sub.inboundSpi() == LEFT_SPI ? WIDE : FRESH);
  }

  private static TransportAddresses ends(String local, String peer) {
    return new TransportAddresses(address(local), address(peer), address(local), address(peer));
  }

  private static InetAddress address(String literal) {
    return InetAddress.ofLiteral(literal);
  }

  private static byte[] octets(String literal) {
    return address(literal).getAddress();
  }
}
