package io.phalanx.datapath.inner;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.datapath.TransportAddresses;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 4303 §3.1.1 and RFC 3948 §3.1.2. */
class TransportFramingTest {
  private static final String PEER = "192.0.2.7";
  private static final String GATEWAY = "198.51.100.1";

  @ParameterizedTest
  @CsvSource({
    "6, 16, 192.0.2.7, 198.51.100.1, 172.16.0.9, 203.0.113.1",
    "17, 6, 192.0.2.7, 198.51.100.1, 172.16.0.9, 198.51.100.1",
    "136, 6, 192.0.2.7, 198.51.100.1, 10.0.0.1, 203.0.113.1",
    "33, 6, 192.0.2.7, 198.51.100.1, 192.0.2.7, 198.51.100.1",
    "6, 16, 2001:db8::7, 2001:db8::1, fd00::9, 2001:db8::1",
    "58, 2, 2001:db8::7, 2001:db8::1, fd00::9, fd00::1"
  })
  void shouldMendTheChecksumAfterANat(
      int protocol, int field, String peer, String local, String peerAtPeer, String localAtPeer) {
    Random random = new Random(protocol);
    TransportFraming framing = framing(peer, local, peerAtPeer, localAtPeer);
    for (int octets = 20; octets < 61; octets++) {
      byte[] payload = new byte[octets];
      random.nextBytes(payload);
      Ip.putU16(payload, field, 0);
      Ip.putU16(payload, field, pseudo(payload, protocol, peerAtPeer, localAtPeer));
      byte[] packet = new byte[200];
      int length = framing.restore(payload, 0, octets, protocol, packet);
      int header = framing.headerOctets();
      assertThat(length).isEqualTo(header + octets);
      byte[] restored = Arrays.copyOfRange(packet, header, length);
      int mended = Ip.u16(restored, field);
      Ip.putU16(restored, field, 0);
      assertThat(mended).isEqualTo(pseudo(restored, protocol, peer, local));
    }
  }

  @Test
  void shouldLeaveAnAbsentUdpChecksumAndMakeNone() {
    TransportFraming framing = framing(PEER, GATEWAY, "10.0.0.1", GATEWAY);
    byte[] packet = new byte[100];
    framing.restore(new byte[8], 0, 8, Ip.UDP, packet);
    assertThat(Ip.u16(packet, 26)).isZero();
    byte[] payload = new byte[8];
    for (int checksum = 1; checksum < 65536; checksum++) {
      Ip.putU16(payload, 6, checksum);
      framing.restore(payload, 0, 8, Ip.UDP, packet);
      assertThat(Ip.u16(packet, 26)).as("zero would say that there is none").isNotZero();
    }
  }

  @Test
  void shouldWriteAWholeHeader() {
    byte[] packet = new byte[100];
    int length = framing(PEER, GATEWAY, PEER, GATEWAY).restore(new byte[30], 2, 28, 1, packet);
    assertThat(length).isEqualTo(48);
    assertThat(InternetChecksum.sum(packet, 0, 20)).isEqualTo(0xffff);
    assertThat(Ip.u16(packet, Ip.IPV4_LENGTH)).isEqualTo(48);
    assertThat(Arrays.copyOfRange(packet, 12, 16)).isEqualTo(octets(PEER));
    assertThat(Arrays.copyOfRange(packet, 16, 20)).isEqualTo(octets(GATEWAY));
  }

  @Test
  void shouldCarryNoFragmentOptionOrHeaderThatStandsBeforeEsp() {
    TransportFraming four = framing(PEER, GATEWAY, PEER, GATEWAY);
    byte[] packet = new byte[40];
    packet[0] = 0x45;
    assertThat(four.carries(packet, 0)).isTrue();
    Ip.putU16(packet, Ip.IPV4_FRAGMENT, Ip.DONT_FRAGMENT);
    assertThat(four.carries(packet, 0)).isTrue();
    for (int fragment : new int[] {Ip.MORE_FRAGMENTS, 1, 0x1fff}) {
      Ip.putU16(packet, Ip.IPV4_FRAGMENT, fragment);
      assertThat(four.carries(packet, 0)).isFalse();
    }
    Ip.putU16(packet, Ip.IPV4_FRAGMENT, 0);
    packet[0] = 0x46;
    assertThat(four.carries(packet, 0)).isFalse();
    packet[0] = 0x60;
    assertThat(four.carries(packet, 0)).as("the other family").isFalse();

    TransportFraming six = framing("2001:db8::7", "2001:db8::1", "2001:db8::7", "2001:db8::1");
    for (int header : new int[] {0, 43, 44}) {
      packet[6] = (byte) header;
      assertThat(six.carries(packet, 0)).isFalse();
      assertThat(six.restore(packet, 0, 8, header, new byte[100]))
          .isEqualTo(TransportFraming.NO_PACKET);
    }
    packet[6] = 60;
    assertThat(six.carries(packet, 0)).as("destination options may follow ESP").isTrue();
  }

  @Test
  void shouldRefuseWhatIsLongerThanAPacket() {
    byte[] out = new byte[1 << 16];
    TransportFraming framing = framing(PEER, GATEWAY, "10.0.0.1", GATEWAY);
    assertThat(framing.restore(new byte[65_516], 0, 65_516, 6, out))
        .isEqualTo(TransportFraming.NO_PACKET);
    assertThat(framing.restore(new byte[65_515], 0, 65_515, 6, out)).isEqualTo(65_535);
  }

  @Test
  void shouldTakeEveryLengthOfEveryProtocol() {
    byte[] out = new byte[200];
    for (String peer : new String[] {PEER, "2001:db8::7"}) {
      TransportFraming framing = framing(peer, peer, "10.0.0.1", "2001:db8::9");
      for (int protocol = 0; protocol < 256; protocol++) {
        for (int length = 0; length < 24; length++) {
          int whole = framing.restore(new byte[24], 0, length, protocol, out);
          assertThat(whole).isIn(framing.headerOctets() + length, TransportFraming.NO_PACKET);
        }
      }
    }
  }

  private static TransportFraming framing(
      String peer, String local, String peerAtPeer, String localAtPeer) {
    return new TransportFraming(
        new TransportAddresses(
            InetAddress.ofLiteral(local),
            InetAddress.ofLiteral(peer),
            InetAddress.ofLiteral(localAtPeer),
            InetAddress.ofLiteral(peerAtPeer)));
  }

  /** The checksum with the pseudo header of these addresses (RFC 9293 §3.1, RFC 8200 §8.1). */
  private static int pseudo(byte[] payload, int protocol, String from, String to) {
    long sum = InternetChecksum.sum(payload, 0, payload.length);
    for (String address : new String[] {from, to}) {
      byte[] octets = octets(address);
      sum += InternetChecksum.sum(octets, 0, octets.length);
    }
    return ~InternetChecksum.fold(sum + protocol + payload.length) & 0xffff;
  }

  private static byte[] octets(String address) {
    return InetAddress.ofLiteral(address).getAddress();
  }
}
