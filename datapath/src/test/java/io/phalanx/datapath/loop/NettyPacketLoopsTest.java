package io.phalanx.datapath.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.epoll.Epoll;
import org.junit.jupiter.api.Test;

class NettyPacketLoopsTest {
  @Test
  void shouldRunEachLoopOnItsOwnNamedDaemonThread() throws Exception {
    try (var loops = NettyPacketLoops.open(3)) {
      assertThat(loops.count()).isEqualTo(3);
      for (int index = 0; index < 3; index++) {
        Thread thread = loops.loop(index).submit(Thread::currentThread).get();
        assertThat(thread.getName()).isEqualTo("packet-loop-" + index);
        assertThat(thread.isDaemon()).isTrue();
        assertThat(loops.loop(index).inEventLoop(thread)).isTrue();
      }
    }
  }

  @Test
  void shouldUseEpollWhereItsLibraryLoads() {
    try (var loops = NettyPacketLoops.open(1)) {
      assertThat(loops.epoll()).isEqualTo(Epoll.isAvailable());
    }
  }

  @Test
  void shouldRunOnNio() throws Exception {
    try (var loops = NettyPacketLoops.openNio(2)) {
      assertThat(loops.epoll()).isFalse();
      assertThat(loops.loop(1).submit(() -> "ran").get()).isEqualTo("ran");
    }
  }

  @Test
  void shouldEndItsThreadsOnClose() throws Exception {
    var loops = NettyPacketLoops.open(1);
    Thread thread = loops.loop(0).submit(Thread::currentThread).get();
    loops.close();
    thread.join(5_000);
    assertThat(thread.isAlive()).isFalse();
  }

  @Test
  void shouldRefuseToHaveNoLoops() {
    assertThatThrownBy(() -> NettyPacketLoops.open(0)).isInstanceOf(IllegalArgumentException.class);
  }
}
