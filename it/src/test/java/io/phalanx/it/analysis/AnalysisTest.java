package io.phalanx.it.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnalysisTest {
  private static final InetAddress CLIENT = InetAddress.ofLiteral("10.77.0.1");
  private static final InetAddress SERVER = InetAddress.ofLiteral("10.50.0.10");

  @Test
  void shouldTellEspIkeAndKeepalivesApart() {
    assertThat(read(true, "c0000001 00000007 0010000000000009 aabb"))
        .isEqualTo(new Datagram.Esp(0xc0000001, 7, 0x0010000000000009L));
    String ike = "0000000000000001 0000000000000002 2e 20 25 08 00000003 0000001c";
    var informational = new Datagram.Ike(1, 2, 37, false, 3);
    assertThat(read(false, ike)).isEqualTo(informational);
    assertThat(read(true, "00000000" + ike)).isEqualTo(informational);
    assertThat(informational.exchangeName()).isEqualTo("INFORMATIONAL");
    assertThat(read(true, "ff")).isEqualTo(new Datagram.Keepalive());
    assertThat(read(true, "c0000001")).isEqualTo(new Datagram.Other());
    assertThat(read(false, "01020304")).isEqualTo(new Datagram.Other());
  }

  @Test
  void shouldFindNumbersAndIvsUsedTwiceUnderOneSpi() {
    Uniqueness uniqueness = new Uniqueness();
    uniqueness.add(new Datagram.Esp(1, 10, 100));
    uniqueness.add(new Datagram.Esp(2, 10, 100));
    uniqueness.add(new Datagram.Esp(1, 13, 101));
    assertThat(uniqueness.sequencesReused()).isZero();
    assertThat(uniqueness.ivsReused()).isZero();
    assertThat(uniqueness.sequencesSkipped()).isEqualTo(2);
    uniqueness.add(new Datagram.Esp(1, 13, 102));
    uniqueness.add(new Datagram.Esp(1, 14, 101));
    assertThat(uniqueness.sequencesReused()).isEqualTo(1);
    assertThat(uniqueness.ivsReused()).isEqualTo(1);
    assertThat(uniqueness.examples()).hasSize(2);
  }

  @Test
  void shouldKeepTheBookOfArrivals() {
    Arrivals arrivals = new Arrivals();
    for (int number = 0; number < 5; number++) {
      assertThat(arrivals.nextNumber()).isEqualTo(number);
    }
    assertThat(arrivals.arrived(0, 10)).isTrue();
    assertThat(arrivals.arrived(3, 50)).isTrue();
    assertThat(arrivals.arrived(1, 60)).isTrue();
    assertThat(arrivals.arrived(3, 65)).isFalse();
    arrivals.pause();
    assertThat(arrivals.arrived(4, 1000)).isTrue();
    assertThat(arrivals.lost()).isEqualTo(1);
    assertThat(arrivals.duplicated()).isEqualTo(1);
    assertThat(arrivals.longestGapNanos()).isEqualTo(40);
    assertThat(arrivals.longestGapEndNanos()).isEqualTo(50);
  }

  @Test
  void shouldCountARetransmittedRequestOnce() {
    Exchanges exchanges = new Exchanges();
    exchanges.add(new Datagram.Ike(1, 2, 37, false, 4), true);
    exchanges.add(new Datagram.Ike(1, 2, 37, false, 4), true);
    exchanges.add(new Datagram.Ike(1, 2, 37, true, 4), false);
    exchanges.add(new Datagram.Ike(1, 2, 37, false, 4), false);
    exchanges.add(new Datagram.Ike(1, 2, 36, false, 5), true);
    assertThat(exchanges.total()).isEqualTo(3);
    assertThat(exchanges.summary()).isEqualTo("1 CREATE_CHILD_SA, 2 INFORMATIONAL");
  }

  @Test
  void shouldReadBackItsOwnProbes() {
    ProbePacket probe = new ProbePacket(CLIENT, SERVER, 1, 77);
    byte[] octets = probe.encode(100);
    assertThat(octets).hasSize(100);
    assertThat(ProbePacket.decode(ByteBuffer.wrap(octets))).contains(probe);
    octets[28] ^= 1;
    assertThat(ProbePacket.decode(ByteBuffer.wrap(octets))).isEmpty();
    assertThat(ProbePacket.decode(ByteBuffer.allocate(10))).isEmpty();
  }

  @Test
  void shouldGiveProbesAHeaderChecksumThatVerifies() {
    ByteBuffer packet = ByteBuffer.wrap(new ProbePacket(CLIENT, SERVER, 0, 3).encode(64));
    int sum = 0;
    for (int at = 0; at < 20; at += 2) {
      sum += packet.getShort(at) & 0xffff;
    }
    assertThat((sum & 0xffff) + (sum >>> 16)).isEqualTo(0xffff);
  }

  @Test
  void shouldReadUdpOutOfACapture() throws IOException {
    List<Pcap.Udp> datagrams = Pcap.read(hex(FILE_HEADER + ARP_RECORD + UDP_RECORD));
    assertThat(datagrams).hasSize(1);
    Pcap.Udp udp = datagrams.getFirst();
    assertThat(udp.timeNanos()).isEqualTo(5_000_007_000L);
    assertThat(udp.source().getPort()).isEqualTo(4500);
    assertThat(udp.target()).hasToString("/10.99.0.1:500");
    assertThat(new String(udp.payload(), StandardCharsets.US_ASCII)).isEqualTo("hello");
  }

  @Test
  void shouldEndAtARecordThatIsCutOff() throws IOException {
    String cut = UDP_RECORD.substring(0, UDP_RECORD.length() - 2);
    assertThat(Pcap.read(hex(FILE_HEADER + UDP_RECORD + cut))).hasSize(1);
  }

  @Test
  void shouldRefuseOtherFormats() {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> Pcap.read(ByteBuffer.allocate(64)))
        .withMessageContaining("not a pcap file");
  }

  // Little-endian, microseconds, version 2.4, snap length 65535, Ethernet.
  private static final String FILE_HEADER =
      "d4c3b2a1 0200 0400 00000000 00000000 ffff0000 01000000";
  // 42 octets of ARP.
  private static final String ARP_RECORD =
      "04000000 00000000 2a000000 2a000000" + "ffffffffffff 020000000001 0806" + "00".repeat(28);
  // 10.99.0.2:4500 -> 10.99.0.1:500, "hello".
  private static final String UDP_RECORD =
      "05000000 07000000 2f000000 2f000000"
          + "020000000002 020000000001 0800"
          + "45000021 00004000 40110000 0a630002 0a630001"
          + "1194 01f4 000d 0000"
          + "68656c6c6f";

  private static Datagram read(boolean natPort, String hex) {
    return Datagram.read(natPort, hex(hex));
  }

  private static ByteBuffer hex(String text) {
    return ByteBuffer.wrap(HexFormat.of().parseHex(text.replace(" ", "")));
  }
}
