package io.phalanx.node.runtime;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.phalanx.config.PacketHandling;
import io.phalanx.config.Secret;
import io.phalanx.config.net.IpPrefix;
import io.phalanx.config.net.TrafficSelector;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.datapath.Datapath;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.SaClusterSpec;
import io.phalanx.datapath.SubSaSpec;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Membership;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owned;
import io.phalanx.replication.Owner;
import io.phalanx.replication.Route;
import io.phalanx.replication.SaStore;
import io.phalanx.replication.SaStore.Found;
import io.phalanx.replication.image.SaClusterImage;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SaDirectoryTest {
  private static final Owner SELF = new Owner(1, 10);
  private static final Owner OTHER = new Owner(2, 10);
  private static final int SA = 0x1234_5678;
  private static final PeerPath HERE =
      PeerPath.to(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.9"), 4500));
  private static final UdpDatagram ESP =
      new UdpDatagram(
          new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 4500), true, new byte[64]);

  private final ControlThread control = new ControlThread();
  private final List<String> done = new CopyOnWriteArrayList<>();
  private final Set<Owner> dead = new HashSet<>();
  private final Map<Integer, Owned<SaClusterImage>> stored = new HashMap<>();
  private int unknownAnswers;
  private int lookUps;
  private Optional<Datapath.Retired> retired = Optional.of(new Datapath.Retired(701, 130));
  private Optional<CompletableFuture<Optional<Datapath.Retired>>> stop = Optional.empty();
  private Outcome handOverOutcome = Outcome.DONE;
  private final List<Boolean> handOvers = new CopyOnWriteArrayList<>();

  private final SaStore store =
      proxy(
          SaStore.class,
          (_, method, arguments) ->
              switch (method.getName()) {
                case "findSaCluster" -> CompletableFuture.completedStage(find(arguments));
                case "withdraw" -> CompletableFuture.completedStage(withdrawn(arguments));
                case "handOverSaCluster" -> CompletableFuture.completedStage(handOver(arguments));
                case "claimSaCluster" -> CompletableFuture.completedStage(claim(arguments));
                default -> throw new UnsupportedOperationException(method.getName());
              });

  private final Datapath datapath =
      proxy(
          Datapath.class,
          (_, method, arguments) -> {
            done.add(
                switch (method.getName()) {
                  case "install" -> "install " + ((SaClusterSpec) arguments[0]).sequence();
                  case "route" -> "route to " + arguments[3];
                  case "movePeer" -> "move to " + ((PeerPath) arguments[2]).peer().getPort();
                  default -> method.getName();
                });
            return method.getName().equals("retire")
                ? stop.orElseGet(() -> CompletableFuture.completedFuture(retired))
                : null;
          });

  private final SaDirectory directory =
      new SaDirectory(
          control,
          store,
          datapath,
          leases(),
          membership(),
          proxy(RouteTable.Spis.class, (_, _, _) -> null));

  @AfterEach
  void close() {
    control.close();
  }

  @Test
  void shouldClaimFromADeadOwnerAndStartBehindItsLeases() {
    stored.put(SA, owned(OTHER, 3, 500, 90));
    dead.add(OTHER);
    packet();
    waitFor("injectEsp");
    assertThat(done)
        .containsExactly(
            "track epoch 4",
            "install SequenceState[nextOutbound=500, outLease=500, inSeen=90, inLimit=90]",
            "injectEsp");
    assertThat(directory.claims()).isEqualTo(1);
  }

  @Test
  void shouldClaimByTheRouteWhatALostMemberOwned() {
    knowsTheRouteTo(OTHER, 3);
    stored.put(SA, owned(OTHER, 3, 500, 90));
    dead.add(OTHER);
    packet();
    waitFor("injectEsp");
    assertThat(lookUps).isZero();
    assertThat(done)
        .containsExactly(
            "track epoch 4",
            "install SequenceState[nextOutbound=500, outLease=500, inSeen=90, inLimit=90]",
            "injectEsp");
  }

  /** Its claim was done, and the answer was lost: both members sent its packets to each other. */
  @Test
  void shouldTakeUpWhatIsItsOwnWithoutItsKnowing() {
    knowsTheRouteTo(OTHER, 3);
    stored.put(SA, owned(SELF, 4, 500, 90));
    control.execute(() -> directory.misdirected(SA));
    waitFor("install SequenceState[nextOutbound=500, outLease=500, inSeen=90, inLimit=90]");
    assertThat(lookUps).isEqualTo(1);
  }

  /** The old owner would send everything back, and drop it after some hops. */
  @Test
  void shouldNotBelieveAnAnswerFromBeforeAHandover() {
    knowsTheRouteTo(OTHER, 3);
    stored.put(SA, owned(SELF, 4, 500, 90));
    staleAnswers.add(new Found.Present<>(owned(OTHER, 3, 400, 80)));
    control.execute(
        () -> {
          directory.misdirected(SA);
          directory.handedOver(SA);
        });
    waitFor("install SequenceState[nextOutbound=500, outLease=500, inSeen=90, inLimit=90]");
    assertThat(done).doesNotContain("route to 2");
    assertThat(lookUps).isEqualTo(2);
  }

  /** Routes are told once more when a member leaves the store. */
  @Test
  void shouldNotGoBackToTheOldOwnerWhenItsRouteIsToldOnceMore() {
    knowsTheRouteTo(OTHER, 3);
    stored.put(SA, owned(SELF, 4, 500, 90));
    unknownAnswers = 1;
    control.execute(
        () -> {
          directory.handedOver(SA);
          directory.routeChanged(ownedBy(OTHER, 3));
          directory.up(OTHER);
        });
    waitFor("install SequenceState[nextOutbound=500, outLease=500, inSeen=90, inLimit=90]");
    assertThat(done).doesNotContain("route to 2");
  }

  @Test
  void shouldNotBelieveAnAnswerThatIsOlderThanItsRoute() {
    knowsTheRouteTo(new Owner(3, 7), 4);
    stored.put(SA, owned(new Owner(3, 7), 4, 500, 90));
    staleAnswers.add(new Found.Present<>(owned(OTHER, 3, 400, 80)));
    packet();
    waitFor("injectEsp");
    assertThat(done).containsExactly("route to 3", "injectEsp");
    assertThat(lookUps).isEqualTo(2);
  }

  @Test
  void shouldTellWhereAnSaClusterStoppedThatLeavesTheCluster() {
    carry();
    withdraw();
    await().until(() -> !withdrawn.isEmpty());
    assertThat(withdrawn.getFirst().orElseThrow().limits())
        .isEqualTo(new SaClusterImage.Limits(701, 130));
    assertThat(directory.size()).isZero();
    assertThat(directory.following()).isZero();
    packet();
    await().until(() -> directory.dropped() == 1);
  }

  @Test
  void shouldKeepPacketsFromClaimingWhatLeavesTheCluster() {
    carry();
    long claims = directory.claims();
    CompletableFuture<Optional<Datapath.Retired>> later = new CompletableFuture<>();
    stop = Optional.of(later);
    withdraw();
    packet();
    later.complete(retired);
    await().until(() -> !withdrawn.isEmpty());
    await().until(() -> directory.dropped() == 1);
    assertThat(directory.claims()).isEqualTo(claims);
    assertThat(directory.waiting()).isZero();
  }

  @Test
  void shouldGiveNothingAwayThatAnotherMemberHasClaimed() {
    carry();
    handOverOutcome = Outcome.FENCED;
    stored.put(SA, owned(OTHER, 9, 800, 200));
    withdraw();
    await().until(() -> !withdrawn.isEmpty());
    assertThat(withdrawn.getFirst()).isEmpty();
    waitFor("route to 2");
    assertThat(directory.following()).isZero();
  }

  private final List<Optional<SaClusterImage>> withdrawn = new CopyOnWriteArrayList<>();

  private void withdraw() {
    control.execute(() -> directory.withdraw(SA, withdrawn::add));
  }

  @Test
  void shouldForwardToWhoeverOwnsItWhenItsRouteWasOld() {
    knowsTheRouteTo(OTHER, 3);
    stored.put(SA, owned(new Owner(3, 7), 5, 500, 90));
    dead.add(OTHER);
    packet();
    waitFor("injectEsp");
    assertThat(lookUps).isZero();
    assertThat(done).containsExactly("route to 3", "injectEsp");
    assertThat(directory.size()).isZero();
  }

  @Test
  void shouldClaimAgainWhenItsRouteWasOldAndTheLaterOwnerIsLostToo() {
    Owner third = new Owner(3, 7);
    knowsTheRouteTo(OTHER, 3);
    stored.put(SA, owned(third, 5, 500, 90));
    dead.addAll(List.of(OTHER, third));
    packet();
    waitFor("injectEsp");
    assertThat(lookUps).isZero();
    assertThat(inStore(SA).fence()).isEqualTo(new Fence(SELF, 6));
    assertThat(directory.size()).isEqualTo(1);
  }

  @Test
  void shouldForwardToALivingOwnerAndClaimNothing() {
    stored.put(SA, owned(OTHER, 3, 500, 90));
    packet();
    waitFor("injectEsp");
    assertThat(done).containsExactly("route to 2", "injectEsp");
    assertThat(directory.claims()).isZero();
    assertThat(directory.size()).isZero();
  }

  @Test
  void shouldForwardToWhoeverWasFasterToClaim() {
    stored.put(SA, owned(new Owner(3, 7), 5, 500, 90));
    dead.add(OTHER);
    Found<SaClusterImage> stale = new Found.Present<>(owned(OTHER, 3, 400, 80));
    staleAnswers.add(stale);
    packet();
    waitFor("injectEsp");
    assertThat(done).containsExactly("route to 3", "injectEsp");
    assertThat(directory.size()).isZero();
  }

  @Test
  void shouldAskAgainWhileTheStoreDoesNotAnswer() {
    stored.put(SA, owned(OTHER, 1, 65, 64));
    dead.add(OTHER);
    unknownAnswers = 3;
    packet();
    waitFor("injectEsp");
    assertThat(directory.size()).isEqualTo(1);
  }

  @Test
  void shouldDropPacketsOfAnSaThatNobodyHas() {
    packet();
    await().until(() -> directory.dropped() == 1);
    assertThat(done).isEmpty();
  }

  @Test
  void shouldGiveUpWhatALaterEpochOwns() {
    stored.put(SA, owned(OTHER, 1, 65, 64));
    dead.add(OTHER);
    packet();
    waitFor("injectEsp");
    done.clear();
    Owner third = new Owner(3, 7);
    control.execute(() -> directory.routeChanged(ownedBy(third, 7)));
    waitFor("route to 3");
    assertThat(done).containsExactly("forget", "route to 3");
    assertThat(directory.size()).isZero();
  }

  @Test
  void shouldFollowAPeerThatAnotherMembersIkeSaHasSeenMove() {
    stored.put(SA, owned(OTHER, 1, 65, 64));
    dead.add(OTHER);
    packet();
    waitFor("injectEsp");
    done.clear();
    control.execute(() -> moveByTheStore(4600));
    waitFor("move to 4600");
    control.execute(() -> moveByTheStore(4600));
    control.execute(() -> directory.peerMoved(SA, at(4700)));
    waitFor("move to 4700");
    assertThat(done).containsExactly("move to 4600", "move to 4700");
  }

  @Test
  void shouldHandOverWhereItStoppedAndSendPacketsAfterIt() {
    carry();
    handOver();
    await().until(() -> handOvers.equals(List.of(true)));
    assertThat(inStore(SA).fence()).isEqualTo(new Fence(OTHER, 3));
    assertThat(inStore(SA).image().limits()).isEqualTo(new SaClusterImage.Limits(701, 130));
    packet();
    control.execute(() -> directory.routeChanged(ownedBy(OTHER, 3))); // what it has written itself
    control.execute(() -> done.add("told"));
    waitFor("told");
    control.execute(() -> directory.routeChanged(ownedBy(OTHER, 4)));
    waitFor("injectEsp");
    assertThat(done).containsExactly("retire", "forget", "told", "route to 2", "injectEsp");
    assertThat(directory.size()).isZero();
    assertThat(directory.claims()).as("the one at first").isEqualTo(1);
  }

  @Test
  void shouldSendPacketsAfterItThoughNothingIsHeardOfTheSuccessor() {
    carry();
    handOver();
    packet();
    waitFor("injectEsp");
    assertThat(done).containsExactly("retire", "forget", "route to 2", "injectEsp");
  }

  @Test
  void shouldForgetTheWayToTheOldOwnerOfWhatIsItsOwnNow() {
    control.execute(() -> directory.routeChanged(ownedBy(OTHER, 3)));
    control.execute(() -> directory.routeChanged(ownedBy(SELF, 4)));
    waitFor("remove");
    assertThat(done).containsExactly("route to 2", "remove");
  }

  @Test
  void shouldGoOnWhereThePacketPathDoesNotStop() {
    carry();
    retired = Optional.empty();
    handOver();
    await().until(() -> handOvers.equals(List.of(false)));
    assertThat(done).containsExactly("retire");
    assertThat(inStore(SA).fence()).isEqualTo(new Fence(SELF, 2));
    packet();
    waitFor("injectEsp");
    assertThat(directory.size()).isEqualTo(1);
  }

  @Test
  void shouldUseNothingUnderTheOldFenceWhenTheStoreDoesNotSay() {
    carry();
    handOverOutcome = Outcome.UNKNOWN;
    handOver();
    await().until(() -> done.contains("track epoch 3"));
    assertThat(done)
        .containsExactly(
            "retire",
            "forget",
            "remove",
            "track epoch 3",
            "install SequenceState[nextOutbound=500, outLease=500, inSeen=90, inLimit=90]");
    assertThat(handOvers).containsExactly(false);
  }

  @Test
  void shouldHoldPacketsUntilItIsHandedOver() {
    carry();
    CompletableFuture<Optional<Datapath.Retired>> stopping = new CompletableFuture<>();
    stop = Optional.of(stopping);
    handOver();
    waitFor("retire");
    packet();
    packet();
    control.execute(() -> done.add("both packets are there"));
    waitFor("both packets are there");
    stopping.complete(retired);
    await().until(() -> handOvers.equals(List.of(true)));
    control.execute(() -> directory.routeChanged(ownedBy(OTHER, 4)));
    waitFor("injectEsp");
    assertThat(done)
        .containsExactly(
            "retire", "both packets are there", "forget", "route to 2", "injectEsp", "injectEsp");
  }

  @Test
  void shouldBeginFromAClaimWhenSomethingIsHandedOverToIt() {
    stored.put(SA, owned(SELF, 3, 701, 130));
    control.execute(() -> directory.handedOver(SA));
    await().until(() -> done.size() == 3);
    assertThat(done)
        .containsExactly(
            "remove",
            "track epoch 4",
            "install SequenceState[nextOutbound=701, outLease=701, inSeen=130, inLimit=130]");
  }

  @Test
  void shouldNotBeginAnewWhenASweepAnswersLate() {
    carry();
    control.execute(
        () -> {
          directory.adopt(owned(SELF, 2, 500, 90));
          done.add("adopted");
        });
    waitFor("adopted");
    assertThat(done).containsExactly("adopted");
  }

  @Test
  void shouldNotBeginAnewWhenASweepAnswersAfterItHasGivenItUp() {
    carry();
    unknownAnswers = 1000;
    control.execute(() -> directory.lost(SA));
    control.execute(() -> directory.adopt(owned(SELF, 2, 500, 90)));
    control.execute(() -> done.add("adopted"));
    waitFor("adopted");
    assertThat(done).containsExactly("forget", "remove", "adopted");
    assertThat(directory.size()).isZero();
  }

  private void carry() {
    stored.put(SA, owned(OTHER, 1, 500, 90));
    dead.add(OTHER);
    packet();
    waitFor("injectEsp");
    dead.clear();
    done.clear();
  }

  /** Knows by the route who owned it, and nothing more. */
  private void knowsTheRouteTo(Owner owner, long epoch) {
    control.execute(() -> directory.routeChanged(ownedBy(owner, epoch)));
    control.execute(() -> done.add("knows"));
    waitFor("knows");
    done.clear();
  }

  private void handOver() {
    control.execute(() -> directory.handOver(SA, OTHER, handOvers::add));
  }

  @Test
  void keysThatWereUsedOnBothSidesOfACutShouldBeReplacedByWhoGoesOn() {
    List<String> due = new CopyOnWriteArrayList<>();
    directory.whenForked((ikeSpi, saId) -> due.add(ikeSpi + " " + saId));
    Owned<SaClusterImage> apart = owned(SELF, 3, 700, 130);
    stored.put(SA, new Owned<>(apart.image(), apart.fence(), true));
    control.execute(() -> directory.claimIfOrphan(SA));
    await().until(() -> due.equals(List.of("9 " + SA)));
    assertThat(inStore(SA).fence()).isEqualTo(new Fence(SELF, 4));
  }

  private void moveByTheStore(int port) {
    directory.routeChanged(
        new Route(SA, 9, List.of(SA), selectors(), Optional.of(at(port)), new Fence(SELF, 2)));
  }

  private static Route ownedBy(Owner owner, long epoch) {
    return new Route(SA, 9, List.of(SA), selectors(), Optional.empty(), new Fence(owner, epoch));
  }

  private static PeerPath at(int port) {
    return new PeerPath(new InetSocketAddress(HERE.peer().getAddress(), port), 0);
  }

  // The world around it

  private final List<Found<SaClusterImage>> staleAnswers = new ArrayList<>();

  private Found<SaClusterImage> find(Object[] arguments) {
    lookUps++;
    if (unknownAnswers-- > 0) {
      return new Found.Unknown<>();
    }
    if (!staleAnswers.isEmpty()) {
      return staleAnswers.removeFirst();
    }
    Owned<SaClusterImage> owned = stored.get((Integer) arguments[0]);
    return owned == null ? new Found.Absent<>() : new Found.Present<>(owned);
  }

  private Outcome withdrawn(Object[] arguments) {
    if (handOverOutcome == Outcome.DONE) {
      stored.remove((Integer) arguments[0]);
    }
    return handOverOutcome;
  }

  private Found<SaClusterImage> claim(Object[] arguments) {
    int saId = (Integer) arguments[0];
    Owned<SaClusterImage> owned = stored.get(saId);
    if (owned == null) {
      return new Found.Absent<>();
    }
    if (owned.fence().epoch() == (Long) arguments[1]) {
      owned =
          new Owned<>(
              owned.image(),
              new Fence((Owner) arguments[2], owned.fence().epoch() + 1),
              owned.forked());
      stored.put(saId, owned);
    }
    return new Found.Present<>(owned);
  }

  private Owned<SaClusterImage> inStore(int saId) {
    return requireNonNull(stored.get(saId));
  }

  private Outcome handOver(Object[] arguments) {
    if (handOverOutcome == Outcome.DONE) {
      Owned<SaClusterImage> owned = inStore((Integer) arguments[0]);
      assertThat(owned.fence()).isEqualTo(arguments[1]);
      SaClusterImage image = owned.image();
      stored.put(
          SA,
          new Owned<>(
              image.inForce(image.ikeSpi(), image.path(), (SaClusterImage.Limits) arguments[3]),
              new Fence((Owner) arguments[2], owned.fence().epoch() + 1)));
    }
    return handOverOutcome;
  }

  private void packet() {
    control.execute(() -> directory.espWithoutSa(SA, ESP, 0));
  }

  private void waitFor(String last) {
    await().until(() -> done.contains(last));
  }

  private static List<TrafficSelector> selectors() {
    return List.of(TrafficSelector.of(IpPrefix.parse("10.77.0.1")));
  }

  private static Owned<SaClusterImage> owned(Owner owner, long epoch, long outLease, long inLimit) {
    return new Owned<>(
        new SaClusterImage(
            SA,
            9,
            1,
            "rw",
            "net",
            List.of(subSa()),
            true,
            64,
            selectors(),
            selectors(),
            0,
            0,
            Optional.empty(),
            PacketHandling.DEFAULT,
            0,
            new SaClusterImage.Limits(outLease, inLimit)),
        new Fence(owner, epoch));
  }

  private static SubSaSpec subSa() {
    EspSuite suite =
        new EspSuite(EncryptionAlgorithm.AES_GCM_16, 128, Optional.empty(), Optional.empty(), true);
    return new SubSaSpec(
        SA, 2, suite, Secret.EMPTY, Secret.EMPTY, Secret.EMPTY, Secret.EMPTY, HERE);
  }

  private Leases leases() {
    return new Leases() {
      @Override
      public void track(int saId, Fence fence, SaClusterImage.Limits limits) {
        done.add("track epoch " + fence.epoch());
      }

      @Override
      public void forget(int saId) {
        done.add("forget");
      }
    };
  }

  private Membership membership() {
    return proxy(
        Membership.class,
        (_, method, arguments) ->
            switch (method.getName()) {
              case "self" -> SELF;
              case "alive" -> !dead.contains((Owner) arguments[0]);
              default -> throw new UnsupportedOperationException(method.getName());
            });
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
