package io.phalanx.datapath.clear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.phalanx.datapath.loop.NettyPacketLoops;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DatagramPortTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);

  private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

  static Stream<Supplier<NettyPacketLoops>> loops() {
    return Stream.of(() -> NettyPacketLoops.open(2), () -> NettyPacketLoops.openNio(2));
  }

  @ParameterizedTest
  @MethodSource("loops")
  void shouldReadPacketsOfItsPeerOnly(Supplier<NettyPacketLoops> open) throws Exception {
    try (var loops = open.get();
        var peer = new DatagramSocket(ANY_PORT);
        var stranger = new DatagramSocket(ANY_PORT);
        var port = started(loops, peer)) {
      send(stranger, port, new byte[] {6, 6, 6});
      for (byte i = 0; i < 100; i++) {
        send(peer, port, new byte[] {69, i});
      }
      for (int i = 0; i < 100; i++) {
        assertThat(seen.poll(5, TimeUnit.SECONDS)).isEqualTo("0:45%02x".formatted(i));
      }
      assertThat(port.dropped()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("loops")
  void shouldDropADatagramAboveTheMtu(Supplier<NettyPacketLoops> open) throws Exception {
    try (var loops = open.get();
        var peer = new DatagramSocket(ANY_PORT);
        var port = started(loops, peer)) {
      send(peer, port, new byte[1401]);
      send(peer, port, new byte[1400]);
      assertThat(seen.poll(5, TimeUnit.SECONDS)).isEqualTo("0:" + "00".repeat(1400));
      assertThat(port.dropped()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("loops")
  void shouldWriteFromEveryLoop(Supplier<NettyPacketLoops> open) throws Exception {
    try (var loops = open.get();
        var peer = new DatagramSocket(ANY_PORT);
        var port = started(loops, peer)) {
      peer.setSoTimeout(5_000);
      for (int loop = 0; loop < 2; loop++) {
        int index = loop;
        loops
            .loop(loop)
            .execute(
                () -> {
                  byte[] reused = {0, 0, 0, 0};
                  reused[1] = (byte) (0x40 + index);
                  port.write(index, reused, 1, 2);
                  reused[1] = (byte) (0x60 + index);
                  port.write(index, reused, 1, 2);
                  port.flush(index);
                });
        assertThat(receive(peer)).isEqualTo("4" + loop + "00");
        assertThat(receive(peer)).isEqualTo("6" + loop + "00");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("loops")
  void shouldBoundWhatALoopHandsOver(Supplier<NettyPacketLoops> open) throws Exception {
    try (var loops = open.get();
        var peer = new DatagramSocket(ANY_PORT);
        var port = started(loops, peer)) {
      byte[] packet = new byte[1400];
      loops
          .loop(1)
          .submit(
              () -> {
                for (int i = 0; i < 10_000; i++) {
                  port.write(1, packet, 0, packet.length);
                }
              })
          .get();
      // Nothing was flushed, so at most the write buffer (1 MiB) was taken.
      await().untilAsserted(() -> assertThat(port.dropped()).isGreaterThan(9_000));
    }
  }

  @ParameterizedTest
  @MethodSource("loops")
  void shouldSayWhatToDoWhenThePortIsTaken(Supplier<NettyPacketLoops> open) throws Exception {
    try (var loops = open.get();
        var taken = new DatagramSocket(ANY_PORT);
        var port = new DatagramPort(address(taken), address(taken), 1400)) {
      assertThatThrownBy(() -> port.start(loops, (loop, buffer, offset, length) -> {}))
          .isInstanceOf(ClearPortException.class)
          .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("clear.datagrams.bind");
    }
  }

  private DatagramPort started(NettyPacketLoops loops, DatagramSocket peer) {
    var port = new DatagramPort(ANY_PORT, address(peer), 1400);
    port.start(
        loops,
        (loop, buffer, offset, length) ->
            seen.add(loop + ":" + HexFormat.of().formatHex(buffer, offset, offset + length)));
    return port;
  }

  private static InetSocketAddress address(DatagramSocket socket) {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  private static void send(DatagramSocket from, DatagramPort to, byte[] packet) throws Exception {
    from.send(new DatagramPacket(packet, packet.length, to.localAddress()));
  }

  private static String receive(DatagramSocket socket) throws Exception {
    var datagram = new DatagramPacket(new byte[2000], 2000);
    socket.receive(datagram);
    return HexFormat.of().formatHex(Arrays.copyOf(datagram.getData(), datagram.getLength()));
  }
}
