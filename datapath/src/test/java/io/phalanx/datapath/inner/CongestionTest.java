package io.phalanx.datapath.inner;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 6040 §4.2. */
class CongestionTest {
  /** Figure 4 of the RFC: inner, outer, leaving; 0 Not-ECT, 1 ECT(1), 2 ECT(0), 3 CE, -1 drop. */
  @ParameterizedTest
  @CsvSource({
    "0, 0, 0", "0, 2, 0", "0, 1, 0", "0, 3, -1",
    "2, 0, 2", "2, 2, 2", "2, 1, 1", "2, 3, 3",
    "1, 0, 1", "1, 2, 1", "1, 1, 1", "1, 3, 3",
    "3, 0, 3", "3, 2, 3", "3, 1, 3", "3, 3, 3"
  })
  void shouldLeaveTheTunnelAsTheTableSays(int inner, int outer, int leaving) {
    assertThat(Congestion.leaving(inner, outer)).isEqualTo(leaving);
    for (boolean ipv4 : new boolean[] {true, false}) {
      byte[] packet = packet(ipv4, 0xb8 | inner);
      boolean passes = Congestion.leave(packet, 0, 0x44 | outer);
      assertThat(passes).isEqualTo(leaving >= 0);
      if (passes) {
        assertThat(TrafficClass.of(packet, 0)).as("DSCP stays").isEqualTo(0xb8 | leaving);
        assertThat(ipv4 ? InternetChecksum.sum(packet, 0, 20) : 0xffff).isEqualTo(0xffff);
      }
    }
  }

  @Test
  void shouldLeaveTheFlowLabelAlone() {
    byte[] packet = packet(false, 0);
    packet[1] = 0x0f;
    packet[2] = (byte) 0xff;
    TrafficClass.put(packet, 0, 0xff);
    assertThat(packet).startsWith(0x6f, 0xff, 0xff);
    TrafficClass.put(packet, 0, 0);
    assertThat(packet).startsWith(0x60, 0x0f, 0xff);
  }

  private static byte[] packet(boolean ipv4, int trafficClass) {
    byte[] packet = new byte[40];
    packet[0] = (byte) (ipv4 ? 0x45 : 0x60);
    if (ipv4) {
      packet[1] = (byte) trafficClass;
      packet[9] = 17;
      InternetChecksum.putIpv4(packet, 0);
    } else {
      Ip.putU16(packet, 0, 0x6000 | trafficClass << 4);
    }
    return packet;
  }
}
