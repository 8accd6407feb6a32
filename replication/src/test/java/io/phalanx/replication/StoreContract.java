package io.phalanx.replication;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.phalanx.datapath.PeerPath;
import io.phalanx.replication.SaStore.Found;
import io.phalanx.replication.SaStore.Swept;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.Images;
import io.phalanx.replication.image.SaClusterImage;
import io.phalanx.replication.image.SaClusterImage.Limits;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What every store promises, seen from three members. Each test uses keys of its own. */
public abstract class StoreContract {
  private static final AtomicInteger KEYS = new AtomicInteger(1000);

  private static final PeerPath PATH = Images.saCluster(1).path();

  /** The ports of one member. */
  public record Ports(SaStore saStore, LeaseStore leaseStore, Registry registry) {}

  private final int key = KEYS.addAndGet(100);
  private final long spi = key;

  /**
   * @param number 1..3
   */
  protected abstract Ports member(int number);

  /** A life of a member that no other test knows. */
  private Owner owner(int number) {
    return new Owner(number, key & 0xffff);
  }

  private Fence first(int number) {
    return new Fence(owner(number), 1);
  }

  @Test
  void shouldFindOnEveryMemberWhatOneCommitted() {
    assertThat(create(1, List.of(saCluster(key)))).isEqualTo(Outcome.DONE);
    for (int number = 1; number <= 3; number++) {
      SaStore store = member(number).saStore();
      assertThat(get(store.findIkeSa(spi)))
          .usingRecursiveComparison()
          .isEqualTo(new Found.Present<>(new Owned<>(Images.ikeSa(spi), first(1))));
      assertThat(get(store.findSaCluster(key)))
          .usingRecursiveComparison()
          .isEqualTo(new Found.Present<>(new Owned<>(saCluster(key), first(1))));
    }
  }

  @Test
  void shouldTellWhatIsNotThere() {
    SaStore store = member(2).saStore();
    assertThat(get(store.findIkeSa(spi))).isEqualTo(new Found.Absent<>());
    assertThat(get(store.findSaCluster(key))).isEqualTo(new Found.Absent<>());
    assertThat(get(store.claimIkeSa(spi, 1, owner(2)))).isEqualTo(new Found.Absent<>());
    assertThat(get(store.claimSaCluster(key, 1, owner(2)))).isEqualTo(new Found.Absent<>());
    assertThat(get(store.commit(change(1, 5)))).isEqualTo(Outcome.GONE);
    assertThat(get(store.removeIkeSa(spi, first(1), List.of()))).isEqualTo(Outcome.GONE);
    assertThat(setLimits(1, first(1), 9, 9)).isEqualTo(Outcome.GONE);
  }

  @Test
  void shouldRefuseToCreateWhatIsThere() {
    assertThat(create(1, List.of())).isEqualTo(Outcome.DONE);
    assertThat(create(2, List.of())).isEqualTo(Outcome.GONE);
    assertThat(fenceOfIkeSa()).isEqualTo(first(1));
  }

  @Test
  void shouldRefuseAnIkeSaWhoseSaClusterIsThere() {
    assertThat(create(1, List.of(saCluster(key)))).isEqualTo(Outcome.DONE);
    Commit other =
        new Commit(
            Images.ikeSa(spi + 1), first(2), true, List.of(saCluster(key)), List.of(), List.of());
    assertThat(get(member(2).saStore().commit(other))).isEqualTo(Outcome.GONE);
    assertThat(get(member(2).saStore().findIkeSa(spi + 1))).isEqualTo(new Found.Absent<>());
    assertThat(fenceOfSaCluster()).isEqualTo(first(1));
  }

  @Test
  void shouldAllowTheSameCreationTwice() {
    assertThat(create(1, List.of(saCluster(key)))).isEqualTo(Outcome.DONE);
    assertThat(create(1, List.of(saCluster(key)))).isEqualTo(Outcome.DONE);
    assertThat(fenceOfSaCluster()).isEqualTo(first(1));
  }

