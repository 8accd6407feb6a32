package io.phalanx.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.GatewayConfig;
import io.phalanx.config.GatewayConfig.RadiusServer;
import io.phalanx.config.Secret;
import io.phalanx.datapath.Datapath;
import io.phalanx.datapath.SaUsage;
import io.phalanx.node.ike.Effect;
import io.phalanx.node.ike.Event;
import io.phalanx.node.radius.AccountRecord.Traffic;
import io.phalanx.node.radius.RadiusClient;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What SA clusters have carried is not lost when they go. */
final class RadiusTest {
  private static final InetSocketAddress NOBODY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

  private final Map<Integer, SaUsage> carried = new HashMap<>();
  private final List<Event> events = new ArrayList<>();
  private final Datapath datapath =
      (Datapath)
          Proxy.newProxyInstance(
              Datapath.class.getClassLoader(),
              new Class<?>[] {Datapath.class},
              (_, _, arguments) ->
                  CompletableFuture.completedFuture(
                      Optional.ofNullable(carried.get(arguments[0]))));
  private final RadiusClient client =
      new RadiusClient(
          new GatewayConfig.Radius(
              List.of(new RadiusServer(NOBODY, NOBODY, Secret.ofUtf8("secret"))),
              Duration.ofMillis(100),
              1,
              Duration.ZERO,
              Optional.empty(),
              "",
              true,
              Duration.ZERO,
              Optional.empty()),
          "gw",
          new SecureRandom(),
          () -> 0);
  private final Radius radius = new Radius(Runnable::run, Optional.of(client), datapath);

  @AfterEach
  void close() {
    client.close();
  }

  private Traffic counted(int saId) {
    radius.count(new Effect.CountChild(7, saId), events::add);
    return ((Event.Counted) events.removeLast()).traffic();
  }

  @Test
  void shouldCountWhatIsStillThere() {
    carried.put(3, new SaUsage(3, 1, 2, 3, 4, 0, 0, 0));
    assertThat(counted(3)).isEqualTo(new Traffic(1, 2, 3, 4));
    assertThat(counted(4)).isEqualTo(Traffic.NONE);
  }

  @Test
  void shouldCountOnceWhatTheStoreHasTakenAwayBefore() {
    carried.put(3, new SaUsage(3, 1, 2, 3, 4, 0, 0, 0));
    radius.leaving(3);
    carried.clear();
    assertThat(counted(3)).isEqualTo(new Traffic(1, 2, 3, 4));
    assertThat(counted(3)).isEqualTo(Traffic.NONE);
  }
}
