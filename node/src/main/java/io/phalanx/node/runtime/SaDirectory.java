package io.phalanx.node.runtime;

import io.phalanx.datapath.Datapath;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.SaClusterSpec;
import io.phalanx.datapath.SequenceState;
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
import io.phalanx.replication.image.SaClusterImage.Limits;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Which SA clusters this member carries, where the others are, and how one comes here.
 *
 * <p>A packet without an SA waits ({@link Held}) while the store is asked who owns its SA cluster:
 *
 * <ul>
 *   <li>a living member: a route is set, and the packets go there;
 *   <li>a member that is gone: it is claimed, installed, and the packets are processed;
 *   <li>nobody: there is no such SA, the packets are dropped.
 * </ul>
 *
 * All methods run on the control loop.
 */
final class SaDirectory
    implements SaStore.RouteListener,
        Membership.Listener,
        Drain.SaClusters,
        ContextExport.SaClusters {
  private static final int HELD_PER_SA_MAX = 512;
  private static final int HELD_MAX = 16_384;
  private static final long RETRY_MILLIS = 20;
  private static final int RETRIES_MAX = 150;

  /** How long packets wait for a successor to begin; then they go to it in any case. */
  private static final long HANDING_MILLIS_MAX = 500;

  /** How long the answer to a rekey may be on its way before the new SA cluster sends. */
  private static final long BEHIND_MILLIS = 1_000;

  /** In {@code handing}: it leaves the cluster, and nobody here will begin with it. */
  private static final long NEVER = Long.MAX_VALUE;

  /** A packet that waits for its SA. */
  private sealed interface Packet {}

  private record Esp(UdpDatagram datagram, int hops) implements Packet {}

  private record Clear(byte[] packet, int hops) implements Packet {}

  /** What this member carries. */
  record Carried(SaClusterImage image, Fence fence) {}

  private final ControlLoop control;
  private final SaStore store;
  private final Datapath datapath;
  private final Leases leases;
  private final Membership membership;

  private LongConsumer adopted = _ -> {};
  private Forked forked = (_, _) -> {};
  private IntConsumer leaving = _ -> {};

  private final Map<Integer, Carried> carried = new HashMap<>();

  /** The last epoch that this member has begun with, of what it carries or has carried. */
  private final Map<Integer, Long> begun = new HashMap<>();

  /**
   * On their way to another member, each with the epoch that tells that it has begun there: their
   * packets wait until then. A part of the keys of {@code held}.
   */
  private final Map<Integer, Long> handing = new HashMap<>();

  /**
   * Handed to this member while it was being looked up: that answer may be from before. A part of
   * the keys of {@code held}.
   */
  private final Set<Integer> handedHere = new HashSet<>();

  private final RouteTable routes;
  private final Held<Integer, Packet> held = new Held<>(HELD_PER_SA_MAX, HELD_MAX);
  private final AtomicLong claims = new AtomicLong();
  private volatile int size;

  SaDirectory(
      ControlLoop control,
      SaStore store,
      Datapath datapath,
      Leases leases,
      Membership membership,
      RouteTable.Spis spis) {
    this.control = control;
    this.store = store;
    this.datapath = datapath;
    this.leases = leases;
    this.membership = membership;
    this.routes = new RouteTable(spis);
  }

  /** From now on {@code told} gets the IKE SPI of each SA cluster that comes here by a claim. */
  void whenAdopted(LongConsumer told) {
    adopted = told;
  }

  /** From now on {@code told} gets each SA cluster that comes here and needs new keys. */
  void whenForked(Forked told) {
    forked = told;
  }

  /** Told of an SA cluster whose numbers may have been used on both sides of a cut. */
  @FunctionalInterface
  interface Forked {
    void told(long ikeSpi, int saId);
  }

  /** From now on {@code told} gets each SA cluster that is about to be removed. */
  void whenLeaving(IntConsumer told) {
    leaving = told;
  }

  // Packets without an SA

  void espWithoutSa(int spi, UdpDatagram datagram, int hops) {
    int saId = routes.idOf(spi);
    if (carried.containsKey(saId) && !handing.containsKey(saId)) {
      // Installed meanwhile. One more turn through the packet path, never more.
      datapath.injectEsp(datagram, hops + 1);
    } else if (held.add(saId, new Esp(datagram, hops))) {
      find(saId);
    }
  }

  void clearWithoutSa(byte[] packet, int hops) {
    Optional<Integer> saId = InnerPacket.destination(packet).flatMap(routes::towards);
    if (saId.isEmpty()) {
      return;
    }
    if (carried.containsKey(saId.get()) && !handing.containsKey(saId.get())) {
      datapath.injectClear(packet, hops + 1);
    } else if (held.add(saId.get(), new Clear(packet, hops))) {
      find(saId.get());
    }
  }

  /** Claims an SA cluster whose owner is gone, though no packet waits for it. */
  void claimIfOrphan(int saId) {
    boolean orphan =
        routes
            .get(saId)
            .map(route -> !membership.alive(route.fence().owner()) || isOurs(route.fence()))
            .orElse(true);
    if (!carried.containsKey(saId) && orphan && held.open(saId)) {
      find(saId);
    }
  }

  /** Another member says that it has handed an SA cluster to this one: the store knows. */
  void handedOver(int saId) {
    if (carried.containsKey(saId)) {
      return;
    }
    datapath.remove(saId); // the way to the old owner, which would send everything back
    if (held.open(saId)) {
      lookUp(saId, 0);
    } else if (held.waits(saId)) {
      handedHere.add(saId);
    }
  }

  /**
   * Another member believes it to be here, and this one believes it elsewhere; it may be there,
   * too. The store knows, and this member may be the owner without having heard of it: a claim
   * whose answer got lost.
   */
  void misdirected(int saId) {
    if (!carried.containsKey(saId) && held.open(saId)) {
      lookUp(saId, 0);
    }
  }

  private boolean isOurs(Fence fence) {
    return fence.owner().equals(membership.self());
  }

  /**
   * What a lost member owned is claimed at once, by the epoch that its route tells: when a member
   * is lost, one call to the store for each SA cluster instead of two. If the route is old, the
   * claim is refused, and what the answer tells is looked at as after a look-up.
   */
  private void find(int saId) {
    Optional<Route> orphan =
        routes.get(saId).filter(route -> !membership.alive(route.fence().owner()));
    if (orphan.isEmpty()) {
      lookUp(saId, 0);
      return;
    }
    claims.incrementAndGet();
    var _ =
        store
            .claimSaCluster(saId, orphan.get().fence().epoch(), membership.self())
            .thenAcceptAsync(answer -> decide(saId, answer, 0, !isClaimed(answer)), control);
  }

  private boolean isClaimed(Found<SaClusterImage> answer) {
    return answer instanceof Found.Present<SaClusterImage>(var owned) && isOurs(owned.fence());
  }

  private void lookUp(int saId, int attempt) {
    var _ =
        store
            .findSaCluster(saId)
            .thenAcceptAsync(found -> decide(saId, found, attempt, true), control);
  }

  private void decide(int saId, Found<SaClusterImage> found, int attempt, boolean mayClaim) {
    switch (found) {
      case Found.Present<SaClusterImage>(Owned<SaClusterImage> owned) -> {
        Owner owner = owned.fence().owner();
        if (carried.containsKey(saId)) {
          flush(saId);
        } else if (isOurs(owned.fence()) && !mayClaim) {
          adopt(owned);
        } else if (mayClaim && (isOurs(owned.fence()) || !membership.alive(owner))) {
          claims.incrementAndGet();
          var _ =
              store
                  .claimSaCluster(saId, owned.fence().epoch(), membership.self())
                  .thenAcceptAsync(answer -> decide(saId, answer, attempt, false), control);
        } else if ((handedHere.remove(saId) || isOld(owned)) && attempt < RETRIES_MAX) {
          control.after(RETRY_MILLIS, () -> lookUp(saId, attempt + 1));
        } else {
          routeTo(routeOf(owned));
          flush(saId);
        }
      }
      case Found.Absent<SaClusterImage>() -> drop(saId);
      case Found.Unknown<SaClusterImage>() -> {
        if (attempt >= RETRIES_MAX) {
          drop(saId);
        } else {
          control.after(RETRY_MILLIS, () -> lookUp(saId, attempt + 1));
        }
      }
    }
  }

  /** Whether another change of owner has been heard of than the answer of the store tells. */
  private boolean isOld(Owned<SaClusterImage> owned) {
    return routes
        .get(owned.image().id())
        .filter(route -> route.fence().epoch() > owned.fence().epoch())
        .isPresent();
  }

  private void drop(int saId) {
    handedHere.remove(saId);
    held.drop(saId);
  }

  private void flush(int saId) {
    handedHere.remove(saId);
    for (Packet packet : held.take(saId)) {
      switch (packet) {
        case Esp(UdpDatagram datagram, int hops) -> datapath.injectEsp(datagram, hops);
        case Clear(byte[] clear, int hops) -> datapath.injectClear(clear, hops);
      }
    }
  }

  // Coming and going of SA clusters

  /**
   * Carries a new SA cluster of an IKE SA of this member.
   *
   * @param behind whether the one that it replaces goes on to send, for a while: the peer may not
   *     have the new one yet (RFC 7296 §2.8)
   */
  void install(SaClusterImage image, boolean behind) {
    Limits limits = image.limits();
    carry(
        new Carried(image, new Fence(membership.self(), 1)),
        new SequenceState(1, limits.outLease(), 0, limits.inLimit()),
        behind);
    if (behind) {
      control.after(BEHIND_MILLIS, () -> datapath.prefer(image.id()));
    }
  }

  /** Carries an SA cluster that was claimed: on at the lease, everything up to the limit seen. */
  void adopt(Owned<SaClusterImage> owned) {
    if (begun.getOrDefault(owned.image().id(), 0L) >= owned.fence().epoch()) {
      return; // a claim and a sweep have met, however late: to begin anew would use numbers twice
    }
    Limits limits = owned.image().limits();
    carry(
        new Carried(owned.image(), owned.fence()),
        new SequenceState(limits.outLease(), limits.outLease(), limits.inLimit(), limits.inLimit()),
        false);
    adopted.accept(owned.image().ikeSpi());
    if (owned.forked()) {
      forked.told(owned.image().ikeSpi(), owned.image().id());
    }
  }

  private void carry(Carried sa, SequenceState sequence, boolean behind) {
    int saId = sa.image().id();
    carried.put(saId, sa);
    begun.put(saId, sa.fence().epoch());
    size = carried.size();
    routes.put(routeOf(new Owned<>(sa.image(), sa.fence())));
    // Tracked first: the packet path may want numbers as soon as it carries.
    leases.track(saId, sa.fence(), sa.image().limits());
    SaClusterSpec spec = specOf(sa.image(), sequence);
    if (behind) {
      datapath.installBehind(spec);
    } else {
      datapath.install(spec);
    }
    flush(saId);
  }

  /** The SA cluster has ended. */
  void remove(int saId) {
    if (carried.containsKey(saId)) {
      leaving.accept(saId);
    }
    relinquish(saId);
    handing.remove(saId);
    begun.remove(saId);
    routes.remove(saId);
    drop(saId);
    datapath.remove(saId);
  }

  /** The store says that another member owns it. */
  void lost(int saId) {
    if (relinquish(saId) && held.open(saId)) {
      datapath.remove(saId);
      lookUp(saId, 0);
    }
  }

  /**
   * Hands an SA cluster to another member: stops for good, tells the store where, and once the
   * successor has begun sends the packets that arrived meanwhile after it. If the store does not
   * say that it is done, it is looked up and, if it still is ours, claimed anew: under the old
   * fence nothing is used any more.
   *
   * @param ended told once the store has answered, with whether it is the successor's now
   */
  @Override
  public void handOver(int saId, Owner successor, Consumer<Boolean> ended) {
    if (!carried.containsKey(saId) || !held.open(saId)) {
      ended.accept(false);
      return;
    }
    handing.put(saId, carried.get(saId).fence().epoch() + 2);
    var _ =
        datapath
            .retire(saId)
            .thenAcceptAsync(retired -> retired(saId, successor, retired, ended), control);
  }

  private void retired(
      int saId, Owner successor, Optional<Datapath.Retired> where, Consumer<Boolean> ended) {
    Carried mine = carried.get(saId);
    if (where.isEmpty() && mine != null) {
      handing.remove(saId);
      flush(saId); // it goes on here for now
      ended.accept(false);
    } else if (where.isEmpty() || mine == null) {
      handing.remove(saId);
      lookUp(saId, 0); // it went another way meanwhile
      ended.accept(false);
    } else {
      relinquish(saId);
      Limits limits = new Limits(where.get().nextOutbound(), where.get().inTop());
      var _ =
          store
              .handOverSaCluster(saId, mine.fence(), successor, limits)
              .thenAcceptAsync(
                  outcome -> handed(mine, successor, outcome == Outcome.DONE, ended), control);
    }
  }

  private void handed(Carried mine, Owner successor, boolean done, Consumer<Boolean> ended) {
    int saId = mine.image().id();
    if (done) {
      routes.put(
          routeOf(new Owned<>(mine.image(), new Fence(successor, mine.fence().epoch() + 1))));
      control.after(HANDING_MILLIS_MAX, () -> follow(saId, mine.fence().epoch() + 2));
    } else {
      handing.remove(saId);
      datapath.remove(saId);
      lookUp(saId, 0);
    }
    ended.accept(done);
  }

  /** Sends what waits after an SA cluster that was handed to another member. */
  private void follow(int saId, long epoch) {
    if (handing.remove(saId, epoch)) {
      routes.get(saId).ifPresent(this::routeTo);
      flush(saId);
    }
  }

  /**
   * Takes an SA cluster out of the cluster for good: stops, and has the store forget it. What comes
   * for it from then on is dropped.
   *
   * @param ended told what it was, with the next number to send and the highest one accepted; empty
   *     if this member could not stop it, or it was another's by then
   */
  @Override
  public void withdraw(int saId, Consumer<Optional<SaClusterImage>> ended) {
    if (!carried.containsKey(saId) || !held.open(saId)) {
      ended.accept(Optional.empty());
      return;
    }
    handing.put(saId, NEVER);
    stop(saId, 0, ended);
  }

  private void stop(int saId, int attempt, Consumer<Optional<SaClusterImage>> ended) {
    var _ =
        datapath
            .retire(saId)
            .thenAcceptAsync(where -> stopped(saId, where, attempt, ended), control);
  }

  private void stopped(
      int saId,
      Optional<Datapath.Retired> where,
      int attempt,
      Consumer<Optional<SaClusterImage>> ended) {
    Carried mine = carried.get(saId);
    if (where.isEmpty() && mine != null && attempt < RETRIES_MAX) {
      flush(saId); // it waits for numbers, and goes on until it has them
      if (held.open(saId)) {
        control.after(RETRY_MILLIS, () -> stop(saId, attempt + 1, ended));
        return;
      }
    }
    if (where.isEmpty() || mine == null) {
      handing.remove(saId);
      lookUp(saId, 0);
      ended.accept(Optional.empty());
      return;
    }
    leaving.accept(saId);
    relinquish(saId);
    var _ =
        store
            .withdraw(saId, mine.fence())
            .thenAcceptAsync(
                outcome -> {
                  handing.remove(saId);
                  if (outcome == Outcome.DONE) {
                    remove(saId);
                    Limits limits = new Limits(where.get().nextOutbound(), where.get().inTop());
                    SaClusterImage image = mine.image();
                    ended.accept(Optional.of(image.inForce(image.ikeSpi(), image.path(), limits)));
                  } else {
                    datapath.remove(saId);
                    lookUp(saId, 0);
                    ended.accept(Optional.empty());
                  }
                },
                control);
  }

  private boolean relinquish(int saId) {
    leases.forget(saId);
    boolean was = carried.remove(saId) != null;
    size = carried.size();
    return was;
  }

  // What other members do

  @Override
  public void routeChanged(Route route) {
    if (!routes.put(route)) {
      return;
    }
    Carried mine = carried.get(route.saId());
    Long begun = handing.get(route.saId());
    if (mine == null) {
      elsewhere(route, begun);
    } else if (route.fence().epoch() > mine.fence().epoch()) {
      relinquish(route.saId());
      routeTo(route);
    } else {
      // After a rekey of the IKE SA it hangs on the new one; after a move its peer is elsewhere.
      hangs(mine, route.ikeSpi(), route.path().orElseGet(mine.image()::path));
    }
  }

  /**
   * One that is looked up waits for that: the store knows more than a route that is told once more.
   */
  private void elsewhere(Route route, @Nullable Long begun) {
    if (begun == null && !held.waits(route.saId())) {
      routeTo(route);
    } else if (begun != null && route.fence().epoch() >= begun) {
      follow(route.saId(), begun);
    }
  }

  /** The peer of an SA cluster is there from now on. */
  void peerMoved(int saId, PeerPath path) {
    carried(saId).ifPresent(mine -> hangs(mine, mine.image().ikeSpi(), path));
  }

  private void hangs(Carried mine, long ikeSpi, PeerPath path) {
    SaClusterImage image = mine.image();
    carried.put(image.id(), new Carried(image.inForce(ikeSpi, path, image.limits()), mine.fence()));
    if (!path.equals(image.path())) {
      datapath.movePeer(image.id(), image.id(), path);
    }
  }

  @Override
  public void routeRemoved(int saId) {
    remove(saId);
  }

  @Override
  public void up(Owner owner) {
    routes.ownedBy(owner).stream()
        .filter(route -> !held.waits(route.saId()))
        .forEach(this::routeTo);
  }

  /** Packets for what the lost member carried come to us from now on, and claim it. */
  @Override
  public void down(Owner owner) {
    routes.ownedBy(owner).forEach(this::routeTo);
  }

  private void routeTo(Route route) {
    Owner owner = route.fence().owner();
    if (carried.containsKey(route.saId())) {
      return;
    }
    if (membership.alive(owner) && !owner.equals(membership.self())) {
      datapath.route(route.saId(), route.inboundSpis(), route.remoteSelectors(), owner.member());
    } else {
      datapath.remove(route.saId());
    }
  }

  // Views

  /** Where an SA cluster is, as far as it is known here. */
  Optional<Route> route(int saId) {
    return routes.get(saId);
  }

  @Override
  public boolean stays(int saId) {
    return carried.containsKey(saId) && !held.waits(saId);
  }

  Optional<Carried> carried(int saId) {
    return Optional.ofNullable(carried.get(saId));
  }

  @Override
  public Iterable<Carried> all() {
    return List.copyOf(carried.values());
  }

  @Override
  public int idOf(int inboundSpi) {
    return routes.idOf(inboundSpi);
  }

  Set<Integer> ids() {
    return Set.copyOf(carried.keySet());
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int following() {
    return handing.size();
  }

  long claims() {
    return claims.get();
  }

  /** SAs that something waits for. */
  int waiting() {
    return held.keys();
  }

  long dropped() {
    return held.dropped();
  }

  private static Route routeOf(Owned<SaClusterImage> owned) {
    SaClusterImage image = owned.image();
    return new Route(
        image.id(),
        image.ikeSpi(),
        image.subSas().stream().map(sub -> sub.inboundSpi()).toList(),
        image.remoteSelectors(),
        Optional.of(image.path()),
        owned.fence());
  }

  private static SaClusterSpec specOf(SaClusterImage image, SequenceState sequence) {
    return new SaClusterSpec(
        image.id(),
        image.subSas(),
        image.extendedSequenceNumbers(),
        image.windowSizeBits(),
        image.localSelectors(),
        image.remoteSelectors(),
        image.rekeyBytes(),
        image.rekeyPackets(),
        image.transport(),
        image.handling(),
        sequence);
  }
}