  @Test
  void shouldReplaceTheImageForItsOwner() {
    create(1, List.of());
    assertThat(get(member(1).saStore().commit(change(1, 5)))).isEqualTo(Outcome.DONE);
    assertThat(nextPeerId()).isEqualTo(5);
  }

  @Test
  void shouldKeepTheLastOfCommitsThatRace() {
    create(1, List.of());
    List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
    for (int id = 5; id <= 50; id++) {
      outcomes.add(member(1).saStore().commit(change(1, id)).toCompletableFuture());
    }
    assertThat(outcomes).allSatisfy(outcome -> assertThat(get(outcome)).isEqualTo(Outcome.DONE));
    assertThat(nextPeerId()).isEqualTo(50);
  }

  @Test
  void shouldFenceOffWhoOwnsItNoLonger() {
    create(1, List.of(saCluster(key)));
    get(member(2).saStore().claimIkeSa(spi, 1, owner(2)));
    get(member(2).saStore().claimSaCluster(key, 1, owner(2)));

    assertThat(get(member(1).saStore().commit(change(1, 5)))).isEqualTo(Outcome.FENCED);
    assertThat(get(member(1).saStore().removeIkeSa(spi, first(1), List.of(key))))
        .isEqualTo(Outcome.FENCED);
    assertThat(setLimits(1, first(1), 200, 200)).isEqualTo(Outcome.FENCED);

    assertThat(nextPeerId()).isEqualTo(4);
    assertThat(limits()).isEqualTo(new Limits(65, 64));
    assertThat(fenceOfSaCluster()).isEqualTo(new Fence(owner(2), 2));
  }

  @Test
  void shouldFenceOffAnotherLifeOfTheSameMember() {
    create(1, List.of(saCluster(key)));
    Fence later = new Fence(new Owner(1, owner(1).incarnation() + 1), 1);
    assertThat(setLimits(1, later, 200, 200)).isEqualTo(Outcome.FENCED);
    Fence newer = new Fence(owner(1), 2);
    assertThat(setLimits(1, newer, 200, 200)).isEqualTo(Outcome.FENCED);
  }

  @Test
  void shouldGiveARacedClaimToOne() {
    create(1, List.of(saCluster(key)));
    List<CompletableFuture<Found<SaClusterImage>>> claims = new ArrayList<>();
    for (int number = 1; number <= 3; number++) {
      SaStore store = member(number).saStore();
      claims.add(store.claimSaCluster(key, 1, owner(number)).toCompletableFuture());
    }
    List<Fence> fences = claims.stream().map(claim -> fence(get(claim))).distinct().toList();
    assertThat(fences).hasSize(1);
    assertThat(fences.getFirst().epoch()).isEqualTo(2);
    assertThat(fenceOfSaCluster()).isEqualTo(fences.getFirst());
  }

  @Test
  void shouldAnswerAClaimOfAStaleEpochWithTheEntryInForce() {
    create(1, List.of());
    get(member(2).saStore().claimIkeSa(spi, 1, owner(2)));
    Found<IkeSaImage> late = get(member(3).saStore().claimIkeSa(spi, 1, owner(3)));
    assertThat(fence(late)).isEqualTo(new Fence(owner(2), 2));
    Found<IkeSaImage> next = get(member(3).saStore().claimIkeSa(spi, 2, owner(3)));
    assertThat(fence(next)).isEqualTo(new Fence(owner(3), 3));
  }

  @Test
  void shouldGiveTheClaimantTheLimitsInForce() {
    create(1, List.of(saCluster(key)));
    setLimits(1, first(1), 1000, 500);
    Found<SaClusterImage> claimed = get(member(2).saStore().claimSaCluster(key, 1, owner(2)));
    assertThat(claimed)
        .usingRecursiveComparison()
        .isEqualTo(
            new Found.Present<>(
                new Owned<>(
                    saCluster(key).inForce(spi, PATH, new Limits(1000, 500)),
                    new Fence(owner(2), 2))));
  }

