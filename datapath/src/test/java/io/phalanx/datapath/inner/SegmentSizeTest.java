package io.phalanx.datapath.inner;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9293 §3.7.1. */
class SegmentSizeTest {
  private static final int SYN = 0x02;

  @ParameterizedTest
  @CsvSource({"true, 0, 1360", "true, 1, 1360", "false, 0, 1340", "false, 1, 1340"})
  void shouldLowerTheSizeAndKeepTheChecksumRight(boolean ipv4, int lead, int expected) {
    byte[] packet = syn(ipv4, lead, 1460, SYN);
    int tcp = ipv4 ? 20 : 40;
    SegmentSize.clamp(packet, 0, packet.length, 1400);
    assertThat(Ip.u16(packet, tcp + 20 + lead + 2)).isEqualTo(expected);
    assertThat(InternetChecksum.sum(packet, tcp, packet.length - tcp)).isEqualTo(0xffff);
  }

  @Test
  void shouldLeaveEverythingElseAlone() {
    assertUntouched(syn(true, 0, 1360, SYN)); // fits
    assertUntouched(syn(true, 0, 1460, 0x10)); // no SYN
    byte[] udp = syn(true, 0, 1460, SYN);
    udp[9] = 17;
    assertUntouched(udp);
    byte[] laterFragment = syn(true, 0, 1460, SYN);
    laterFragment[7] = 1;
    assertUntouched(laterFragment);
  }

  @Test
  void shouldNeverReadOutsideThePacketNorLengthenIt() {
    Random random = new Random(11);
    for (int count = 0; count < 100_000; count++) {
      byte[] packet = syn(count % 2 == 0, 0, 1460, SYN);
      int tcp = count % 2 == 0 ? 20 : 40;
      for (int flips = 0; flips < 4; flips++) {
        packet[tcp + 12 + random.nextInt(packet.length - tcp - 12)] = (byte) random.nextInt();
      }
      int length = tcp + random.nextInt(packet.length - tcp + 1);
      byte[] exact = Arrays.copyOf(packet, length);
      SegmentSize.clamp(exact, 0, length, 1400);
      assertThat(exact).hasSize(length);
    }
  }

  private static void assertUntouched(byte[] packet) {
    byte[] before = packet.clone();
    SegmentSize.clamp(packet, 0, packet.length, 1400);
    assertThat(packet).isEqualTo(before);
  }

  /** The option behind {@code lead} octets of padding; the checksum without a pseudo header. */
  private static byte[] syn(boolean ipv4, int lead, int size, int flags) {
    int tcp = ipv4 ? 20 : 40;
    byte[] packet = new byte[tcp + 28];
    packet[0] = (byte) (ipv4 ? 0x45 : 0x60);
    packet[ipv4 ? 9 : 6] = 6;
    packet[tcp + 12] = 0x70;
    packet[tcp + 13] = (byte) flags;
    for (int at = 0; at < 8; at++) {
      packet[tcp + 20 + at] = 1;
    }
    packet[tcp + 20 + lead] = 2;
    packet[tcp + 21 + lead] = 4;
    Ip.putU16(packet, tcp + 22 + lead, size);
    Ip.putU16(packet, tcp + 16, InternetChecksum.of(packet, tcp, 28));
    return packet;
  }
}
