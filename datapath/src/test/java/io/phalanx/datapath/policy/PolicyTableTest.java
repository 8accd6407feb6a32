package io.phalanx.datapath.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.net.IpPrefix;
import io.phalanx.config.net.TrafficSelector;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class PolicyTableTest {
  private static final Selector[] ANY = {};

  private final PolicyTable<String> table = new PolicyTable<>("none");

  @Test
  void shouldFindAmongTensOfThousandsOfAddresses() {
    for (int host = 0; host < 40_000; host++) {
      table.add(
          prefix("10.%d.%d.%d/32".formatted(host >> 16, host >> 8 & 255, host & 255)),
          ANY,
          "h" + host);
    }
    assertThat(find("192.0.2.1", "10.0.77.5", 17, 1, 1)).isEqualTo("h" + (77 * 256 + 5));
    assertThat(find("192.0.2.1", "11.0.77.5", 17, 1, 1)).isEqualTo("none");
    table.remove(prefix("10.0.77.5/32"), "h" + (77 * 256 + 5));
    assertThat(find("192.0.2.1", "10.0.77.5", 17, 1, 1)).isEqualTo("none");
    assertThat(find("192.0.2.1", "10.0.77.6", 17, 1, 1)).isEqualTo("h" + (77 * 256 + 6));
  }

  @Test
  void shouldLetTheMostSpecificWinAndTheLatestAmongEquals() {
    table.add(prefix("10.0.0.0/8"), ANY, "first");
    table.add(prefix("10.1.2.3/32"), ANY, "second");
    table.add(range("10.1.0.5", "10.1.2.200"), ANY, "third");
    table.add(prefix("10.1.2.3/32"), ANY, "fourth");
    table.add(prefix("10.0.0.0/8"), ANY, "fifth");
    assertThat(find("1.1.1.1", "10.1.2.3", 6, 1, 1)).isEqualTo("fourth");
    table.remove(prefix("10.1.2.3/32"), "fourth");
    assertThat(find("1.1.1.1", "10.1.2.3", 6, 1, 1)).isEqualTo("second");
    table.remove(prefix("10.1.2.3/32"), "second");
    assertThat(find("1.1.1.1", "10.1.2.3", 6, 1, 1)).isEqualTo("third");
    table.remove(range("10.1.0.5", "10.1.2.200"), "third");
    assertThat(find("1.1.1.1", "10.1.2.3", 6, 1, 1)).isEqualTo("fifth");
    table.remove(prefix("10.0.0.0/8"), "fifth");
    assertThat(find("1.1.1.1", "10.1.2.3", 6, 1, 1)).isEqualTo("first");
  }

  @Test
  void shouldPreferProtocolAndPortsToAnyWhateverCameFirst() {
    InetAddress host = address("10.0.0.1");
    table.add(Selector.of(List.of(new TrafficSelector(17, 53, 53, host, host))), ANY, "port");
    table.add(Selector.of(List.of(new TrafficSelector(17, 0, 65535, host, host))), ANY, "udp");
    table.add(prefix("10.0.0.1/32"), ANY, "host");
    table.add(prefix("10.0.0.0/31"), ANY, "two");
    table.add(range("10.0.0.0", "10.0.0.2"), ANY, "three");
    assertThat(find("1.1.1.1", "10.0.0.1", 17, 1, 53)).isEqualTo("port");
    assertThat(find("1.1.1.1", "10.0.0.1", 17, 1, 54)).isEqualTo("udp");
    assertThat(find("1.1.1.1", "10.0.0.1", 6, 1, 53)).isEqualTo("host");
    assertThat(find("1.1.1.1", "10.0.0.0", 6, 1, 53)).isEqualTo("two");
    assertThat(find("1.1.1.1", "10.0.0.2", 6, 1, 53)).isEqualTo("three");
  }

  @Test
  void shouldLookAtTheSourceToo() {
    table.add(prefix("10.0.0.0/8"), prefix("192.168.1.0/24"), "one");
    assertThat(find("192.168.1.7", "10.9.9.9", 6, 1, 1)).isEqualTo("one");
    assertThat(find("192.168.2.7", "10.9.9.9", 6, 1, 1)).isEqualTo("none");
  }

  @Test
  void shouldEndRangesExactly() {
    table.add(range("10.0.0.3", "10.0.1.2"), ANY, "range");
    assertThat(find("1.1.1.1", "10.0.0.2", 6, 1, 1)).isEqualTo("none");
    assertThat(find("1.1.1.1", "10.0.0.3", 6, 1, 1)).isEqualTo("range");
    assertThat(find("1.1.1.1", "10.0.1.2", 6, 1, 1)).isEqualTo("range");
    assertThat(find("1.1.1.1", "10.0.1.3", 6, 1, 1)).isEqualTo("none");
  }

  @Test
  void shouldKeepTheFamiliesApart() {
    table.add(prefix("0.0.0.0/0"), ANY, "four");
    table.add(prefix("::/0"), ANY, "six");
    assertThat(find("1.1.1.1", "255.255.255.255", 6, 1, 1)).isEqualTo("four");
    assertThat(find("::1", "ffff::1", 6, 1, 1)).isEqualTo("six");
    assertThat(find("::1", "2001:db8::1", 6, 1, 1)).isEqualTo("six");
  }

  @Test
  void shouldSelectByProtocolAndPorts() {
    table.add(
        Selector.of(
            List.of(new TrafficSelector(17, 100, 200, address("10.0.0.1"), address("10.0.0.1")))),
        ANY,
        "udp");
    assertThat(find("1.1.1.1", "10.0.0.1", 17, 5, 100)).isEqualTo("udp");
    assertThat(find("1.1.1.1", "10.0.0.1", 17, 5, 200)).isEqualTo("udp");
    assertThat(find("1.1.1.1", "10.0.0.1", 17, 5, 201)).isEqualTo("none");
    assertThat(find("1.1.1.1", "10.0.0.1", 6, 5, 100)).isEqualTo("none");
  }

  @Test
  void shouldGiveLaterFragmentsOnlyToSelectorsWithoutPorts() {
    table.add(prefix("10.0.0.0/24"), ANY, "any port");
    TrafficSelector port =
        new TrafficSelector(17, 53, 53, address("10.0.0.1"), address("10.0.0.1"));
    table.add(Selector.of(List.of(port)), ANY, "port");
    byte[] packet = packet("1.1.1.1", "10.0.0.1", 17, 53, 53);
    assertThat(table.find(key(packet))).isEqualTo("port");
    packet[7] = 1; // fragment offset
    assertThat(table.find(key(packet))).isEqualTo("any port");
    TrafficSelector opaque =
        new TrafficSelector(17, 65535, 0, address("10.0.0.1"), address("10.0.0.1"));
    table.add(Selector.of(List.of(opaque)), ANY, "opaque");
    assertThat(table.find(key(packet))).isEqualTo("opaque");
  }

  private String find(String source, String destination, int protocol, int from, int to) {
    return table.find(key(packet(source, destination, protocol, from, to)));
  }

  private static FlowKey key(byte[] packet) {
    FlowKey key = new FlowKey();
    assertThat(key.parse(packet, 0, packet.length)).isTrue();
    return key;
  }

  static byte[] packet(String source, String destination, int protocol, int from, int to) {
    byte[] sender = address(source).getAddress();
    byte[] receiver = address(destination).getAddress();
    ByteBuffer packet = ByteBuffer.allocate((sender.length == 4 ? 20 : 40) + 8);
    if (sender.length == 4) {
      packet.put((byte) 0x45).put((byte) 0).putShort((short) 28);
      packet.putInt(0).put((byte) 64).put((byte) protocol).putShort((short) 0);
    } else {
      packet.putInt(0x60000000).putShort((short) 8).put((byte) protocol).put((byte) 64);
    }
    packet.put(sender).put(receiver).putShort((short) from).putShort((short) to);
    return packet.array();
  }

  private static Selector[] prefix(String prefix) {
    return Selector.of(List.of(TrafficSelector.of(IpPrefix.parse(prefix))));
  }

  private static Selector[] range(String start, String end) {
    return Selector.of(List.of(new TrafficSelector(0, 0, 65535, address(start), address(end))));
  }

  private static InetAddress address(String text) {
    return InetAddress.ofLiteral(text);
  }
}