  @Test
  void shouldNeverLowerAnOutboundLease() {
    create(1, List.of(saCluster(key)));
    assertThat(setLimits(1, first(1), 1000, 500)).isEqualTo(Outcome.DONE);
    assertThat(setLimits(1, first(1), 400, 300)).isEqualTo(Outcome.DONE);
    assertThat(limits()).isEqualTo(new Limits(1000, 300));
  }

  @Test
  void shouldSetLimitsInTheOrderOfTheCalls() {
    create(1, List.of(saCluster(key)));
    List<CompletionStage<Outcome>> outcomes = new ArrayList<>();
    for (int limit = 100; limit <= 200; limit++) {
      outcomes.add(member(1).leaseStore().setLimits(key, first(1), limit, 300 - limit));
    }
    assertThat(outcomes).allSatisfy(outcome -> assertThat(get(outcome)).isEqualTo(Outcome.DONE));
    assertThat(limits()).isEqualTo(new Limits(200, 100));
  }

  @Test
  void shouldFindAnSaClusterByTheSpiOfAnySubSa() {
    SaClusterImage image = saCluster(key, List.of(key, key + 1, key + 2));
    create(1, List.of(image));
    assertThat(get(member(3).saStore().findSaCluster(key + 2)))
        .usingRecursiveComparison()
        .isEqualTo(new Found.Present<>(new Owned<>(image, first(1))));
    assertThat(get(member(3).saStore().findSaCluster(key + 3))).isEqualTo(new Found.Absent<>());

    get(member(1).saStore().removeIkeSa(spi, first(1), List.of(key)));
    assertThat(get(member(3).saStore().findSaCluster(key + 2))).isEqualTo(new Found.Absent<>());
  }

