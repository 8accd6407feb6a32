package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.net.IpPrefix;
import io.phalanx.config.net.TrafficSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Narrowing of traffic selectors (RFC 7296 §2.9). */
final class SelectorsTest {
  private static final Selectors OURS = selectors("10.1.0.0/16", "10.2.0.0/16");

  private static Selectors selectors(String local, String... remote) {
    return new Selectors(of(Stream.of(local)), of(Stream.of(remote)));
  }

  private static List<TrafficSelector> of(Stream<String> prefixes) {
    return prefixes.map(IpPrefix::parse).map(TrafficSelector::of).toList();
  }

  @Test
  void shouldKeepThePacketThatTheInitiatorNamesFirst() {
    List<TrafficSelector> many = new ArrayList<>(of(Stream.of("10.2.200.7/32")));
    many.addAll(of(IntStream.range(0, 100).mapToObj(i -> "10.2." + i + ".0/24")));
    Selectors agreed = OURS.narrow(new Selectors(of(Stream.of("10.1.0.1/32")), many)).orElseThrow();
    assertThat(agreed.covers(selectors("10.1.0.1/32", "10.2.200.7/32"))).isTrue();
  }

  @Test
  void shouldTakeNothingThatItDoesNotWant() {
    Selectors agreed =
        OURS.narrow(selectors("0.0.0.0/0", "10.2.3.0/24", "192.168.0.0/16")).orElseThrow();
    assertThat(agreed).isEqualTo(selectors("10.1.0.0/16", "10.2.3.0/24"));
    assertThat(OURS.narrow(selectors("10.9.0.0/16", "10.2.0.0/16"))).isEmpty();
  }
}
