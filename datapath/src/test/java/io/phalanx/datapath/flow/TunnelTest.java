package io.phalanx.datapath.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.suite.EspSuite;
import io.phalanx.datapath.SequenceState;
import io.phalanx.datapath.loop.NettyPacketLoops;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two gateways on the loopback interface with a tunnel between them. */
class TunnelTest {
  private static final Duration WAIT = Duration.ofSeconds(10);
  private static final SequenceState FRESH = new SequenceState(1, 1, 0, 0);
  private static final int LEFT_SPI = 0x1111_0001;
  private static final int RIGHT_SPI = 0x2222_0001;

  private TestGateway left;
  private TestGateway right;

  @BeforeEach
  void start() throws Exception {
    left = TestGateway.start();
    right = TestGateway.start();
  }

  @AfterEach
  void stop() {
    left.close();
    right.close();
  }

  static List<EspSuite> suites() {
    return Suites.all();
  }

  @ParameterizedTest
  @MethodSource("suites")
  void shouldCarryPacketsBothWays(EspSuite suite) throws Exception {
    tunnel(suite, FRESH, FRESH);
    for (int number = 0; number < 300; number++) {
      left.clear.offer(number % 2, Packets.udp("10.1.0.1", "10.2.0.1", 7, number, number * 4));
      right.clear.offer(number % 2, Packets.udp("10.2.0.1", "10.1.0.1", 7, number, number * 4));
    }
    assertThat(numbers(right, 300)).hasSize(300);
    assertThat(numbers(left, 300)).hasSize(300);
    assertThat(right.datapath.counters().replayed()).isZero();
    assertThat(right.datapath.counters().inPackets()).isEqualTo(300);
    assertThat(right.exhausted).isEmpty();
  }

  @Test
  void shouldCarryIpv6InIpv4() throws Exception {
    left.datapath.install(
        Suites.cluster(
            Suites.sub(Suites.gcm(true), LEFT_SPI, RIGHT_SPI, right.natAddress()),
            "fd01::/64",
            "fd02::/64",
            FRESH));
    right.datapath.install(
        Suites.cluster(
            Suites.sub(Suites.gcm(true), RIGHT_SPI, LEFT_SPI, left.natAddress()),
            "fd02::/64",
            "fd01::/64",
            FRESH));
    byte[] packet = Packets.udp("fd01::1", "fd02::1", 7, 99, 1000);
    left.clear.offer(packet);
    assertThat(right.clear.poll(WAIT)).contains(packet);
  }

  @Test
  void shouldCrossTheThirtyTwoBitBorder() throws Exception {
    long before = (1L << 32) - 100;
    SequenceState start = new SequenceState(before, before, before - 1, before - 1);
    tunnel(Suites.gcm(true), start, start);
    for (int number = 0; number < 300; number++) {
      left.clear.offer(0, Packets.udp("10.1.0.1", "10.2.0.1", 7, number, 20));
    }
    assertThat(numbers(right, 300)).isEqualTo(IntStream.range(0, 300).boxed().toList());
    assertThat(left.rekeys).containsExactly(LEFT_SPI);
  }

  @Test
  void shouldRunOnNio() throws Exception {
    right.close();
    right = TestGateway.start(NettyPacketLoops.openNio(2), spi -> true);
    tunnel(Suites.gcm(false), FRESH, FRESH);
    for (int number = 0; number < 50; number++) {
      left.clear.offer(number % 2, Packets.udp("10.1.0.1", "10.2.0.1", 7, number, 20));
    }
    assertThat(numbers(right, 50)).hasSize(50);
  }

  private void tunnel(EspSuite suite, SequenceState leftStart, SequenceState rightStart) {
    left.datapath.install(
        Suites.cluster(
            Suites.sub(suite, LEFT_SPI, RIGHT_SPI, right.natAddress()),
            "10.1.0.0/24",
            "10.2.0.0/24",
            leftStart));
    right.datapath.install(
        Suites.cluster(
            Suites.sub(suite, RIGHT_SPI, LEFT_SPI, left.natAddress()),
            "10.2.0.0/24",
            "10.1.0.0/24",
            rightStart));
  }

  private static List<Integer> numbers(TestGateway at, int expected) throws InterruptedException {
    List<Integer> numbers = new ArrayList<>();
    while (numbers.size() < expected) {
      byte[] packet = at.clear.poll(WAIT).orElseThrow();
      numbers.add(Packets.number(packet));
    }
    return numbers.stream().distinct().toList();
  }
}