  @Test
  void shouldReplaceOneSaClusterByAnother() {
    create(1, List.of(saCluster(key)));
    get(member(2).saStore().claimSaCluster(key, 1, owner(2)));
    Commit rekey =
        new Commit(
            Images.ikeSa(spi, 9),
            first(1),
            false,
            List.of(saCluster(key + 1)),
            List.of(key),
            List.of());
    assertThat(get(member(1).saStore().commit(rekey))).isEqualTo(Outcome.DONE);
    assertThat(get(member(3).saStore().findSaCluster(key))).isEqualTo(new Found.Absent<>());
    assertThat(fence(get(member(3).saStore().findSaCluster(key + 1)))).isEqualTo(first(1));
    assertThat(nextPeerId()).isEqualTo(9);
    assertThat(get(member(1).saStore().commit(rekey))).as("tried again").isEqualTo(Outcome.DONE);
  }

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
  void shouldNotEndWhatHangsOnAnotherIkeSaByNow() {
    create(1, List.of(saCluster(key), saCluster(key + 1)));
    Commit rekey =
        new Commit(Images.ikeSa(spi + 1), first(1), true, List.of(), List.of(), List.of(key));
    assertThat(get(member(1).saStore().commit(rekey))).isEqualTo(Outcome.DONE);

    SaStore store = member(1).saStore();
    Commit late =
        new Commit(Images.ikeSa(spi), first(1), false, List.of(), List.of(key, key + 1), List.of());
    assertThat(get(store.commit(late))).isEqualTo(Outcome.DONE);
    assertThat(get(store.findSaCluster(key + 1))).isEqualTo(new Found.Absent<>());
    assertThat(get(store.removeIkeSa(spi, first(1), List.of(key)))).isEqualTo(Outcome.DONE);
    assertThat(image(get(store.findSaCluster(key))).ikeSpi()).isEqualTo(spi + 1);

    Commit end =
        new Commit(Images.ikeSa(spi + 1), first(1), false, List.of(), List.of(key), List.of(key));
    assertThat(get(store.commit(end))).as("moved and ended at once").isEqualTo(Outcome.DONE);
    assertThat(get(store.findSaCluster(key))).isEqualTo(new Found.Absent<>());
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
  void shouldRemoveAnIkeSaWithItsSaClusters() {
    create(1, List.of(saCluster(key), saCluster(key + 1)));
    SaStore store = member(1).saStore();
    assertThat(get(store.removeIkeSa(spi, first(1), List.of(key, key + 1))))
        .isEqualTo(Outcome.DONE);
    assertThat(get(store.findIkeSa(spi))).isEqualTo(new Found.Absent<>());
    assertThat(get(store.findSaCluster(key))).isEqualTo(new Found.Absent<>());
    assertThat(get(store.findSaCluster(key + 1))).isEqualTo(new Found.Absent<>());
  }

  @Test
  void shouldSweepEveryOrphanOnce() {
    for (int i = 0; i < 30; i++) {
      Commit commit =
          new Commit(
              Images.ikeSa(spi + i),
              first(3),
              true,
              List.of(saCluster(key + i)),
              List.of(),
              List.of());
      assertThat(get(member(3).saStore().commit(commit))).isEqualTo(Outcome.DONE);
    }
    get(member(3).saStore().commit(changeOf(spi + 99, 2, true)));

    List<Owned<IkeSaImage>> ikeSas = new ArrayList<>();
    List<Owned<SaClusterImage>> saClusters = new ArrayList<>();
    for (int number = 1; number <= 3; number++) {
      Owner claimant = new Owner(number, owner(number).incarnation() + 1);
      Swept swept;
      do {
        swept = get(member(number).saStore().sweep(owner(3), claimant, 7));
        assertThat(swept.ikeSas().size() + swept.saClusters().size()).isLessThanOrEqualTo(7);
        for (Owned<IkeSaImage> owned : swept.ikeSas()) {
          assertThat(owned.fence()).isEqualTo(new Fence(claimant, 2));
        }
        ikeSas.addAll(swept.ikeSas());
        saClusters.addAll(swept.saClusters());
      } while (!swept.ikeSas().isEmpty() || !swept.saClusters().isEmpty());
    }
    assertThat(ikeSas)
        .extracting(owned -> owned.image().localSpi())
        .hasSize(30)
        .doesNotHaveDuplicates();
    assertThat(saClusters)
        .extracting(owned -> owned.image().id())
        .hasSize(30)
        .doesNotHaveDuplicates();
    assertThat(saClusters).allSatisfy(owned -> assertThat(owned.fence().epoch()).isEqualTo(2));
    assertThat(fence(get(member(1).saStore().findIkeSa(spi + 99)))).isEqualTo(first(2));
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

  @Test
  void shouldNoteEveryIncarnationOnce() {
    int member = key & 0xfff;
    Registry registry = member(1).registry();
    assertThat(get(registry.nextIncarnation(member, 500))).contains(500);
    assertThat(get(registry.nextIncarnation(member, 500))).contains(501);
    assertThat(get(member(2).registry().nextIncarnation(member, 300))).contains(502);
    assertThat(get(registry.nextIncarnation(member, 900))).contains(900);
    assertThat(get(registry.nextIncarnation(member + 1, 300))).contains(300);
  }

  @Test
  void incarnationsShouldGoRound() {
    int member = key & 0xfff;
    Registry registry = member(1).registry();
    assertThat(get(registry.nextIncarnation(member, 0xffff))).contains(0xffff);
    assertThat(get(registry.nextIncarnation(member, 0xffff))).contains(0);
    assertThat(get(registry.nextIncarnation(member, 0xfff0))).contains(1);
    assertThat(get(registry.nextIncarnation(member, 7))).contains(7);
  }

  @Test
  void shouldGiveOutEachBlockOnce() {
    List<CompletableFuture<Optional<Long>>> answers = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      answers.add(member(1 + i % 3).registry().nextSpiBlock().toCompletableFuture());
    }
    List<Long> blocks = answers.stream().map(answer -> get(answer).orElseThrow()).toList();
    assertThat(blocks).hasSize(60).doesNotHaveDuplicates();
  }

  @Test
  void shouldLeaseEachAddressToOneSession() {
    List<InetAddress> pool = addresses(40);
    List<CompletableFuture<Optional<InetAddress>>> answers = new ArrayList<>();
    for (int i = 0; i < 45; i++) {
      Registry registry = member(1 + i % 3).registry();
      answers.add(registry.leaseAddress("p" + key, pool, 7000 + i).toCompletableFuture());
    }
    List<InetAddress> leased =
        answers.stream().map(StoreContract::get).flatMap(Optional::stream).toList();
    assertThat(new HashSet<>(leased)).hasSize(40);
    assertThat(leased).hasSize(40);
  }

  @Test
  void shouldGiveASessionItsAddressAgain() {
    Registry registry = member(1).registry();
    List<InetAddress> pool = addresses(3);
    String name = "p" + key;
    assertThat(get(registry.leaseAddress(name, pool, 1))).contains(pool.get(0));
    assertThat(get(member(2).registry().leaseAddress(name, pool, 2))).contains(pool.get(1));
    assertThat(get(registry.leaseAddress(name, pool, 1))).contains(pool.get(0));
    assertThat(get(registry.leaseAddress("other" + name, pool, 3))).contains(pool.get(0));
  }

  @Test
  void shouldTakeBackOnlyWhatTheSessionHolds() {
    Registry registry = member(1).registry();
    List<InetAddress> pool = addresses(2);
    String name = "p" + key;
    get(registry.leaseAddress(name, pool, 1));
    get(registry.leaseAddress(name, pool, 2));
    assertThat(get(registry.releaseAddresses(name, pool, 2))).isEqualTo(Outcome.DONE);
    assertThat(get(registry.leaseAddress(name, pool, 3))).contains(pool.get(1));
    assertThat(get(registry.leaseAddress(name, pool, 4))).isEmpty();
  }

  private static List<InetAddress> addresses(int count) {
    List<InetAddress> addresses = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      addresses.add(InetAddress.ofLiteral("10.9.0." + i));
    }
    return addresses;
  }

