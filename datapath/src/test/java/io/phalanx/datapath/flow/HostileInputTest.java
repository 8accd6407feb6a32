package io.phalanx.datapath.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.datapath.DatapathCounters;
import io.phalanx.datapath.SequenceState;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.datapath.loop.NettyPacketLoops;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Whatever comes in: it is counted, nothing is thrown, and genuine packets still pass. */
class HostileInputTest {
  private static final Duration WAIT = Duration.ofSeconds(10);
  private static final int SPI = 0x1111_0002;
  private static final int PEER_SPI = 0x2222_0002;
  private static final EspSuite SUITE = Suites.gcm(true);

  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private TestGateway gateway;
  private RawPeer peer;
  private long sequence;

  @BeforeEach
  void start() throws Exception {
    logged.start();
    ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).addAppender(logged);
    gateway = TestGateway.start(NettyPacketLoops.open(2), spi -> spi >>> 16 == 0x1111);
    peer = new RawPeer(SUITE, SPI, PEER_SPI);
    gateway.datapath.install(
        Suites.cluster(
            Suites.sub(SUITE, SPI, PEER_SPI, peer.address()),
            "10.1.0.0/24",
            "10.2.0.0/24",
            new SequenceState(1, 100, 0, 100_000)));
  }

  @AfterEach
  void noExceptionWasLoggedAndGenuinePacketsPass() throws Exception {
    peer.send(gateway.natAddress(), ++sequence + 50_000, 4711);
    byte[] passed = gateway.clear.poll(WAIT).orElseThrow();
    assertThat(Packets.number(passed)).isEqualTo(4711);
    gateway.close();
    peer.close();
    ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).detachAppender(logged);
    assertThat(logged.list).noneMatch(event -> event.getLevel().isGreaterOrEqual(Level.WARN));
  }

  @Test
  void shouldSurviveEveryTruncation() throws Exception {
    byte[] whole = genuine(4, Packets.udp("10.2.0.1", "10.1.0.1", 7, 1, 60));
    for (int length = 0; length < whole.length; length++) {
      peer.send(gateway.natAddress(), Arrays.copyOf(whole, length));
    }
    // The empty datagram does not reach the counters on every kernel.
    awaitDropped(whole.length - 1);
    assertThat(gateway.ike).isEmpty();
  }

  @Test
  void shouldRefuseEveryFlippedBit() throws Exception {
    byte[] whole = genuine(4, Packets.udp("10.2.0.1", "10.1.0.1", 7, 1, 20));
    int flips = 0;
    for (int bit = 32; bit < whole.length * 8; bit += 3) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (0x80 >> (bit % 8));
      peer.send(gateway.natAddress(), flipped);
      flips++;
    }
    awaitDropped(flips);
    DatapathCounters counters = gateway.datapath.counters();
    assertThat(counters.notAuthentic() + counters.replayed()).isEqualTo(flips);
    assertThat(gateway.clear.poll(Duration.ZERO)).isEmpty();
  }

  @Test
  void shouldSurviveGarbageOnBothPorts() throws Exception {
    Random random = new Random(5);
    for (int count = 0; count < 400; count++) {
      byte[] garbage = new byte[1 + random.nextInt(1500)];
      random.nextBytes(garbage);
      garbage[0] |= 1; // no marker, and an SPI that is not ours
      InetSocketAddress to = count % 2 == 0 ? gateway.natAddress() : gateway.ikeAddress();
      peer.send(to, garbage);
    }
    awaitDropped(400);
    assertThat(gateway.espWithoutSa).isEmpty();
    assertThat(gateway.ike).isEmpty();
  }

  @Test
  void shouldCountForgedSpisAndTellThoseThatMayBeOurs() throws Exception {
    byte[] forged = new byte[100];
    ByteBuffer.wrap(forged).putInt(0x2222_3333).putInt(1);
    byte[] maybe = new byte[100];
    ByteBuffer.wrap(maybe).putInt(0x1111_3333).putInt(1);
    peer.send(gateway.natAddress(), forged);
    peer.send(gateway.natAddress(), maybe);
    TestGateway.Handed told = gateway.espWithoutSa.poll(10, TimeUnit.SECONDS);
    assertThat(told).isNotNull();
    assertThat(told.memberOrSpi()).isEqualTo(0x1111_3333);
    assertThat(told.packet()).isEqualTo(maybe);
    await().until(() -> gateway.datapath.counters().spiForged() == 1);
    assertThat(gateway.espWithoutSa).isEmpty();
  }

  @Test
  void shouldBoundWhatIsToldOfUnknownSpis() throws Exception {
    byte[] maybe = new byte[40];
    ByteBuffer.wrap(maybe).putInt(0x1111_3333).putInt(1);
    for (int count = 0; count < 20_000; count++) {
      gateway.datapath.injectEsp(new UdpDatagram(peer.address(), true, maybe), 0);
    }
    await().until(() -> gateway.datapath.counters().queueFull() > 1000);
    assertThat(gateway.espWithoutSa.size()).isLessThan(20_000 - 1000);
  }

  @Test
  void shouldDropDummiesAndWrongInnerPackets() throws Exception {
    byte[] fine = Packets.udp("10.2.0.1", "10.1.0.1", 7, 1, 20);
    peer.send(gateway.natAddress(), genuine(59, new byte[100]));
    peer.send(gateway.natAddress(), genuine(41, fine)); // says IPv6, is IPv4
    peer.send(gateway.natAddress(), genuine(6, fine)); // transport mode
    peer.send(gateway.natAddress(), genuine(4, Arrays.copyOf(fine, 15)));
    peer.send(gateway.natAddress(), genuine(4, Arrays.copyOf(fine, fine.length - 1)));
    peer.send(gateway.natAddress(), genuine(4, new byte[0]));
    awaitDropped(5);
    assertThat(gateway.datapath.counters().malformed()).isEqualTo(5);
  }

  /** What an authenticated peer may put inside, under every next header. */
  @Test
  void shouldSurviveGarbageInsideGenuinePackets() throws Exception {
    Random random = new Random(17);
    int count = 1500;
    for (int number = 0; number < count; number++) {
      byte[] inner = new byte[random.nextInt(200)];
      random.nextBytes(inner);
      boolean ipv4 = random.nextBoolean();
      if (inner.length > 40) {
        inner[0] = (byte) (ipv4 ? 0x45 + random.nextInt(3) : 0x60);
        inner[ipv4 ? 2 : 4] = 0;
        inner[ipv4 ? 9 : 6] = (byte) new int[] {0, 1, 6, 17, 43, 44, 51, 58, 60}[number % 9];
      }
      int nextHeader = number % 4 == 0 ? random.nextInt(256) : ipv4 ? 4 : 41;
      peer.send(gateway.natAddress(), genuine(nextHeader, inner));
      if (number % 100 == 99) {
        awaitJudged(number + 1);
      }
    }
    assertThat(gateway.clear.poll(Duration.ZERO)).isEmpty();
  }

  private void awaitJudged(long packets) {
    await()
        .until(
            () -> {
              DatapathCounters counters = gateway.datapath.counters();
              return counters.malformed()
                      + counters.selectorMismatch()
                      + counters.fragmentMismatch()
                      + counters.dummies()
                  == packets;
            });
  }

  @Test
  void shouldCutTrafficFlowPaddingOff() throws Exception {
    byte[] fine = Packets.udp("10.2.0.1", "10.1.0.1", 7, 1, 20);
    peer.send(gateway.natAddress(), genuine(4, Arrays.copyOf(fine, fine.length + 333)));
    assertThat(gateway.clear.poll(WAIT)).contains(fine);
  }

  @Test
  void shouldHoldInnerPacketsToTheSelectorsOfBothSides() throws Exception {
    byte[] otherSource = Packets.udp("10.3.0.1", "10.1.0.1", 7, 1, 20);
    byte[] otherDestination = Packets.udp("10.2.0.1", "10.3.0.1", 7, 1, 20);
    peer.send(gateway.natAddress(), genuine(4, otherSource));
    peer.send(gateway.natAddress(), genuine(4, otherDestination));
    awaitDropped(2);
    assertThat(gateway.datapath.counters().selectorMismatch()).isEqualTo(2);
  }

  @Test
  void shouldTellIkeFromEspAndKeepalives() throws Exception {
    byte[] ike =
        ByteBuffer.allocate(40).putLong(77).putLong(0).putInt(0).putInt(0).putInt(40).array();
    ByteBuffer marked = ByteBuffer.allocate(44).putInt(0).put(ike);
    peer.send(gateway.natAddress(), new byte[] {(byte) 0xff});
    peer.send(gateway.natAddress(), marked.array());
    peer.send(gateway.ikeAddress(), ike);
    await().until(() -> gateway.ike.size() == 2);
    List<UdpDatagram> told = TestGateway.drain(gateway.ike);
    assertThat(told).extracting(UdpDatagram::natPort).containsExactlyInAnyOrder(true, false);
    assertThat(told).extracting(UdpDatagram::payload).containsOnly(ike);
    assertThat(told).extracting(UdpDatagram::peer).containsOnly(peer.address());
    assertThat(gateway.datapath.counters().malformed()).isZero();
  }

  /** A genuine packet with the next number. */
  private byte[] genuine(int nextHeader, byte[] inner) {
    return peer.seal(++sequence, nextHeader, inner);
  }

  private void awaitDropped(long atLeast) {
    await()
        .until(
            () -> {
              DatapathCounters counters = gateway.datapath.counters();
              return counters.malformed()
                      + counters.notAuthentic()
                      + counters.replayed()
                      + counters.spiForged()
                      + counters.selectorMismatch()
                  >= atLeast;
            });
  }
}
