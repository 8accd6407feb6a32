package io.phalanx.it.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SourceHashTest {
  private static final List<Backend> THREE =
      List.of(backend("gw1"), backend("gw2"), backend("gw3"));

  @Test
  void shouldSpreadClientsOverAllBackends() {
    Map<Backend, Long> shares =
        clients().stream()
            .map(client -> SourceHash.choose(client, THREE).orElseThrow())
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    assertThat(shares).hasSize(3).allSatisfy((_, share) -> assertThat(share).isBetween(60L, 110L));
  }

  @Test
  void shouldMoveOnlyTheClientsOfABackendThatGoes() {
    List<Backend> two = THREE.subList(0, 2);
    for (InetAddress client : clients()) {
      Backend before = SourceHash.choose(client, THREE).orElseThrow();
      Backend after = SourceHash.choose(client, two).orElseThrow();
      if (!before.name().equals("gw3")) {
        assertThat(after).isEqualTo(before);
      }
    }
  }

  @Test
  void shouldChooseNothingWhereNothingLives() {
    assertThat(SourceHash.choose(clients().getFirst(), List.of())).isEmpty();
  }

  private static List<InetAddress> clients() {
    List<InetAddress> clients = new ArrayList<>();
    for (int last = 0; last < 250; last++) {
      try {
        clients.add(InetAddress.getByAddress(new byte[] {10, 99, 0, (byte) last}));
      } catch (UnknownHostException impossible) {
        throw new AssertionError(impossible);
      }
    }
    return clients;
  }

  private static Backend backend(String name) {
    return Backend.parse(name + "=10.60.0.11:500:4500@10.60.0.11:9500");
  }
}
