package io.phalanx.replication;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.phalanx.replication.SaStore.Found;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.Images;
import io.phalanx.replication.image.SaClusterImage;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** What every store promises of routes. */
public abstract class RouteContract extends HandoverContract {
  @Test
  void shouldHangSaClustersOnTheIkeSaThatReplacesTheirs() {
    create(1, List.of(saCluster(key)));
    get(member(2).saStore().claimSaCluster(key, 1, owner(2)));
    Routes routes = new Routes();
    member(3).saStore().watchRoutes(routes);
    Commit rekey =
        new Commit(
            Images.ikeSa(spi + 1), first(1), true, List.of(), List.of(), List.of(key, key + 1));
    assertThat(get(member(1).saStore().commit(rekey))).isEqualTo(Outcome.DONE);

    Found<SaClusterImage> moved = get(member(3).saStore().findSaCluster(key));
    assertThat(image(moved).ikeSpi()).isEqualTo(spi + 1);
    assertThat(fence(moved)).isEqualTo(new Fence(owner(2), 2));
    await()
        .atMost(5, SECONDS)
        .untilAsserted(
            () ->
                assertThat(routes.routes.values())
                    .anyMatch(route -> route.saId() == key && route.ikeSpi() == spi + 1));
    assertThat(get(member(3).saStore().findSaCluster(key + 1))).isEqualTo(new Found.Absent<>());
  }

  @Test
  void shouldTellWhoeverHasOrClaimsAnSaClusterThatItsPeerHasMoved() {
    create(1, List.of(saCluster(key, List.of(key, key + 1))));
    Routes routes = new Routes();
    member(3).saStore().watchRoutes(routes);
    IkeSaImage elsewhere =
        Images.ikeSa(spi, 5, new InetSocketAddress(InetAddress.ofLiteral("2001:db8:9::1"), 40_001));
    assertThat(elsewhere.espPath()).isNotEqualTo(PATH);
    Commit move = new Commit(elsewhere, first(1), false, List.of(), List.of(), List.of(key));
    assertThat(get(member(1).saStore().commit(move))).isEqualTo(Outcome.DONE);

    SaClusterImage claimed = image(get(member(2).saStore().claimSaCluster(key, 1, owner(2))));
    assertThat(claimed.path()).isEqualTo(elsewhere.espPath());
    assertThat(claimed.subSas().getLast().path()).as("another path").isEqualTo(PATH);
    await()
        .atMost(5, SECONDS)
        .untilAsserted(() -> assertThat(routes.route(key).path()).contains(elsewhere.espPath()));
    get(member(3).saStore().claimSaCluster(key, 2, owner(3)));
    await().atMost(5, SECONDS).until(() -> routes.fence(key).epoch() == 3);
    assertThat(routes.route(key).path()).as("claimed").contains(elsewhere.espPath());
  }

  @Test
  void shouldTellOfRoutesThatAreThereAndThatChange() {
    Routes early = new Routes();
    member(1).saStore().watchRoutes(early);
    create(1, List.of(saCluster(key, List.of(key, key + 1))));
    await().atMost(5, SECONDS).until(() -> early.fences.containsKey(key));
    Routes late = new Routes();
    member(2).saStore().watchRoutes(late);
    await().atMost(5, SECONDS).until(() -> late.fences.containsKey(key));
    assertThat(late.routes.get(key))
        .isEqualTo(
            new Route(
                key,
                spi,
                List.of(key, key + 1),
                saCluster(key).remoteSelectors(),
                Optional.of(PATH),
                first(1)));

    get(member(3).saStore().claimSaCluster(key, 1, owner(3)));
    Fence third = new Fence(owner(3), 2);
    await().atMost(5, SECONDS).until(() -> third.equals(early.fences.get(key)));
    await().atMost(5, SECONDS).until(() -> third.equals(late.fences.get(key)));

    get(member(1).saStore().removeIkeSa(spi, first(1), List.of(key)));
    await().atMost(5, SECONDS).until(() -> !early.fences.containsKey(key));
    await().atMost(5, SECONDS).until(() -> !late.fences.containsKey(key));
  }

  /** A commit that comes to nothing after it has made an SA cluster, which the peer never had. */
  @Test
  void shouldNotTellOfAnSaClusterThatNoIkeSaNames() {
    create(1, List.of());
    Commit refused =
        new Commit(
            Images.ikeSa(spi), first(2), true, List.of(saCluster(key)), List.of(), List.of());
    assertThat(get(member(2).saStore().commit(refused))).isEqualTo(Outcome.GONE);
    assertThat(get(member(3).saStore().findSaCluster(key))).isInstanceOf(Found.Present.class);

    Commit accepted =
        new Commit(
            Images.ikeSa(spi + 1),
            first(1),
            true,
            List.of(saCluster(key + 1)),
            List.of(),
            List.of());
    assertThat(get(member(1).saStore().commit(accepted))).isEqualTo(Outcome.DONE);
    Routes routes = new Routes();
    member(3).saStore().watchRoutes(routes);
    await().atMost(5, SECONDS).until(() -> routes.routes.containsKey(key + 1));
    assertThat(routes.routes).doesNotContainKey(key);
  }

  private static final class Routes implements SaStore.RouteListener {
    final Map<Integer, Route> routes = new ConcurrentHashMap<>();
    final Map<Integer, Fence> fences = new ConcurrentHashMap<>();

    Route route(int saId) {
      return Objects.requireNonNull(routes.get(saId));
    }

    Fence fence(int saId) {
      return Objects.requireNonNull(fences.get(saId));
    }

    @Override
    public void routeChanged(Route route) {
      routes.put(route.saId(), route);
      fences.put(route.saId(), route.fence());
    }

    @Override
    public void routeRemoved(int saId) {
      fences.remove(saId);
    }
  }
}
