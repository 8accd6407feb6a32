package io.phalanx.datapath.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.PacketHandling;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.datapath.LeaseWish;
import io.phalanx.datapath.SaClusterSpec;
import io.phalanx.datapath.SaUsage;
import io.phalanx.datapath.SequenceState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rule 2 of the design: nothing leaves at or above the lease, nothing is taken above the limit. */
class LeaseTest {
  private static final Duration WAIT = Duration.ofSeconds(10);
  private static final int SPI = 0x1111_0001;
  private static final int PEER_SPI = 0x2222_0001;
  private static final EspSuite SUITE = Suites.gcm(false);

  private TestGateway gateway;
  private RawPeer peer;

  @BeforeEach
  void start() throws Exception {
    gateway = TestGateway.start();
    gateway.granting = false;
    peer = new RawPeer(SUITE, SPI, PEER_SPI);
  }

  @AfterEach
  void stop() {
    gateway.close();
    peer.close();
  }

  @Test
  void shouldSendNothingAtOrAboveTheLease() throws Exception {
    install(new SequenceState(10, 14, 0, 0));
    offer(0, 8);
    assertThat(sequences(4)).containsExactly(10L, 11L, 12L, 13L);
    LeaseWish half = wish();
    assertThat(half.outLease()).isEqualTo(14);
    assertThat(usage().nextOutbound()).isEqualTo(14);
    assertThat(peer.receive(50)).isEmpty();
    gateway.datapath.grant(SPI, 20, 0);
    assertThat(sequences(4)).containsExactly(14L, 15L, 16L, 17L);
    assertThat(wish().nextOutbound()).isGreaterThanOrEqualTo(17);
  }

  @Test
  void shouldKeepTheOrderOfPacketsThatWaited() throws Exception {
    install(new SequenceState(1, 1, 0, 0));
    offer(0, 10);
    assertThat(wish().outWaiting()).isEqualTo(1);
    usage();
    gateway.datapath.grant(SPI, 6, 0);
    usage();
    offer(10, 5);
    usage();
    gateway.datapath.grant(SPI, 100, 0);
    List<Integer> numbers = new ArrayList<>();
    for (int count = 0; count < 15; count++) {
      numbers.add(Packets.number(peer.receive(5000).orElseThrow().inner()));
    }
    assertThat(numbers).isEqualTo(IntStream.range(0, 15).boxed().toList());
  }

  @Test
  void shouldHoldInboundPacketsBeyondTheLimitUntilTheGrant() throws Exception {
    install(new SequenceState(1, 1, 0, 2));
    for (int number = 1; number <= 4; number++) {
      peer.send(gateway.natAddress(), number, number);
    }
    assertThat(clearNumbers(2)).containsExactly(1, 2);
    assertThat(wish().inLimit()).isEqualTo(2);
    assertThat(gateway.clear.poll(Duration.ofMillis(50))).isEmpty();
    gateway.datapath.grant(SPI, 1, 4);
    assertThat(clearNumbers(2)).containsExactly(3, 4);
    assertThat(usage().inTop()).isEqualTo(4);
  }

  @Test
  void shouldHoldPacketsFarBeyondTheLimitToo() throws Exception {
    install(new SequenceState(1, 1, 0, 2));
    peer.send(gateway.natAddress(), 1_000_000, 7);
    LeaseWish wish = wish();
    assertThat(wish.inWaitingTop()).isEqualTo(1_000_000);
    assertThat(wish.inTop()).isZero();
    gateway.datapath.grant(SPI, 1, 1_000_064);
    assertThat(clearNumbers(1)).containsExactly(7);
  }

  @Test
  void shouldAcceptAReplayNeitherBeforeNorAfterTheGrant() throws Exception {
    install(new SequenceState(1, 1, 0, 2));
    byte[] beyond = peer.seal(5, 4, Packets.udp("10.2.0.1", "10.1.0.1", 7, 5, 20));
    for (int count = 0; count < 5; count++) {
      peer.send(gateway.natAddress(), beyond);
    }
    wish();
    gateway.datapath.grant(SPI, 1, 10);
    assertThat(clearNumbers(1)).containsExactly(5);
    peer.send(gateway.natAddress(), beyond);
    peer.send(gateway.natAddress(), 6, 6);
    assertThat(clearNumbers(1)).containsExactly(6);
    assertThat(gateway.datapath.counters().replayed()).isEqualTo(5);
  }

  @Test
  void shouldTakeEverythingUpToTheOldLimitForSeenAfterATakeover() throws Exception {
    install(new SequenceState(100, 200, 64, 128));
    peer.send(gateway.natAddress(), 64, 64);
    peer.send(gateway.natAddress(), 1, 1);
    peer.send(gateway.natAddress(), 65, 65);
    assertThat(clearNumbers(1)).containsExactly(65);
    assertThat(gateway.datapath.counters().replayed()).isEqualTo(2);
  }

