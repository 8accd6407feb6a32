package io.phalanx.datapath.inner;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PacketTooBigTest {
  private final byte[] out = new byte[2000];

  @Test
  void shouldTellAnIpv4SenderTheMtu() {
    byte[] packet = packet("10.1.0.7", "10.2.0.9", 1500);
    int octets = PacketTooBig.write(packet, 0, 1500, 1406, out);
    assertThat(octets).isEqualTo(576);
    assertThat(Ip.u16(out, Ip.IPV4_LENGTH)).isEqualTo(576);
    assertThat(InternetChecksum.sum(out, 0, 20)).isEqualTo(0xffff);
    assertThat(InternetChecksum.sum(out, 20, 556)).isEqualTo(0xffff);
    assertThat(Arrays.copyOfRange(out, 12, 16)).isEqualTo(octets("10.2.0.9"));
    assertThat(Arrays.copyOfRange(out, 16, 20)).isEqualTo(octets("10.1.0.7"));
    assertThat(out[9]).isEqualTo((byte) 1);
    assertThat(Ip.u16(out, 20)).as("type and code").isEqualTo(0x0304);
    assertThat(Ip.u16(out, 24)).isZero();
    assertThat(Ip.u16(out, 26)).isEqualTo(1406);
    assertThat(Arrays.copyOfRange(out, 28, 576)).isEqualTo(Arrays.copyOf(packet, 548));
  }

  @Test
  void shouldTellAnIpv6SenderTheMtuButNoneBelow1280() {
    byte[] packet = packet("fd01::7", "fd02::9", 1500);
    int octets = PacketTooBig.write(packet, 0, 1500, 1390, out);
    assertThat(octets).isEqualTo(1280);
    assertThat(Ip.u16(out, Ip.IPV6_LENGTH)).isEqualTo(1240);
    assertThat(Arrays.copyOfRange(out, 8, 24)).isEqualTo(octets("fd02::9"));
    assertThat(Arrays.copyOfRange(out, 24, 40)).isEqualTo(octets("fd01::7"));
    long pseudo = (long) InternetChecksum.sum(out, 8, 32) + 1240 + 58;
    assertThat(InternetChecksum.fold(pseudo + InternetChecksum.sum(out, 40, 1240)))
        .isEqualTo(0xffff);
    assertThat(Ip.u16(out, 40)).isEqualTo(0x0200);
    assertThat(Ip.u16(out, 46)).isEqualTo(1390);
    PacketTooBig.write(packet, 0, 1500, 1000, out);
    assertThat(Ip.u16(out, 46)).isEqualTo(1280);
  }

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, 10.2.0.9",
    "127.0.0.1, 10.2.0.9",
    "224.0.0.1, 10.2.0.9",
    "255.255.255.255, 10.2.0.9",
    "10.1.0.7, 239.1.1.1",
    "::, fd02::9",
    "ff02::1, fd02::9"
  })
  void shouldNotAnswerWhoIsNobodyInParticular(String from, String to) {
    assertThat(PacketTooBig.write(packet(from, to, 1500), 0, 1500, 1400, out))
        .isEqualTo(PacketTooBig.NO_ANSWER);
  }

  private static byte[] packet(String from, String to, int octets) {
    byte[] packet = new byte[octets];
    byte[] source = octets(from);
    boolean ipv4 = source.length == 4;
    packet[0] = (byte) (ipv4 ? 0x45 : 0x60);
    System.arraycopy(source, 0, packet, ipv4 ? 12 : 8, source.length);
    System.arraycopy(octets(to), 0, packet, ipv4 ? 16 : 24, source.length);
    return packet;
  }

  private static byte[] octets(String literal) {
    return InetAddress.ofLiteral(literal).getAddress();
  }
}
