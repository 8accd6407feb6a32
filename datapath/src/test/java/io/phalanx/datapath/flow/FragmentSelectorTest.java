package io.phalanx.datapath.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.phalanx.config.net.TrafficSelector;
import io.phalanx.datapath.SaClusterSpec;
import io.phalanx.datapath.SequenceState;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Inner fragments and ICMP errors against selectors with ports (RFC 4301 §6.2, §7). */
class FragmentSelectorTest {
  private static final Duration WAIT = Duration.ofSeconds(10);
  private static final int SPI = 0x1111_0008;
  private static final int PEER_SPI = 0x2222_0008;
  private static final String HERE = "10.1.0.1";
  private static final String THERE = "10.2.0.1";
  private static final int PORT = 5353;
  private static final int MORE = 0x2000;

  private TestGateway gateway;
  private RawPeer peer;
  private long sequence;

  @BeforeEach
  void start() throws Exception {
    gateway = TestGateway.start(1);
    peer = new RawPeer(Suites.gcm(true), SPI, PEER_SPI);
    SaClusterSpec plain =
        Suites.cluster(
            Suites.sub(Suites.gcm(true), SPI, PEER_SPI, peer.address()),
            HERE,
            THERE,
            new SequenceState(1, 1000, 0, 1000));
    gateway.datapath.install(
        new SaClusterSpec(
            plain.id(),
            plain.subSas(),
            plain.extendedSequenceNumbers(),
            plain.windowSizeBits(),
            List.of(port(HERE)),
            List.of(port(THERE)),
            0,
            0,
            plain.transport(),
            plain.handling(),
            plain.sequence()));
  }

  @AfterEach
  void stop() {
    gateway.close();
    peer.close();
  }

  @Test
  void shouldLetLaterFragmentsFollowTheFirstInwards() throws Exception {
    receive(fragment(THERE, HERE, PORT, 7, MORE));
    receive(fragment(THERE, HERE, 0, 7, MORE | 3));
    receive(fragment(THERE, HERE, 0, 7, 6));
    for (int count = 0; count < 3; count++) {
      assertThat(gateway.clear.poll(WAIT)).isPresent();
    }
  }

  @Test
  void shouldRefuseLaterFragmentsOfAnythingElse() throws Exception {
    receive(fragment(THERE, HERE, PORT, 7, MORE));
    assertThat(gateway.clear.poll(WAIT)).isPresent();
    receive(fragment(THERE, HERE, PORT, 8, 3)); // of another packet
    byte[] tcp = fragment(THERE, HERE, PORT, 7, 3);
    tcp[9] = 6; // of another protocol
    receive(tcp);
    receive(fragment(THERE, "10.1.0.2", PORT, 7, 3)); // to another host
    await().until(() -> gateway.datapath.counters().fragmentMismatch() == 3);
    assertThat(gateway.clear.poll(Duration.ZERO)).isEmpty();
  }

  @Test
  void shouldForgetTheFirstFragmentWhenAnotherTakesItsPlace() throws Exception {
    receive(fragment(THERE, HERE, PORT, 7, MORE));
    assertThat(gateway.clear.poll(WAIT)).isPresent();
    receive(fragment(THERE, HERE, PORT + 1, 7, MORE)); // the same packet with other ports: refused
    receive(fragment(THERE, HERE, PORT, 7, 3));
    await().until(() -> gateway.datapath.counters().fragmentMismatch() == 1);
    assertThat(gateway.datapath.counters().selectorMismatch()).isEqualTo(1);
  }

  @Test
  void shouldRefuseAFirstFragmentTooShortForPorts() throws Exception {
    byte[] tiny = Arrays.copyOf(fragment(THERE, HERE, PORT, 7, MORE), 22);
    tiny[3] = 22;
    receive(tiny);
    receive(fragment(THERE, HERE, PORT, 7, 1));
    await().until(() -> gateway.datapath.counters().selectorMismatch() == 1);
    await().until(() -> gateway.datapath.counters().fragmentMismatch() == 1);
    assertThat(gateway.clear.poll(Duration.ZERO)).isEmpty();
  }

  @Test
  void shouldLetLaterFragmentsFollowTheFirstOutwards() throws Exception {
    gateway.clear.offer(fragment(HERE, THERE, PORT, 9, MORE));
    assertThat(peer.receive(5000)).isPresent();
    gateway.clear.offer(fragment(HERE, THERE, 0, 9, 3));
    assertThat(peer.receive(5000)).isPresent();
    gateway.clear.offer(fragment(HERE, THERE, 0, 10, 3));
    await().until(() -> gateway.datapath.counters().noSa() == 1);
    // Those that another member has forwarded meet on one loop as well.
    gateway.datapath.injectClear(fragment(HERE, THERE, PORT, 11, MORE), 1);
    gateway.datapath.injectClear(fragment(HERE, THERE, 0, 11, 3), 1);
    assertThat(peer.receive(5000)).isPresent();
    assertThat(peer.receive(5000)).isPresent();
  }

  @Test
  void shouldLetIcmpErrorsAboutTheFlowPassAndNoOthers() throws Exception {
    byte[] sent = fragment(HERE, THERE, PORT, 1, 0);
    receive(icmp("10.9.9.9", HERE, 3, sent)); // from a router behind the peer
    byte[] passed = gateway.clear.poll(WAIT).orElseThrow();
    assertThat(passed[20]).isEqualTo((byte) 3);
    receive(icmp("10.9.9.9", HERE, 5, sent)); // a redirect
    receive(icmp("10.9.9.9", "10.1.0.2", 3, sent)); // not for the sender
    receive(icmp("10.9.9.9", HERE, 3, fragment(HERE, THERE, PORT + 1, 1, 0))); // of another flow
    receive(icmp("10.9.9.9", HERE, 3, icmp(HERE, THERE, 3, sent))); // an error about an error
    receive(icmp("10.9.9.9", HERE, 3, new byte[8]));
    await().until(() -> gateway.datapath.counters().selectorMismatch() == 5);
    assertThat(gateway.clear.poll(Duration.ZERO)).isEmpty();

    gateway.clear.offer(icmp("10.9.9.9", THERE, 11, fragment(THERE, HERE, PORT, 1, 0)));
    assertThat(peer.receive(5000)).isPresent();
    gateway.clear.offer(icmp("10.9.9.9", THERE, 8, fragment(THERE, HERE, PORT, 1, 0)));
    await().until(() -> gateway.datapath.counters().noSa() == 1);
  }

  private void receive(byte[] inner) throws Exception {
    peer.send(gateway.natAddress(), peer.seal(++sequence, 4, inner));
  }

  private static TrafficSelector port(String address) {
    InetAddress host = InetAddress.ofLiteral(address);
    return new TrafficSelector(17, PORT, PORT, host, host);
  }

  private static byte[] fragment(String from, String to, int port, int id, int fragment) {
    byte[] packet = Packets.udp(from, to, port, 1, 16);
    ByteBuffer.wrap(packet).putShort(4, (short) id).putShort(6, (short) fragment);
    return packet;
  }

  /** An ICMP message with a part of the packet that it is about. */
  private static byte[] icmp(String from, String to, int type, byte[] about) {
    byte[] packet = Packets.udp(from, to, 0, 0, about.length);
    packet[9] = 1;
    ByteBuffer.wrap(packet, 20, 8).put((byte) type).put((byte) 0).putShort((short) 0).putInt(0);
    System.arraycopy(about, 0, packet, 28, about.length);
    return packet;
  }
}