  @Test
  void shouldTellAWishOnceUntilItIsAnswered() throws Exception {
    install(new SequenceState(1, 1, 0, 0));
    offer(0, 20);
    peer.send(gateway.natAddress(), 1, 1);
    assertThat(wish().saId()).isEqualTo(SPI);
    usage();
    assertThat(gateway.wishes).isEmpty();
  }

  @Test
  void shouldTellARefusedWishAgainAsLongAsPacketsWait() throws Exception {
    install(new SequenceState(1, 1, 0, 0));
    offer(0, 1);
    for (int count = 0; count < 4; count++) {
      wish();
      gateway.datapath.refused(SPI);
    }
    wish();
    gateway.datapath.grant(SPI, 10, 0);
    assertThat(sequences(1)).containsExactly(1L);
  }

  @Test
  void shouldPauseWhereAGrantBringsNothing() throws Exception {
    install(new SequenceState(1, 1, 0, 0));
    offer(0, 1);
    wish();
    gateway.datapath.grant(SPI, 1, 0);
    assertThat(wish().outWaiting()).isEqualTo(1);
  }

  @Test
  void shouldLowerTheLimitWhenItSettles() throws Exception {
    install(new SequenceState(1, 1, 0, 100));
    peer.send(gateway.natAddress(), 7, 7);
    assertThat(clearNumbers(1)).containsExactly(7);
    BlockingQueue<Long> lowered = new LinkedBlockingQueue<>();
    gateway.datapath.settle(SPI, lowered::add);
    assertThat(lowered.poll(10, TimeUnit.SECONDS)).isEqualTo(7);
    peer.send(gateway.natAddress(), 8, 8);
    assertThat(wish().inLimit()).isEqualTo(7);
    // A packet waits: nothing to settle.
    gateway.datapath.settle(SPI, lowered::add);
    usage();
    assertThat(lowered).isEmpty();
    // A hole below the top is still open at the owner itself.
    peer.send(gateway.natAddress(), 6, 6);
    assertThat(clearNumbers(1)).containsExactly(6);
    gateway.datapath.grant(SPI, 1, 50);
    assertThat(clearNumbers(1)).containsExactly(8);
  }

  @Test
  void shouldNotSettleWhileAGrantMayBeOnItsWay() throws Exception {
    install(new SequenceState(1, 2, 0, 100));
    offer(0, 1);
    assertThat(sequences(1)).containsExactly(1L);
    wish();
    BlockingQueue<Long> lowered = new LinkedBlockingQueue<>();
    gateway.datapath.settle(SPI, lowered::add);
    usage();
    assertThat(lowered).isEmpty();
  }

  @Test
  void shouldBoundThePacketsThatWait() throws Exception {
    install(new SequenceState(1, 1, 0, 0));
    offer(0, 1500);
    assertThat(usage().outPackets()).isZero();
    gateway.datapath.grant(SPI, 10_000, 0);
    assertThat(usage().nextOutbound()).isEqualTo(1025);
    assertThat(gateway.datapath.counters().queueFull()).isEqualTo(1500 - 1024);
  }

  @Test
  void shouldEndWithTheSequenceSpaceAndNeverWrap() throws Exception {
    long last = (1L << 32) - 1;
    install(new SequenceState(last - 1, last + 1000, 0, 0));
    offer(0, 5);
    assertThat(sequences(2)).containsExactly(last - 1, last);
    assertThat(gateway.exhausted.poll(10, TimeUnit.SECONDS)).isEqualTo(SPI);
    assertThat(gateway.rekeys.poll(10, TimeUnit.SECONDS)).isEqualTo(SPI);
    offer(5, 5);
    assertThat(usage().nextOutbound()).isEqualTo(last + 1);
    assertThat(peer.receive(50)).isEmpty();
    assertThat(gateway.exhausted).isEmpty();
    assertThat(gateway.rekeys).isEmpty();
  }

  @Test
  void shouldStopAtOnceWhereATakeoverBurntTheLastNumbers() throws Exception {
    long behindLast = 1L << 32;
    install(new SequenceState(behindLast, behindLast + 64, 0, 0));
    offer(0, 5);
    assertThat(gateway.exhausted.poll(10, TimeUnit.SECONDS)).isEqualTo(SPI);
    assertThat(peer.receive(50)).isEmpty();
    assertThat(usage().outPackets()).isZero();
  }

