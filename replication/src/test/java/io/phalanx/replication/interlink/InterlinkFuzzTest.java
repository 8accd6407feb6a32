package io.phalanx.replication.interlink;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.phalanx.config.GatewayConfig.ClusterKey;
import io.phalanx.config.Secret;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.replication.Owner;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any datagram between members: opened or not, a frame or nothing. */
class InterlinkFuzzTest {
  private static final Sealing SEALING =
      new Sealing(new Owner(1, 1), List.of(new ClusterKey(1, Secret.of(new byte[32]))));

  private static Stream<Frame> frames() {
    UdpDatagram datagram =
        new UdpDatagram(
            new InetSocketAddress(InetAddress.ofLiteral("2001:db8::1"), 4500), true, new byte[40]);
    return Stream.of(
        new Frame.Heartbeat(7, List.of(new Frame.Heard(2, 3, 4, true))),
        new Frame.EspForward(datagram, 1),
        new Frame.IkeForward(datagram, 2),
        new Frame.ClearForward(new byte[20], 0),
        new Frame.ChildDue(5, 6, true),
        new Frame.Goodbye());
  }

  static Stream<byte[]> seeds() {
    return frames()
        .map(
            frame -> {
              ByteBuffer out = ByteBuffer.allocate(FrameCodec.size(frame));
              FrameCodec.encode(frame, out);
              return out.array();
            });
  }

  static Stream<byte[]> datagrams() {
    return frames().map(frame -> SEALING.seal(1, frame).orElseThrow());
  }

  @MethodSource("seeds")
  @FuzzTest
  void shouldReadAFrameAsItWouldWriteIt(byte[] octets) {
    Optional<Frame> frame = FrameCodec.decode(ByteBuffer.wrap(octets));
    if (frame.isPresent()) {
      ByteBuffer out = ByteBuffer.allocate(FrameCodec.size(frame.get()));
      FrameCodec.encode(frame.get(), out);
      assertThat(out.hasRemaining()).isFalse();
      assertThat(out.capacity()).isLessThanOrEqualTo(octets.length);
      assertThat(FrameCodec.decode(out.flip()))
          .get()
          .usingRecursiveComparison()
          .isEqualTo(frame.get());
    }
  }

  @MethodSource("datagrams")
  @FuzzTest
  void shouldOpenWhatAMemberHasSealedAndNothingElse(byte[] octets) {
    byte[] before = octets.clone();
    Optional<Sealing.Opened> opened = SEALING.open(octets);
    if (opened.isPresent()) {
      assertThat(before.length).isGreaterThanOrEqualTo(Sealing.HEADER + Sealing.TAG);
      assertThat(opened.get().frame().remaining())
          .isEqualTo(before.length - Sealing.HEADER - Sealing.TAG);
    }
  }
}
