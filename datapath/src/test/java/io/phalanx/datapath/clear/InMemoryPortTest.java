package io.phalanx.datapath.clear;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.datapath.loop.NettyPacketLoops;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InMemoryPortTest {
  private final NettyPacketLoops loops = NettyPacketLoops.open(2);

  @AfterEach
  void closeLoops() {
    loops.close();
  }

  @Test
  void shouldDeliverOnTheLoopItWasOfferedTo() throws Exception {
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    try (var port = new InMemoryPort(1400, 8)) {
      port.start(
          loops,
          (loop, buffer, offset, length) ->
              seen.add(
                  Thread.currentThread().getName()
                      + Arrays.toString(Arrays.copyOfRange(buffer, offset, offset + length))));
      assertThat(port.offer(1, new byte[] {4, 2})).isTrue();
      assertThat(seen.poll(5, TimeUnit.SECONDS)).isEqualTo("packet-loop-1[4, 2]");
    }
  }

  @Test
  void shouldKeepWhatComesOutUpToItsBound() throws Exception {
    try (var port = new InMemoryPort(1400, 2)) {
      byte[] reused = new byte[4];
      for (byte i = 1; i <= 3; i++) {
        reused[1] = i;
        port.write(0, reused, 1, 2);
      }
      assertThat(port.poll(Duration.ZERO)).contains(new byte[] {1, 0});
      assertThat(port.poll(Duration.ZERO)).contains(new byte[] {2, 0});
      assertThat(port.poll(Duration.ZERO)).isEmpty();
      assertThat(port.dropped()).isEqualTo(1);
    }
  }

  @Test
  void shouldDropWhatTheLoopHasNotTakenYet() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    loops
        .loop(0)
        .execute(
            () -> {
              try {
                held.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    BlockingQueue<Integer> seen = new LinkedBlockingQueue<>();
    try (var port = new InMemoryPort(1400, 2)) {
      port.start(loops, (loop, buffer, offset, length) -> seen.add(length));
      assertThat(port.offer(new byte[1])).isTrue();
      assertThat(port.offer(new byte[2])).isTrue();
      assertThat(port.offer(new byte[3])).isFalse();
      held.countDown();
      assertThat(seen.poll(5, TimeUnit.SECONDS)).isEqualTo(1);
      assertThat(seen.poll(5, TimeUnit.SECONDS)).isEqualTo(2);
      assertThat(port.offer(new byte[4])).isTrue();
      assertThat(seen.poll(5, TimeUnit.SECONDS)).isEqualTo(4);
    }
  }

  @Test
  void shouldTakeNothingBeforeStartAfterCloseOrAboveTheMtu() {
    var port = new InMemoryPort(100, 2);
    assertThat(port.offer(new byte[1])).isFalse();
    port.start(loops, (loop, buffer, offset, length) -> {});
    assertThat(port.offer(new byte[101])).isFalse();
    port.close();
    assertThat(port.offer(new byte[1])).isFalse();
    assertThat(port.dropped()).isEqualTo(3);
  }
}