  /** Of 32-bit numbers a quarter is left when the rekey is due, and leases that burnt count. */
  @Test
  void shouldCountBurntNumbersTowardsTheRekey() throws Exception {
    long due = 3L << 30;
    install(new SequenceState(due - 2, due + 100, 0, 0));
    offer(0, 1);
    assertThat(sequences(1)).containsExactly(due - 2);
    usage();
    assertThat(gateway.rekeys).isEmpty();
    offer(1, 1);
    assertThat(sequences(1)).containsExactly(due - 1);
    assertThat(gateway.rekeys.poll(10, TimeUnit.SECONDS)).isEqualTo(SPI);
    usage();
    assertThat(gateway.exhausted).isEmpty();
  }

  @Test
  void shouldTakeThirtyTwoBitNumbersAsTheyAreAndNeverBeyond() throws Exception {
    long last = (1L << 32) - 1;
    install(new SequenceState(1, 1, last - 2, last + 100));
    peer.send(gateway.natAddress(), last, 9);
    assertThat(clearNumbers(1)).containsExactly(9);
    assertThat(gateway.rekeys.poll(10, TimeUnit.SECONDS)).isEqualTo(SPI);
    peer.send(gateway.natAddress(), 1, 1); // a wrap is no number of the next 2^32
    peer.send(gateway.natAddress(), last - 1, 8);
    assertThat(clearNumbers(1)).containsExactly(8);
    assertThat(usage().inTop()).isEqualTo(last);
  }

  @Test
  void shouldTellRekeyAtTheSoftLimitAndStopAtTheHardOne() throws Exception {
    SaClusterSpec plain = spec(new SequenceState(1, 1000, 0, 0));
    gateway.datapath.install(
        new SaClusterSpec(
            plain.id(),
            plain.subSas(),
            false,
            64,
            plain.localSelectors(),
            plain.remoteSelectors(),
            0,
            100,
            Optional.empty(),
            PacketHandling.DEFAULT,
            plain.sequence()));
    offer(0, 99);
    usage();
    assertThat(gateway.rekeys).isEmpty();
    offer(99, 25);
    assertThat(gateway.rekeys.poll(10, TimeUnit.SECONDS)).isEqualTo(SPI);
    usage();
    assertThat(gateway.exhausted).isEmpty();
    offer(124, 10);
    assertThat(gateway.exhausted.poll(10, TimeUnit.SECONDS)).isEqualTo(SPI);
    assertThat(usage().outPackets()).isEqualTo(125);
    assertThat(gateway.rekeys).isEmpty();
  }

  @Test
  void shouldSendNothingAfterRemoval() throws Exception {
    install(new SequenceState(1, 1, 0, 0));
    offer(0, 3);
    wish();
    usage();
    gateway.datapath.remove(SPI);
    gateway.datapath.grant(SPI, 100, 100);
    assertThat(gateway.datapath.usage(SPI).toCompletableFuture().join()).isEmpty();
    for (int count = 0; count < 3; count++) {
      assertThat(gateway.clearWithoutSa.poll(10, TimeUnit.SECONDS)).isNotNull();
    }
    assertThat(peer.receive(50)).isEmpty();
  }

  private void install(SequenceState sequence) {
    gateway.datapath.install(spec(sequence));
  }

  private SaClusterSpec spec(SequenceState sequence) {
    return Suites.cluster(
        Suites.sub(SUITE, SPI, PEER_SPI, peer.address()), "10.1.0.0/24", "10.2.0.0/24", sequence);
  }

  private void offer(int first, int count) {
    for (int number = first; number < first + count; number++) {
      gateway.clear.offer(Packets.udp("10.1.0.1", "10.2.0.1", 7, number, 20));
    }
    // Behind the packets, on the loop that they are read on.
    gateway.loops.loop(0).submit(() -> {}).syncUninterruptibly();
  }

  /** The counters, after everything that was handed to the home loop before. */
  private SaUsage usage() {
    gateway.loops.loop(1).submit(() -> {}).syncUninterruptibly();
    gateway.loops.loop(0).submit(() -> {}).syncUninterruptibly();
    Optional<SaUsage> usage = gateway.datapath.usage(SPI).toCompletableFuture().join();
    return usage.orElseThrow();
  }

  private LeaseWish wish() throws InterruptedException {
    LeaseWish wish = gateway.wishes.poll(10, TimeUnit.SECONDS);
    assertThat(wish).isNotNull();
    return wish;
  }

  private List<Long> sequences(int count) throws Exception {
    List<Long> sequences = new ArrayList<>();
    for (int received = 0; received < count; received++) {
      sequences.add(peer.receive(5000).orElseThrow().sequence());
    }
    return sequences;
  }

  private List<Integer> clearNumbers(int count) throws InterruptedException {
    List<Integer> numbers = new ArrayList<>();
    for (int received = 0; received < count; received++) {
      numbers.add(Packets.number(gateway.clear.poll(WAIT).orElseThrow()));
    }
    return numbers;
  }
}
