package io.phalanx.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.net.IpPrefix;
import io.phalanx.config.net.TrafficSelector;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Owner;
import io.phalanx.replication.Route;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RouteTableTest {
  private static final Owner ONE = new Owner(1, 100);
  private static final Owner TWO = new Owner(2, 100);

  private final RouteTable.Spis spis =
      new RouteTable.Spis() {
        @Override
        public void inUse(Route route) {
          inUse.add(route.saId());
        }

        @Override
        public void outOfUse(Route route) {
          inUse.removeIf(id -> id == route.saId());
        }
      };

  private final List<Integer> inUse = new ArrayList<>();
  private final RouteTable table = new RouteTable(spis);

  private static Route route(int saId, String prefix, Owner owner, long epoch) {
    return new Route(
        saId,
        7,
        List.of(saId, saId + 1000),
        List.of(TrafficSelector.of(IpPrefix.parse(prefix))),
        Optional.empty(),
        new Fence(owner, epoch));
  }

  private static InetAddress address(String text) {
    return InetAddress.ofLiteral(text);
  }

  @Test
  void shouldFindAnSaClusterByAnyOfItsSpis() {
    table.put(route(5, "10.77.0.1", ONE, 1));
    assertThat(table.idOf(5)).isEqualTo(5);
    assertThat(table.idOf(1005)).isEqualTo(5);
    assertThat(table.idOf(6)).as("unknown: the SPI itself").isEqualTo(6);
  }

  @Test
  void shouldPreferAnExactAddressToARange() {
    table.put(route(5, "10.77.0.1", ONE, 1));
    table.put(route(6, "10.77.0.0/16", TWO, 1));
    assertThat(table.towards(address("10.77.0.1"))).contains(5);
    assertThat(table.towards(address("10.77.0.2"))).contains(6);
    assertThat(table.towards(address("10.78.0.2"))).isEmpty();
    assertThat(table.towards(address("fd00::1"))).isEmpty();
  }

  @Test
  void shouldPreferTheSmallestRange() {
    table.put(route(5, "10.77.1.0/24", ONE, 1));
    table.put(route(6, "10.77.0.0/16", TWO, 1));
    assertThat(table.towards(address("10.77.1.1"))).contains(5);
    assertThat(table.towards(address("10.77.2.1"))).contains(6);
    table.put(route(7, "10.77.1.0/24", TWO, 1));
    assertThat(table.towards(address("10.77.1.1"))).as("the latest of two").contains(7);
  }

  @Test
  void shouldPreferTheLatestOfTwoForOneAddress() {
    table.put(route(5, "10.77.0.1", ONE, 1));
    table.put(route(6, "10.77.0.1", ONE, 1));
    assertThat(table.towards(address("10.77.0.1"))).contains(6);
    table.remove(6);
    assertThat(table.towards(address("10.77.0.1"))).contains(5);
  }

  @Test
  void shouldNotGoBackToAnOlderEpoch() {
    assertThat(table.put(route(5, "10.77.0.1", TWO, 3))).isTrue();
    assertThat(table.put(route(5, "10.77.0.1", ONE, 2))).isFalse();
    assertThat(table.get(5).orElseThrow().fence().owner()).isEqualTo(TWO);
    assertThat(table.ownedBy(ONE)).isEmpty();
    assertThat(table.ownedBy(TWO)).hasSize(1);
  }

  @Test
  void shouldForgetARemovedRouteWhole() {
    table.put(route(5, "10.77.0.1", ONE, 1));
    table.put(route(6, "10.78.0.0/16", ONE, 1));
    table.remove(5);
    table.remove(6);
    assertThat(table.size()).isZero();
    assertThat(table.towards(address("10.77.0.1"))).isEmpty();
    assertThat(table.towards(address("10.78.0.1"))).isEmpty();
    assertThat(table.idOf(1005)).isEqualTo(1005);
  }

  @Test
  void shouldTellWhichSpisAreInUse() {
    table.put(route(5, "10.77.0.1", ONE, 1));
    table.put(route(6, "10.77.0.2", ONE, 1));
    table.put(route(5, "10.77.0.1", TWO, 2));
    assertThat(inUse).containsExactlyInAnyOrder(5, 6);
    table.remove(6);
    assertThat(inUse).containsExactly(5);
  }
}
