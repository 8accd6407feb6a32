package io.phalanx.datapath.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FragmentMemoryTest {
  private static final long SECOND = 1_000_000_000L;

  private final FragmentMemory<String> memory = new FragmentMemory<>(16, "none");

  @Test
  void shouldFindWhatBelongsTogether() {
    memory.remember(key("10.0.0.1", 17, 7), "there", 0);
    assertThat(memory.find(key("10.0.0.1", 17, 7), SECOND)).isEqualTo("there");
    assertThat(memory.find(key("10.0.0.1", 17, 8), SECOND)).isEqualTo("none");
    assertThat(memory.find(key("10.0.0.1", 6, 7), SECOND)).isEqualTo("none");
    assertThat(memory.find(key("10.0.0.2", 17, 7), SECOND)).isEqualTo("none");
  }

  @Test
  void shouldForgetInTimeAndWhatWentNowhere() {
    memory.remember(key("10.0.0.1", 17, 7), "there", 0);
    assertThat(memory.find(key("10.0.0.1", 17, 7), 11 * SECOND)).isEqualTo("none");
    memory.remember(key("10.0.0.1", 17, 7), "there", 0);
    memory.remember(key("10.0.0.1", 17, 7), "none", 0);
    assertThat(memory.find(key("10.0.0.1", 17, 7), 0)).isEqualTo("none");
  }

  @Test
  void shouldStayAsLargeAsItIsAndNeverMistakeOneForAnother() {
    int found = 0;
    for (int id = 0; id < 10_000; id++) {
      memory.remember(key("10.0.0.1", 17, id), "to " + id, 0);
    }
    for (int id = 0; id < 10_000; id++) {
      String way = memory.find(key("10.0.0.1", 17, id), 0);
      assertThat(way).isIn("none", "to " + id);
      found += way.equals("none") ? 0 : 1;
    }
    assertThat(found).isBetween(1, 16);
  }

  @Test
  void shouldNotLetWhatWentNowherePushOutWhatWentSomewhere() {
    memory.remember(key("10.0.0.1", 17, 7), "there", 0);
    for (int id = 100; id < 1000; id++) {
      memory.remember(key("10.0.0.1", 17, id), "none", 0);
    }
    assertThat(memory.find(key("10.0.0.1", 17, 7), 0)).isEqualTo("there");
  }

  private static FlowKey key(String from, int protocol, int id) {
    byte[] packet = PolicyTableTest.packet(from, "10.0.0.9", protocol, 1, 2);
    packet[4] = (byte) (id >> 8);
    packet[5] = (byte) id;
    packet[6] = 0x20;
    FlowKey key = new FlowKey();
    assertThat(key.parse(packet, 0, packet.length)).isTrue();
    assertThat(key.firstFragment()).isTrue();
    return key;
  }
}
