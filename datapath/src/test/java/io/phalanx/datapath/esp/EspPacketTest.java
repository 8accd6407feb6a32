package io.phalanx.datapath.esp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class EspPacketTest {
  @Test
  void shouldPadToTheBoundary() {
    for (int align : new int[] {4, 16}) {
      for (int length = 0; length < 100; length++) {
        byte[] packet = new byte[200];
        int sealed = EspPacket.putTrailer(packet, 10, length, align, 4);
        assertThat(sealed % align).isZero();
        assertThat(sealed).isBetween(length + 2, length + 1 + align);
        assertThat(EspPacket.innerLength(packet, 10, sealed)).isEqualTo(length);
        assertThat(EspPacket.nextHeader(packet, 10, sealed)).isEqualTo(4);
      }
    }
  }

  @Test
  void shouldWriteMonotonicPadding() {
    byte[] packet = new byte[8];
    EspPacket.putTrailer(packet, 0, 3, 8, 41);
    assertThat(packet).isEqualTo(HexFormat.of().parseHex("0000000102030329"));
  }

  @Test
  void shouldRefuseWrongPadding() {
    assertThat(innerLength("000102020429")).as("octets that do not count up").isNegative();
    assertThat(innerLength("01020304052a")).as("more than there is").isNegative();
    assertThat(innerLength("00")).as("no trailer").isNegative();
    assertThat(innerLength("ff04")).isNegative();
    assertThat(innerLength("0004")).as("nothing inside").isZero();
  }

  private static int innerLength(String hex) {
    byte[] payload = HexFormat.of().parseHex(hex);
    return EspPacket.innerLength(payload, 0, payload.length);
  }
}
