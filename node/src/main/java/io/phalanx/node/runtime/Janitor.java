package io.phalanx.node.runtime;

import io.phalanx.replication.LeasedAddress;
import io.phalanx.replication.Owner;
import io.phalanx.replication.Registry;
import io.phalanx.replication.SaStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives back what a member that died at the wrong moment left behind: addresses of sessions that
 * have no IKE SA, and SA clusters that no IKE SA names. And takes up what is this member's, says
 * the store, and is not here: an old copy of what it has ended, say, that came back with a lost
 * member.
 *
 * <p>Each member looks through its own part of the store, a little at a time. Something is given
 * back when it was found so twice, with time enough in between for a session that is being made.
 *
 * <p>All methods run on the control loop.
 */
final class Janitor {
  private static final Logger log = LoggerFactory.getLogger(Janitor.class);

  /** Between two rounds, and at least between two sightings. */
  static final long ROUND_MILLIS = 60_000;

  static final int GROUPS_PER_STEP = 16;
  static final int CLUSTERS_PER_STEP = 64;
  static final int IKE_SAS_PER_STEP = 256;
  private static final int SIGHTINGS_MAX = 65_536;
  private static final long SIGHTING_MILLIS_MAX = 60 * ROUND_MILLIS;

  private final Executor control;
  private final Registry registry;
  private final SaStore store;
  private final Own own;
  private final Deque<Long> ikeSas = new ArrayDeque<>();
  private final Deque<String> groups = new ArrayDeque<>();
  private final Deque<Integer> clusters = new ArrayDeque<>();
  private final Map<Object, Long> sightings = new HashMap<>();
  private final AtomicLong collected = new AtomicLong();
  private long nextRoundAtMillis;
  private boolean busy;

  /**
   * What is this member's.
   *
   * @param carries whether an IKE SA is here
   * @param takeUp claims one that is not
   */
  record Own(Owner self, LongPredicate carries, LongConsumer takeUp) {}

  Janitor(Executor control, Registry registry, SaStore store, Own own) {
    this.control = control;
    this.registry = registry;
    this.store = store;
    this.own = own;
  }

  /** Does a little; nothing as long as the store has not answered what was asked last. */
  void step(long nowMillis) {
    if (busy) {
      return;
    }
    busy = true;
    var _ =
        work(nowMillis)
            .handleAsync(
                (_, fault) -> {
                  busy = false;
                  if (fault != null) {
                    log.error("a fault of this program, please report it", fault);
                  }
                  return fault == null;
                },
                control);
  }

  private CompletionStage<?> work(long nowMillis) {
    if (!groups.isEmpty()) {
      return addresses(take(groups, GROUPS_PER_STEP), nowMillis);
    }
    if (!clusters.isEmpty()) {
      return clusters(take(clusters, CLUSTERS_PER_STEP), nowMillis);
    }
    if (!ikeSas.isEmpty()) {
      take(ikeSas, IKE_SAS_PER_STEP).forEach(spi -> judge(spi, nowMillis));
      return CompletableFuture.completedStage(true);
    }
    // A clock that was set back does not put off the next round.
    nextRoundAtMillis = Math.min(nextRoundAtMillis, nowMillis + ROUND_MILLIS);
    if (nowMillis < nextRoundAtMillis) {
      return CompletableFuture.completedStage(true);
    }
    sightings.replaceAll((_, since) -> Math.min(since, nowMillis));
    nextRoundAtMillis = nowMillis + ROUND_MILLIS;
    sightings.values().removeIf(since -> since < nowMillis - SIGHTING_MILLIS_MAX);
    return registry
        .leasesHere()
        .thenAcceptAsync(groups::addAll, control)
        .thenCompose(_ -> store.saClustersHere())
        .thenAcceptAsync(clusters::addAll, control)
        .thenCompose(_ -> store.ikeSasOf(own.self()))
        .thenAcceptAsync(ikeSas::addAll, control);
  }

  private static <T> List<T> take(Deque<T> queue, int max) {
    List<T> taken = new ArrayList<>();
    while (taken.size() < max && !queue.isEmpty()) {
      taken.add(queue.remove());
    }
    return taken;
  }

  private CompletionStage<?> addresses(List<String> looked, long nowMillis) {
    CompletionStage<List<LeasedAddress>> all = CompletableFuture.completedStage(List.of());
    for (String group : looked) {
      all = all.thenCombine(registry.leases(group), Janitor::both);
    }
    return all.thenCompose(leases -> judge(leases, nowMillis));
  }

  private static <T> List<T> both(List<T> some, List<T> more) {
    List<T> all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }

  private CompletionStage<?> judge(List<LeasedAddress> leases, long nowMillis) {
    if (leases.isEmpty()) {
      return CompletableFuture.completedStage(true);
    }
    Set<Long> sessions = leases.stream().map(LeasedAddress::sessionId).collect(Collectors.toSet());
    return store
        .sessionsAlive(sessions)
        .thenAcceptAsync(
            alive ->
                alive.ifPresent(known -> leases.forEach(lease -> judge(lease, known, nowMillis))),
            control);
  }

  private void judge(LeasedAddress lease, Set<Long> alive, long nowMillis) {
    if (alive.contains(lease.sessionId())) {
      sightings.remove(lease);
    } else if (seenLongAgo(lease, nowMillis)) {
      collected.incrementAndGet();
      log.info(
          "address {} of session {} is given back: it has no IKE SA any more",
          lease.address().getHostAddress(),
          String.format("%016x", lease.sessionId()));
      var _ = registry.releaseAddresses(List.of(lease.address()), lease.sessionId(), nowMillis);
    }
  }

  private CompletionStage<?> clusters(List<Integer> looked, long nowMillis) {
    List<CompletableFuture<?>> answers = new ArrayList<>();
    for (int saId : looked) {
      answers.add(
          store
              .orphaned(saId)
              .thenAcceptAsync(orphan -> judge(saId, orphan, nowMillis), control)
              .toCompletableFuture());
    }
    return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new));
  }

  private void judge(int saId, Optional<Long> ikeSpi, long nowMillis) {
    if (ikeSpi.isEmpty()) {
      sightings.remove(saId);
    } else if (seenLongAgo(saId, nowMillis)) {
      collected.incrementAndGet();
      log.info(
          "SA {} is taken away: its IKE SA {} does not name it",
          String.format("%08x", saId),
          String.format("%016x", ikeSpi.get()));
      var _ = store.discardOrphan(saId, ikeSpi.get());
    }
  }

  private void judge(long ikeSpi, long nowMillis) {
    if (own.carries().test(ikeSpi)) {
      sightings.remove(ikeSpi);
    } else if (seenLongAgo(ikeSpi, nowMillis)) {
      collected.incrementAndGet();
      log.info(
          "IKE SA {} is taken up: it is this member's and was not here",
          String.format("%016x", ikeSpi));
      own.takeUp().accept(ikeSpi);
    }
  }

  /** Whether this was seen before, long enough ago; if not, it is now. */
  private boolean seenLongAgo(Object what, long nowMillis) {
    Long first = sightings.get(what);
    if (first != null && nowMillis - first >= ROUND_MILLIS) {
      sightings.remove(what);
      return true;
    }
    if (first == null && sightings.size() < SIGHTINGS_MAX) {
      sightings.put(what, nowMillis);
    }
    return false;
  }

  /** What was given back since the start. */
  long collected() {
    return collected.get();
  }
}
