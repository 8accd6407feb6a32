package io.phalanx.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class InnerPacketTest {
  @Test
  void shouldReadTheDestinationOfBothFamilies() {
    byte[] four = new byte[20];
    four[0] = 0x45;
    four[16] = 10;
    four[19] = 9;
    assertThat(InnerPacket.destination(four)).contains(InetAddress.ofLiteral("10.0.0.9"));

    byte[] six = new byte[40];
    six[0] = 0x60;
    six[24] = (byte) 0xFD;
    six[39] = 1;
    assertThat(InnerPacket.destination(six)).contains(InetAddress.ofLiteral("fd00::1"));
  }

  @Test
  void shouldFindNoneInWhatIsCutShortOrNoIpPacket() {
    for (int length = 0; length < 20; length++) {
      byte[] cut = new byte[length];
      if (length > 0) {
        cut[0] = 0x45;
      }
      assertThat(InnerPacket.destination(cut)).isEmpty();
    }
    assertThat(InnerPacket.destination(new byte[] {(byte) 0xF5, 1, 2, 3})).isEmpty();
    byte[] six = new byte[39];
    six[0] = 0x60;
    assertThat(InnerPacket.destination(six)).isEmpty();
  }
}
