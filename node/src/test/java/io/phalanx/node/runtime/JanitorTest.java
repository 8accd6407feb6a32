package io.phalanx.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.replication.AddressWish;
import io.phalanx.replication.AddressWish.AddressRange;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owner;
import io.phalanx.replication.Registry;
import io.phalanx.replication.SaStore;
import io.phalanx.replication.memory.Courier;
import io.phalanx.replication.memory.MemoryStore;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JanitorTest {
  private static final InetAddress ADDRESS = InetAddress.ofLiteral("10.77.0.9");
  private static final int CLUSTERS = 200;
  private static final Owner SELF = new Owner(2, 17);

  private final Registry registry = new MemoryStore().member(Courier.immediate()).registry();
  private final Set<Long> alive = new HashSet<>();
  private final Set<Integer> orphans = new HashSet<>();
  private final List<Integer> discarded = new ArrayList<>();
  private int lookedAt;
  private boolean answers = true;
  private final List<Long> owned = new ArrayList<>();
  private final Set<Long> carried = new HashSet<>();
  private final List<Long> takenUp = new ArrayList<>();
  private final Janitor janitor =
      new Janitor(
          Runnable::run, registry, store(), new Janitor.Own(SELF, carried::contains, takenUp::add));
  private long nowMillis = 1_780_000_000_000L;

  @Test
  void shouldGiveBackTheAddressOfASessionWithoutIkeSa() {
    assertThat(lease(1)).contains(ADDRESS);
    run(Janitor.ROUND_MILLIS);
    assertThat(lease(2)).as("seen once").isEmpty();
    run(2 * Janitor.ROUND_MILLIS);
    assertThat(lease(2)).contains(ADDRESS);
    assertThat(janitor.collected()).isEqualTo(1);
  }

  @Test
  void shouldLeaveTheAddressOfALivingSession() {
    alive.add(1L);
    assertThat(lease(1)).contains(ADDRESS);
    run(5 * Janitor.ROUND_MILLIS);
    assertThat(lease(2)).isEmpty();
    alive.clear();
    run(3 * Janitor.ROUND_MILLIS);
    assertThat(lease(2)).contains(ADDRESS);
  }

  @Test
  void shouldLeaveEverythingWhileTheStoreCannotTell() {
    answers = false;
    assertThat(lease(1)).contains(ADDRESS);
    run(5 * Janitor.ROUND_MILLIS);
    assertThat(lease(2)).isEmpty();
  }

  /** An address that came to another session between two looks is that one's. */
  @Test
  void shouldCountSightingsForEachSession() {
    assertThat(lease(1)).contains(ADDRESS);
    run(Janitor.ROUND_MILLIS);
    var _ = registry.releaseAddresses(List.of(ADDRESS), 1, nowMillis);
    assertThat(lease(2)).contains(ADDRESS);
    run(Janitor.ROUND_MILLIS);
    assertThat(lease(3)).isEmpty();
  }

  @Test
  void shouldTakeAwaySaClustersThatStayWithoutIkeSa() {
    orphans.addAll(Set.of(5, 6));
    run(Janitor.ROUND_MILLIS);
    assertThat(discarded).as("seen once").isEmpty();
    orphans.remove(6);
    run(2 * Janitor.ROUND_MILLIS);
    assertThat(discarded).containsExactly(5);
  }

  @Test
  void shouldTakeUpAnIkeSaThatIsOursAndStaysAway() {
    owned.addAll(List.of(5L, 6L, 7L));
    carried.add(5L);
    run(Janitor.ROUND_MILLIS);
    assertThat(takenUp).as("seen once").isEmpty();
    owned.remove(6L);
    run(2 * Janitor.ROUND_MILLIS);
    assertThat(takenUp).containsExactly(7L);
    carried.add(7L);
    run(3 * Janitor.ROUND_MILLIS);
    assertThat(takenUp).hasSize(1);
  }

  @Test
  void shouldGoOnAfterTheClockWasSetBack() {
    owned.add(7L);
    run(Janitor.ROUND_MILLIS);
    nowMillis -= 10 * Janitor.ROUND_MILLIS;
    run(3 * Janitor.ROUND_MILLIS);
    assertThat(takenUp).containsExactly(7L);
  }

  @Test
  void shouldDoALittleAtATime() {
    janitor.step(nowMillis);
    assertThat(lookedAt).isZero();
    janitor.step(nowMillis);
    assertThat(lookedAt).isEqualTo(Janitor.CLUSTERS_PER_STEP);
    run(Janitor.ROUND_MILLIS - 1000);
    assertThat(lookedAt).as("one round").isEqualTo(CLUSTERS);
  }

  private void run(long millis) {
    for (long end = nowMillis + millis; nowMillis < end; nowMillis += 1000) {
      janitor.step(nowMillis);
    }
  }

  private Optional<InetAddress> lease(long session) {
    AddressWish wish =
        new AddressWish(
            session,
            session,
            Set.of(),
            Optional.empty(),
            List.of(new AddressRange(ADDRESS, ADDRESS)),
            Set.of(),
            nowMillis);
    return registry.leaseAddress(wish).toCompletableFuture().join();
  }

  private SaStore store() {
    return (SaStore)
        Proxy.newProxyInstance(
            SaStore.class.getClassLoader(),
            new Class<?>[] {SaStore.class},
            (_, method, arguments) -> done(answer(method.getName(), arguments)));
  }

  private static <T> CompletionStage<T> done(T value) {
    return CompletableFuture.completedStage(value);
  }

  private Object answer(String method, Object[] arguments) {
    return switch (method) {
      case "sessionsAlive" ->
          answers
              ? Optional.of(
                  ((Set<?>) arguments[0])
                      .stream().filter(alive::contains).collect(Collectors.toSet()))
              : Optional.empty();
      case "saClustersHere" -> IntStream.range(0, CLUSTERS).boxed().toList();
      case "ikeSasOf" -> {
        assertThat(arguments[0]).isEqualTo(SELF);
        yield List.copyOf(owned);
      }
      case "orphaned" -> {
        lookedAt++;
        int saId = (int) arguments[0];
        yield orphans.contains(saId) ? Optional.of(1000L + saId) : Optional.empty();
      }
      case "discardOrphan" -> {
        assertThat(arguments[1]).isEqualTo(1000L + (int) arguments[0]);
        discarded.add((int) arguments[0]);
        yield Outcome.DONE;
      }
      default -> throw new UnsupportedOperationException(method);
    };
  }
}
