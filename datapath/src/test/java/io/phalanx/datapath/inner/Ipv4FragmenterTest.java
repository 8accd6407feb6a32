package io.phalanx.datapath.inner;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** RFC 791 §3.2. */
class Ipv4FragmenterTest {
  private final Ipv4Fragmenter fragmenter = new Ipv4Fragmenter();
  private final Random random = new Random(7);

  @Test
  void shouldGiveBackTheSameDataForEveryLength() {
    for (int data = 1; data < 3000; data += 13) {
      byte[] packet = packet(data);
      int max = 68 + random.nextInt(1000);
      List<byte[]> fragments = cut(packet, 5, max);
      assertThat(fragments).allSatisfy(each -> assertThat(each.length).isLessThanOrEqualTo(max));
      assertThat(reassembled(fragments, 0))
          .isEqualTo(Arrays.copyOfRange(packet, 20, packet.length));
      assertThat(more(fragments.getLast())).isFalse();
      assertThat(fragments.subList(0, fragments.size() - 1)).allMatch(Ipv4FragmenterTest::more);
    }
  }

  @Test
  void shouldCutFragmentsFurther() {
    byte[] middle = packet(1000);
    Ip.putU16(middle, Ip.IPV4_FRAGMENT, Ip.MORE_FRAGMENTS | 100);
    List<byte[]> fragments = cut(middle, 0, 300);
    assertThat(fragments).allMatch(Ipv4FragmenterTest::more);
    assertThat(reassembled(fragments, 100)).isEqualTo(Arrays.copyOfRange(middle, 20, 1020));
  }

  @Test
  void shouldRepeatOnlyOptionsThatAreToBeCopied() {
    byte[] packet = new byte[36 + 200];
    packet[0] = 0x49;
    Ip.putU16(packet, Ip.IPV4_LENGTH, packet.length);
    // no operation, record route (not copied), loose source route (copied), end
    byte[] options = {1, 7, 4, 4, 0, 0, 0, 0, (byte) 0x83, 4, 4, 9, 0, 0, 0, 0};
    options[2] = 7;
    System.arraycopy(options, 0, packet, 20, 16);
    List<byte[]> fragments = cut(packet, 0, 100);
    assertThat(fragments.getFirst()[0]).isEqualTo((byte) 0x49);
    for (byte[] later : fragments.subList(1, fragments.size())) {
      assertThat(later[0]).isEqualTo((byte) 0x46);
      assertThat(Arrays.copyOfRange(later, 20, 24)).containsExactly(0x83, 4, 4, 9);
    }
  }

  @Test
  void shouldSurviveGarbageForOptions() {
    for (int count = 0; count < 20_000; count++) {
      byte[] packet = new byte[60 + 300];
      random.nextBytes(packet);
      packet[0] = (byte) (0x46 + random.nextInt(10));
      Ip.putU16(packet, Ip.IPV4_FRAGMENT, 0);
      List<byte[]> fragments = cut(packet, 0, 120);
      int header = Ip.ipv4HeaderOctets(packet, 0);
      assertThat(reassembled(fragments, 0))
          .isEqualTo(Arrays.copyOfRange(packet, header, packet.length));
    }
  }

  private byte[] packet(int data) {
    byte[] packet = new byte[20 + data];
    random.nextBytes(packet);
    packet[0] = 0x45;
    Ip.putU16(packet, Ip.IPV4_LENGTH, packet.length);
    Ip.putU16(packet, Ip.IPV4_FRAGMENT, 0);
    return packet;
  }

  private List<byte[]> cut(byte[] packet, int offset, int max) {
    byte[] moved = new byte[offset + packet.length];
    System.arraycopy(packet, 0, moved, offset, packet.length);
    fragmenter.start(moved, offset, packet.length, max);
    List<byte[]> fragments = new ArrayList<>();
    byte[] out = new byte[max];
    int octets = fragmenter.next(out);
    while (octets > 0) {
      fragments.add(Arrays.copyOf(out, octets));
      octets = fragmenter.next(out);
    }
    return fragments;
  }

  /** Puts them together as a receiver does, by their offsets. */
  private static byte[] reassembled(List<byte[]> fragments, int firstOffset) {
    byte[] data = new byte[4000];
    int octets = 0;
    for (byte[] fragment : fragments) {
      int header = Ip.ipv4HeaderOctets(fragment, 0);
      assertThat(InternetChecksum.sum(fragment, 0, header)).isEqualTo(0xffff);
      assertThat(Ip.u16(fragment, Ip.IPV4_LENGTH)).isEqualTo(fragment.length);
      int at = ((Ip.u16(fragment, Ip.IPV4_FRAGMENT) & Ip.FRAGMENT_OFFSET) - firstOffset) * 8;
      System.arraycopy(fragment, header, data, at, fragment.length - header);
      octets = Math.max(octets, at + fragment.length - header);
    }
    return Arrays.copyOf(data, octets);
  }

  private static boolean more(byte[] fragment) {
    return (Ip.u16(fragment, Ip.IPV4_FRAGMENT) & Ip.MORE_FRAGMENTS) != 0;
  }
}
