package io.phalanx.datapath.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FlowKeyTest {
  private final FlowKey key = new FlowKey();

  @Test
  void shouldReadPortsBehindIpv4Options() {
    byte[] plain = PolicyTableTest.packet("10.0.0.1", "10.0.0.2", 6, 1234, 443);
    byte[] options = new byte[plain.length + 8];
    System.arraycopy(plain, 0, options, 0, 20);
    System.arraycopy(plain, 20, options, 28, 8);
    options[0] = 0x47;
    options[3] = (byte) options.length;
    assertThat(key.parse(options, 0, options.length)).isTrue();
    assertThat(key.sourcePort).isEqualTo(1234);
    assertThat(key.destinationPort).isEqualTo(443);
  }

  @Test
  void shouldWalkIpv6ExtensionHeaders() {
    ByteBuffer packet = ipv6(0, 8 + 8 + 8);
    packet.put(new byte[] {60, 0, 0, 0, 0, 0, 0, 0}); // hop-by-hop, then destination options
    packet.put(new byte[] {17, 0, 0, 0, 0, 0, 0, 0});
    packet.putShort((short) 53).putShort((short) 54).putInt(0);
    assertThat(parse(packet)).isTrue();
    assertThat(key.protocol).isEqualTo(17);
    assertThat(key.destinationPort).isEqualTo(54);
  }

  @Test
  void shouldReadNoPortsOfLaterIpv6Fragments() {
    ByteBuffer packet = ipv6(44, 8 + 8);
    packet.put(new byte[] {17, 0, 0, 8, 0, 0, 0, 1});
    packet.putLong(0);
    assertThat(parse(packet)).isTrue();
    assertThat(key.protocol).isEqualTo(17);
    assertThat(key.sourcePort).isEqualTo(FlowKey.NO_PORT);
  }

  @Test
  void shouldReadPortsOfFirstIpv6FragmentsOnlyRightBehindTheFragmentHeader() {
    ByteBuffer plain = ipv6(44, 8 + 8);
    plain.put(new byte[] {17, 0, 0, 1, 0, 0, 0, 1}).putShort((short) 53).putShort((short) 54);
    assertThat(parse(plain)).isTrue();
    assertThat(key.firstFragment()).isTrue();
    assertThat(key.destinationPort).isEqualTo(54);
    // Where options come first, a later fragment could change the ports behind them.
    ByteBuffer options = ipv6(44, 8 + 8 + 8);
    options.put(new byte[] {60, 0, 0, 1, 0, 0, 0, 1}).put(new byte[] {17, 0, 0, 0, 0, 0, 0, 0});
    options.putShort((short) 53).putShort((short) 54);
    assertThat(parse(options)).isTrue();
    assertThat(key.protocol).isEqualTo(60);
    assertThat(key.destinationPort).isEqualTo(FlowKey.NO_PORT);
    options.put(43, (byte) 0); // all in one fragment: nothing comes later
    assertThat(parse(options)).isTrue();
    assertThat(key.fragment()).isFalse();
    assertThat(key.destinationPort).isEqualTo(54);
  }

  @Test
  void shouldReadTheFlowThatAnIcmpv6ErrorIsAbout() {
    byte[] about = PolicyTableTest.packet("fd00::1", "fd00::2", 17, 1000, 53);
    ByteBuffer error = ipv6(58, 8 + about.length);
    error.put(new byte[] {2, 0, 0, 0, 0, 0, 5, 0}).put(about);
    error.put(8 + 15, (byte) 9).put(24, about, 8, 16);
    FlowKey quoted = new FlowKey();
    assertThat(parse(error)).isTrue();
    assertThat(quoted.parseQuoted(key, octets(error), 0)).isTrue();
    assertThat(quoted.sourcePort).isEqualTo(53);
    assertThat(quoted.destinationPort).isEqualTo(1000);
    assertThat(quoted.destinationLow).isEqualTo(1);
    error.put(40, (byte) 128); // an echo is about nothing
    assertThat(parse(error)).isTrue();
    assertThat(quoted.parseQuoted(key, octets(error), 0)).isFalse();
  }

  @Test
  void shouldRefuseExtensionHeadersThatEndOutside() {
    ByteBuffer packet = ipv6(0, 8);
    packet.put(new byte[] {17, 9, 0, 0, 0, 0, 0, 0});
    assertThat(parse(packet)).isFalse();
  }

  @Test
  void shouldRefuseEndlessExtensionHeaders() {
    ByteBuffer packet = ipv6(60, 8 * 20);
    for (int header = 0; header < 20; header++) {
      packet.put(new byte[] {60, 0, 0, 0, 0, 0, 0, 0});
    }
    assertThat(parse(packet)).isFalse();
  }

  @Test
  void shouldTakeIcmpTypeAndCodeForAPort() {
    byte[] packet = PolicyTableTest.packet("10.0.0.1", "10.0.0.2", 1, 0x0803, 0);
    assertThat(key.parse(packet, 0, packet.length)).isTrue();
    assertThat(key.sourcePort).isEqualTo(0x0803);
    assertThat(key.destinationPort).isEqualTo(0x0803);
  }

  @Test
  void shouldSeeTheEndOfThePacketNotOfTheBuffer() {
    byte[] packet = PolicyTableTest.packet("10.0.0.1", "10.0.0.2", 17, 1, 2);
    assertThat(key.parse(Arrays.copyOf(packet, 100), 0, 100)).isTrue();
    assertThat(key.length()).isEqualTo(packet.length);
  }

  @Test
  void shouldRefuseEveryTruncation() {
    for (String family : new String[] {"10.0.0.1", "2001:db8::1"}) {
      byte[] packet = PolicyTableTest.packet(family, family, 17, 1, 2);
      for (int length = 0; length < packet.length; length++) {
        assertThat(key.parse(packet, 0, length)).isFalse();
      }
    }
  }

  @Test
  void shouldNeverReadOutsideThePacket() {
    Random random = new Random(3);
    int packets = 0;
    int quotes = 0;
    FlowKey quoted = new FlowKey();
    for (int count = 0; count < 200_000; count++) {
      byte[] packet = new byte[random.nextInt(120)];
      random.nextBytes(packet);
      if (packet.length > 6) {
        packet[0] = (byte) (count % 2 == 0 ? 0x45 + random.nextInt(3) : 0x60);
        packet[2] = 0;
        packet[4] = 0;
        packet[6] = new byte[] {0, 43, 44, 51, 60, 17}[random.nextInt(6)];
      }
      boolean parsed = key.parse(packet, 0, packet.length);
      packets += parsed ? 1 : 0;
      quotes += parsed && quoted.parseQuoted(key, packet, 0) ? 1 : 0;
    }
    assertThat(packets).isPositive();
    assertThat(quotes).as("needs a quoted sender that is right").isZero();
  }

  private static ByteBuffer ipv6(int nextHeader, int payload) {
    ByteBuffer packet = ByteBuffer.allocate(40 + payload);
    packet.putInt(0x60000000).putShort((short) payload).put((byte) nextHeader).put((byte) 64);
    return packet.position(40);
  }

  private boolean parse(ByteBuffer packet) {
    return key.parse(octets(packet), 0, packet.capacity());
  }

  private static byte[] octets(ByteBuffer packet) {
    byte[] octets = new byte[packet.capacity()];
    packet.get(0, octets);
    return octets;
  }
}
