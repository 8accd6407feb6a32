package io.phalanx.replication.interlink;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameCodecTest {
  private static final byte[] PAYLOAD = HexFormat.of().parseHex("cafe");

  private static byte[] encode(Frame frame) {
    ByteBuffer out = ByteBuffer.allocate(FrameCodec.size(frame));
    FrameCodec.encode(frame, out);
    assertThat(out.hasRemaining()).isFalse();
    return out.array();
  }

  private static void assertGolden(Frame frame, String hex) {
    byte[] golden = HexFormat.of().parseHex(hex.replace(" ", ""));
    assertThat(encode(frame)).isEqualTo(golden);
    assertThat(FrameCodec.decode(ByteBuffer.wrap(golden)))
        .get()
        .usingRecursiveComparison()
        .isEqualTo(frame);
  }

  private static UdpDatagram datagram(String address, boolean natPort) {
    return new UdpDatagram(new InetSocketAddress(address, 4500), natPort, PAYLOAD);
  }

  @Test
  void heartbeat() {
    assertGolden(
        new Frame.Heartbeat(
            0x0102030405060708L,
            List.of(new Frame.Heard(2, 65_535, -1, true), new Frame.Heard(4095, 1, 7, false))),
        // type | start nonce | count | member, incarnation, start nonce, proven
        "01 0102030405060708 0002 0002 ffff ffffffffffffffff 01 0fff 0001 0000000000000007 00");
  }

  @Test
  void espForward() {
    // type | hops | NAT port | listen address | address | port | ESP
    assertGolden(
        new Frame.EspForward(datagram("192.0.2.1", true), 2), "02 02 01 ff 04 c0000201 1194 cafe");
  }

  @Test
  void clearForward() {
    assertGolden(new Frame.ClearForward(PAYLOAD, 1), "03 01 cafe");
  }

  @Test
  void note() {
    assertGolden(new Frame.Note(PAYLOAD), "10 cafe");
  }

  @Test
  void ikeForward() {
    assertGolden(
        new Frame.IkeForward(datagram("2001:db8::1", false), 0),
        "04 00 00 ff 10 20010db8000000000000000000000001 1194 cafe");
  }

  @Test
  void childDue() {
    assertGolden(
        new Frame.ChildDue(0x1122334455667788L, 0x99aabbcc, true),
        "05 1122334455667788 99aabbcc 01");
  }

  @Test
  void peerMoved() {
    assertGolden(
        new Frame.PeerMoved(9, 8, new PeerPath(datagram("192.0.2.1", true).peer(), 3)),
        "07 0000000000000009 00000008 03 04 c0000201 1194");
  }

  @Test
  void handedOver() {
    assertGolden(
        new Frame.HandedOver(0x1122334455667788L, 0x99aabbcc), "0c 1122334455667788 99aabbcc");
  }

  @Test
  void goodbye() {
    assertGolden(new Frame.Goodbye(), "06");
  }

  @Test
  void shouldIgnoreUnknownTypesAndFramesCutShort() {
    assertThat(FrameCodec.decode(ByteBuffer.wrap(new byte[] {99, 1, 2, 3}))).isEmpty();
    assertThat(FrameCodec.decode(ByteBuffer.allocate(0))).isEmpty();
    byte[] heartbeat = encode(new Frame.Heartbeat(1, List.of(new Frame.Heard(1, 2, 3, true))));
    for (int length = 0; length < heartbeat.length; length++) {
      assertThat(FrameCodec.decode(ByteBuffer.wrap(Arrays.copyOf(heartbeat, length)))).isEmpty();
    }
  }

  @Test
  void shouldNeverThrowWhateverComes() {
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      byte[] garbage = new byte[random.nextInt(60)];
      random.nextBytes(garbage);
      if (garbage.length > 0) {
        garbage[0] = (byte) random.nextInt(8);
      }
      assertThat(FrameCodec.decode(ByteBuffer.wrap(garbage))).isNotNull();
    }
  }
}