  protected final Outcome create(int number, List<SaClusterImage> saClusters) {
    Commit commit =
        new Commit(Images.ikeSa(spi), first(number), true, saClusters, List.of(), List.of());
    return get(member(number).saStore().commit(commit));
  }

  /** One that hangs on the IKE SA of this test. */
  private SaClusterImage saCluster(int id) {
    return saCluster(id, List.of(id));
  }

  private SaClusterImage saCluster(int id, List<Integer> inboundSpis) {
    SaClusterImage image = Images.saCluster(id, inboundSpis);
    return image.inForce(spi, PATH, image.limits());
  }

  private Commit change(int number, int nextPeerId) {
    return new Commit(
        Images.ikeSa(spi, nextPeerId), first(number), false, List.of(), List.of(), List.of());
  }

  private Commit changeOf(long localSpi, int number, boolean creation) {
    return new Commit(
        Images.ikeSa(localSpi), first(number), creation, List.of(), List.of(), List.of());
  }

  private Outcome setLimits(int number, Fence fence, long outLease, long inLimit) {
    return get(member(number).leaseStore().setLimits(key, fence, outLease, inLimit));
  }

  private Limits limits() {
    return image(get(member(3).saStore().findSaCluster(key))).limits();
  }

  private long nextPeerId() {
    return image(get(member(3).saStore().findIkeSa(spi))).nextPeerId();
  }

  private Fence fenceOfIkeSa() {
    return fence(get(member(3).saStore().findIkeSa(spi)));
  }

  private Fence fenceOfSaCluster() {
    return fence(get(member(3).saStore().findSaCluster(key)));
  }

  protected static <I> I image(Found<I> found) {
    return present(found).image();
  }

  protected static <I> Fence fence(Found<I> found) {
    return present(found).fence();
  }

  private static <I> Owned<I> present(Found<I> found) {
    if (found instanceof Found.Present<I>(Owned<I> owned)) {
      return owned;
    }
    throw new AssertionError("not present: " + found);
  }

  protected static <T> T get(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(10, SECONDS).join();
  }
}
