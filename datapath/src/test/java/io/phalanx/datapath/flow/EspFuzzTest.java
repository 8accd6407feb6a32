package io.phalanx.datapath.flow;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.datapath.SequenceState;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.datapath.esp.EspPacket;
import io.phalanx.datapath.esp.PacketCipher;
import io.phalanx.datapath.esp.PacketCiphers;
import io.phalanx.datapath.loop.NettyPacketLoops;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** Any ESP packet, of a stranger or of an authenticated peer: what passes is a packet of the SA. */
class EspFuzzTest {
  private static final int SPI = 0x1111_0002;
  private static final int PEER_SPI = 0x2222_0002;
  private static final int PAYLOAD_OCTETS_MAX = 4096;
  private static final EspSuite SUITE = Suites.gcm(true);
  private static final InetSocketAddress PEER = new InetSocketAddress(TestGateway.LOOPBACK, 4500);

  private static final ListAppender<ILoggingEvent> LOGGED = new ListAppender<>();
  private static TestGateway gateway;
  private static long sequence;

  @BeforeAll
  static void start() throws Exception {
    LOGGED.start();
    root().addAppender(LOGGED);
    gateway = TestGateway.start(NettyPacketLoops.open(1), spi -> spi >>> 16 == 0x1111);
    gateway.datapath.install(
        Suites.cluster(
            Suites.sub(SUITE, SPI, PEER_SPI, PEER),
            "10.1.0.0/24",
            "10.2.0.0/24",
            new SequenceState(1, 100, 0, 1_000)));
  }

  @AfterAll
  static void stop() {
    gateway.close();
    root().detachAppender(LOGGED);
  }

  private static Logger root() {
    return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }

  /** The first octet says whose packet it is; the rest is all of it, or what is sealed. */
  static Stream<byte[]> seeds() {
    byte[] inner = Packets.udp("10.2.0.1", "10.1.0.1", 7, 1, 20);
    byte[] sealed = new byte[inner.length + 40];
    System.arraycopy(inner, 0, sealed, 0, inner.length);
    int octets = EspPacket.putTrailer(sealed, 0, inner.length, 4, EspPacket.NEXT_HEADER_IPV4);
    byte[] raw = ByteBuffer.allocate(60).putInt(SPI).putInt(1).array();
    return Stream.of(
        seed(1, Arrays.copyOf(sealed, octets)),
        seed(1, new byte[] {0, 59}),
        seed(1, new byte[] {(byte) 0xff, 4}),
        seed(0, raw),
        seed(0, Arrays.copyOf(raw, 7)));
  }

  private static byte[] seed(int kind, byte[] rest) {
    return ByteBuffer.allocate(1 + rest.length).put((byte) kind).put(rest).array();
  }

  @MethodSource("seeds")
  @FuzzTest
  void shouldDeliverWhatTheSaAllowsAndNothingElse(byte[] input) throws Exception {
    if (input.length == 0 || input.length > PAYLOAD_OCTETS_MAX) {
      return;
    }
    byte[] rest = Arrays.copyOfRange(input, 1, input.length);
    byte[] packet = input[0] == 1 ? sealed(rest) : rest;
    gateway.datapath.injectEsp(new UdpDatagram(PEER, true, packet), 0);
    gateway.loops.loop(0).submit(() -> {}).get();
    Optional<byte[]> passed = gateway.clear.poll(Duration.ZERO);
    if (passed.isPresent()) {
      byte[] inner = passed.get();
      assertThat(inner[0] >> 4).isEqualTo(4);
      assertThat(ByteBuffer.wrap(inner).getShort(2) & 0xffff).isEqualTo(inner.length);
      assertThat(Arrays.copyOfRange(inner, 12, 15)).containsExactly(10, 2, 0);
      assertThat(Arrays.copyOfRange(inner, 16, 19)).containsExactly(10, 1, 0);
    }
    TestGateway.drain(gateway.espWithoutSa);
    TestGateway.drain(gateway.wishes);
    TestGateway.drain(gateway.moves);
    assertThat(LOGGED.list).noneMatch(event -> event.getLevel().isGreaterOrEqual(Level.WARN));
  }

  /** Authentic, with the next number; inner packet and trailer are as given. */
  private static byte[] sealed(byte[] payload) {
    PacketCipher cipher =
        PacketCiphers.jdk()
            .create(SUITE, Suites.key(SUITE, SPI), Suites.integrityKey(SUITE, SPI), true);
    byte[] packet = new byte[payload.length + cipher.overheadOctets()];
    EspPacket.putHeader(packet, 0, SPI, ++sequence);
    ByteBuffer.wrap(packet).putLong(EspPacket.IV, sequence);
    System.arraycopy(payload, 0, packet, EspPacket.IV + cipher.ivOctets(), payload.length);
    return Arrays.copyOf(packet, cipher.seal(packet, 0, payload.length, sequence));
  }
}
