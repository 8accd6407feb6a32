package io.phalanx.it.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class ClientTableTest {
  private final ClientTable table = new ClientTable(2, 100);
  private final Channel first = new EmbeddedChannel();
  private final Channel second = new EmbeddedChannel();
  private final Channel third = new EmbeddedChannel();

  @Test
  void shouldGiveUpTheIdlestClientWhenFull() {
    table.put(key(1, Port.IKE), first, 0);
    table.put(key(2, Port.IKE), second, 1);
    table.touch(key(1, Port.IKE), 2);
    assertThat(table.put(key(3, Port.IKE), third, 3)).containsSame(second);
    assertThat(table.size()).isEqualTo(2);
    assertThat(table.get(key(1, Port.IKE), 4)).containsSame(first);
  }

  @Test
  void shouldForgetClientsThatAreIdle() {
    table.put(key(1, Port.IKE), first, 0);
    table.put(key(1, Port.NAT), second, 50);
    assertThat(table.expire(99)).isEmpty();
    assertThat(table.expire(100)).containsExactly(first);
    assertThat(table.get(key(1, Port.IKE), 101)).isEmpty();
    assertThat(table.get(key(1, Port.NAT), 101)).containsSame(second);
  }

  @Test
  void shouldHandBackWhatItReplaces() {
    table.put(key(1, Port.IKE), first, 0);
    assertThat(table.put(key(1, Port.IKE), second, 1)).containsSame(first);
    assertThat(table.size()).isEqualTo(1);
  }

  private static ClientTable.Key key(int port, Port kind) {
    return new ClientTable.Key(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), kind);
  }
}
