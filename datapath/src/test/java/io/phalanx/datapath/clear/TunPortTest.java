package io.phalanx.datapath.clear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.phalanx.datapath.loop.NettyPacketLoops;
import org.junit.jupiter.api.Test;

/** What needs no privilege; the rest is in {@link TunPortIT}. */
class TunPortTest {
  @Test
  void shouldSayThatItNeedsEpoll() {
    try (var loops = NettyPacketLoops.openNio(1);
        var port = new TunPort("phx0", 1400)) {
      assertThatThrownBy(() -> port.start(loops, (loop, buffer, offset, length) -> {}))
          .isInstanceOf(ClearPortException.class)
          .hasMessageContaining("phx0")
          .hasMessageContaining("epoll")
          .hasMessageContaining("clear.datagrams");
    }
  }

  @Test
  void shouldCountWhatIsWrittenWhileNotOpen() {
    try (var port = new TunPort("phx0", 1400)) {
      port.write(0, new byte[20], 0, 20);
      assertThat(port.dropped()).isEqualTo(1);
    }
  }

  @Test
  void shouldRefuseANameThatTheKernelWouldCut() {
    assertThatThrownBy(() -> new TunPort("sixteen-octets-x", 1400))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
