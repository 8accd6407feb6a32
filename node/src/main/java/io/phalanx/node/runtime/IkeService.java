package io.phalanx.node.runtime;

import io.phalanx.datapath.Datapath;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.node.ike.Effect;
import io.phalanx.node.ike.Event;
import io.phalanx.node.ike.FirstContact;
import io.phalanx.node.ike.IkeEngine;
import io.phalanx.node.ops.SessionView;
import io.phalanx.node.radius.SessionQuery;
import io.phalanx.node.revocation.RevocationChecker;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Interlink;
import io.phalanx.replication.Membership;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owned;
import io.phalanx.replication.Owner;
import io.phalanx.replication.SaStore;
import io.phalanx.replication.SaStore.Found;
import io.phalanx.replication.image.IkeSaImage;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the IKEv2 engine: brings it messages, time and answers, and does what it wants done. What
 * comes for an IKE SA that is not here waits until the store has said who owns it, as {@link
 * SaDirectory} does for packets.
 *
 * <p>All methods run on the control loop.
 */
final class IkeService implements Drain.IkeSas, Following.IkeSas, ContextExport.IkeSas {
  private static final Logger sessionLog = LoggerFactory.getLogger("io.phalanx.session");
  private static final int HELD_PER_SA_MAX = 16;
  private static final int HELD_MAX = 4096;
  private static final int HOPS_MAX = 3;
  private static final long RETRY_MILLIS = 20;
  private static final int RETRIES_MAX = 150;

  /**
   * How long nobody must have had an IKE SA before its peer is told so. One that a rekey has just
   * made may not be in the store yet, and a token once seen is good for all of its life.
   */
  private static final long LOSS_MILLIS = 300;

  /** What waits for the owner of an IKE SA. */
  private sealed interface Waiting {}

  private record Message(UdpDatagram datagram, int hops) implements Waiting {}

  private record Due(int saId, boolean exhausted) implements Waiting {}

  private record Moved(int saId, PeerPath path) implements Waiting {}

  private final ControlLoop control;
  private final IkeEngine engine;
  private final SaStore store;
  private final Membership membership;
  private final Interlink interlink;
  private final Datapath datapath;
  private final Addresses addresses;
  private final Radius radius;
  private final RevocationChecker revocation;
  private final LongSupplier nowMillis;
  private final SaDirectory directory;
  private final Held<Long, Waiting> held = new Held<>(HELD_PER_SA_MAX, HELD_MAX);

  /**
   * Those that the store did not have when it was asked first. A part of the keys of {@code held}.
   */
  private final Set<Long> missing = new HashSet<>();

  private Consumer<FirstContact> begunAnew = _ -> {};
  private Consumer<Effect.GivenAway> givenAway = _ -> {};
  private int hopsNow;
  private final AtomicLong claims = new AtomicLong();
  private volatile long size;
  private volatile long halfOpen;

  IkeService(
      ControlLoop control,
      IkeEngine engine,
      SaStore store,
      Membership membership,
      Interlink interlink,
      Datapath datapath,
      Addresses addresses,
      Radius radius,
      RevocationChecker revocation,
      SaDirectory directory,
      LongSupplier nowMillis) {
    this.control = control;
    this.engine = engine;
    this.store = store;
    this.membership = membership;
    this.interlink = interlink;
    this.datapath = datapath;
    this.addresses = addresses;
    this.radius = radius;
    this.revocation = revocation;
    this.directory = directory;
    this.nowMillis = nowMillis;
  }

  /** Where to tell of peers that have begun anew. */
  void whenBegunAnew(Consumer<FirstContact> told) {
    begunAnew = told;
  }

  /** Where to tell what has come of each {@link Event.GiveAway}. */
  void whenGivenAway(Consumer<Effect.GivenAway> told) {
    givenAway = told;
  }

  @Override
  public void giveAway(long spi, long untilMillis) {
    step(new Event.GiveAway(spi, untilMillis));
  }

  void received(UdpDatagram datagram, int hops) {
    hopsNow = hops;
    step(new Event.Received(datagram));
    hopsNow = 0;
  }

  void tick() {
    step(new Event.Tick());
  }

  /** Counts what the gauges show; they are read on other threads. */
  void count() {
    size = engine.size();
    halfOpen = engine.halfOpen();
  }

  /** Whether this member has a session of a connection, or tries to make one. */
  boolean carries(String connection) {
    return engine.images().anyMatch(image -> isUp(image, connection));
  }

  private static boolean isUp(IkeSaImage image, String connection) {
    return image.connection().equals(connection)
        && image.phase() != IkeSaImage.Phase.DELETING
        && image.phase() != IkeSaImage.Phase.REKEYED;
  }

  /** A Child SA is near its limits, or has reached one: tells whoever owns its IKE SA. */
  void childDue(long ikeSpi, int saId, boolean exhausted) {
    if (engine.carries(ikeSpi)) {
      step(new Event.ChildDue(ikeSpi, saId, exhausted));
    } else if (held.add(ikeSpi, new Due(saId, exhausted))) {
      lookUp(ikeSpi, 0);
    }
  }

  /** An SA cluster has heard its peer elsewhere: tells whoever owns its IKE SA. */
  void peerMoved(long ikeSpi, int saId, PeerPath path) {
    if (engine.carries(ikeSpi)) {
      step(new Event.PeerMoved(ikeSpi, saId, path));
    } else if (held.add(ikeSpi, new Moved(saId, path))) {
      lookUp(ikeSpi, 0);
    }
  }

  /** Claims an IKE SA whose owner is gone, though no message waits for it. */
  void claimIfOrphan(long ikeSpi) {
    if (!engine.carries(ikeSpi) && held.open(ikeSpi)) {
      lookUp(ikeSpi, 0);
    }
  }

  /** Takes over an IKE SA that a sweep has claimed. */
  void adopt(Owned<IkeSaImage> owned) {
    step(new Event.Adopted(owned));
    owned.image().children().forEach(child -> directory.claimIfOrphan(child.saId()));
    flush(owned.image().localSpi(), membership.self());
  }

  void step(Event event) {
    engine.step(event, nowMillis.getAsLong()).forEach(this::perform);
  }

  private void perform(Effect effect) {
    switch (effect) {
      case Effect.Send(UdpDatagram datagram) -> datapath.sendIke(datagram);
      case Effect.CommitImage(long id, var commit) -> {
        var _ =
            store
                .commit(commit)
                .thenAcceptAsync(outcome -> step(new Event.Committed(id, outcome)), control);
      }
      case Effect.RemoveIkeSa(long spi, var fence, var saIds) -> {
        saIds.forEach(directory::remove);
        var _ = store.removeIkeSa(spi, fence, saIds);
      }
      case Effect.InstallChild(var image, var behind) -> directory.install(image, behind);
      case Effect.RemoveChild(int saId) -> directory.remove(saId);
      case Effect.MovePeer(List<Integer> saIds, PeerPath path) ->
          saIds.forEach(saId -> directory.peerMoved(saId, path));
      case Effect.Keepalive(PeerPath path) -> datapath.sendKeepalive(path);
      case Effect.LeaseAddresses lease -> {
        var _ =
            addresses
                .lease(lease)
                .thenAcceptAsync(
                    leased -> step(new Event.AddressesLeased(lease.localSpi(), leased)), control);
      }
      case Effect.CheckRevocation(long spi, var path, var sources) -> {
        var _ =
            revocation
                .check(path, sources)
                .thenAcceptAsync(status -> step(new Event.RevocationChecked(spi, status)), control);
      }
      case Effect.ReleaseAddresses release -> addresses.release(release);
      case Effect.AskRadius wish -> radius.ask(wish, this::step);
      case Effect.Account(var report) -> radius.tell(report, this::step);
      case Effect.CountChild wish -> radius.count(wish, this::step);
      case Effect.FindOwner(long spi, UdpDatagram datagram) -> {
        if (held.add(spi, new Message(datagram, hopsNow))) {
          lookUp(spi, 0);
        }
      }
      case Effect.Gather(long spi) -> gather(spi, 0);
      case Effect.PeerBeganAnew(var contact) -> begunAnew.accept(contact);
      case Effect.GivenAway answer -> givenAway.accept(answer);
      case Effect.LookUp(long spi, long forSpi) -> lookUpFor(spi, forSpi, 0);
      case Effect.Report(long session, String name, String detail) ->
          sessionLog.info("session={} {} {}", String.format("%016x", session), name, detail);
    }
  }

  private void lookUp(long spi, int attempt) {
    var _ =
        store.findIkeSa(spi).thenAcceptAsync(found -> decide(spi, found, attempt, true), control);
  }

  private void decide(long spi, Found<IkeSaImage> found, int attempt, boolean mayClaim) {
    boolean missed = missing.remove(spi);
    switch (found) {
      case Found.Present<IkeSaImage>(Owned<IkeSaImage> owned) -> {
        Owner owner = owned.fence().owner();
        boolean ours = owner.equals(membership.self());
        if (engine.carries(spi)) {
          flush(spi, membership.self());
        } else if (ours && !mayClaim) {
          adopt(owned);
        } else if (mayClaim && (ours || !membership.alive(owner))) {
          claims.incrementAndGet();
          var _ =
              store
                  .claimIkeSa(spi, owned.fence().epoch(), membership.self())
                  .thenAcceptAsync(answer -> decide(spi, answer, attempt, false), control);
        } else {
          flush(spi, owner);
        }
      }
      case Found.Absent<IkeSaImage>() -> absent(spi, missed);
      case Found.Unknown<IkeSaImage>() -> {
        if (attempt >= RETRIES_MAX) {
          held.drop(spi);
        } else {
          control.after(RETRY_MILLIS, () -> lookUp(spi, attempt + 1));
        }
      }
    }
  }

  /** Nobody has it, says the store; if it says so twice, the peer may be told (RFC 6290). */
  private void absent(long spi, boolean again) {
    if (!again) {
      missing.add(spi);
      control.after(LOSS_MILLIS, () -> lookUp(spi, 0));
      return;
    }
    for (Waiting waiting : held.take(spi)) {
      if (waiting instanceof Message(UdpDatagram datagram, _)) {
        step(new Event.Unowned(datagram));
      }
    }
  }

  /** Claims an IKE SA, whoever has it. */
  private void gather(long spi, int attempt) {
    var _ =
        store
            .findIkeSa(spi)
            .thenCompose(
                found ->
                    found instanceof Found.Present<IkeSaImage>(Owned<IkeSaImage> owned)
                        ? store.claimIkeSa(spi, owned.fence().epoch(), membership.self())
                        : CompletableFuture.completedStage(found))
            .thenAcceptAsync(found -> gathered(spi, found, attempt), control);
  }

  private void gathered(long spi, Found<IkeSaImage> found, int attempt) {
    if (found instanceof Found.Present<IkeSaImage>(Owned<IkeSaImage> owned)
        && owned.fence().owner().equals(membership.self())) {
      adopt(owned);
    } else if (found instanceof Found.Absent<IkeSaImage> || attempt >= RETRIES_MAX) {
      step(new Event.Lost(spi));
    } else {
      control.after(RETRY_MILLIS, () -> gather(spi, attempt + 1));
    }
  }

  @Override
  public int moving() {
    return Math.toIntExact(engine.movable(false).count());
  }

  @Override
  public Optional<Fence> movable(long spi) {
    return engine.movable(spi).map(Owned::fence);
  }

  @Override
  public Map<Long, Fence> movable(boolean patient, Set<Long> except, int max) {
    return engine
        .movable(patient)
        .filter(owned -> !except.contains(owned.image().localSpi()))
        .limit(max)
        .collect(Collectors.toMap(owned -> owned.image().localSpi(), Owned::fence));
  }

  /**
   * Hands an IKE SA to another member. It is forgotten here once the store says so, or says that it
   * is not ours any more; messages that come meanwhile are answered, if their commit is first.
   */
  @Override
  public void handOver(long spi, Fence fence, Owner successor, Consumer<Outcome> ended) {
    var _ =
        store
            .handOverIkeSa(spi, fence, successor)
            .thenAcceptAsync(
                outcome -> {
                  if (outcome != Outcome.UNKNOWN) {
                    step(new Event.Lost(spi));
                  }
                  ended.accept(outcome);
                },
                control);
  }

  /**
   * The store has met another half of the cluster: asks it about each IKE SA. One that another
   * member owns, or that this one owned in a history that has ended, is forgotten here, and claimed
   * anew if it still is ours.
   */
  void confirmAll() {
    engine.movable(false).toList().forEach(mine -> confirm(mine.image().localSpi(), mine.fence()));
  }

  private void confirm(long spi, Fence mine) {
    var _ =
        store
            .findIkeSa(spi)
            .thenAcceptAsync(
                found -> {
                  if (found instanceof Found.Present<IkeSaImage>(Owned<IkeSaImage> owned)
                      && owned.fence().epoch() > mine.epoch()
                      && engine.carries(spi)) {
                    step(new Event.Lost(spi));
                    if (held.open(spi)) {
                      decide(spi, found, 0, true);
                    }
                  }
                },
                control);
  }

  private void lookUpFor(long spi, long forSpi, int attempt) {
    var _ =
        store
            .findIkeSa(spi)
            .thenAcceptAsync(
                found -> {
                  switch (found) {
                    case Found.Present<IkeSaImage>(Owned<IkeSaImage> owned) ->
                        step(new Event.LookedUp(forSpi, Optional.of(owned.image())));
                    case Found.Absent<IkeSaImage>() ->
                        step(new Event.LookedUp(forSpi, Optional.empty()));
                    case Found.Unknown<IkeSaImage>() -> {
                      if (attempt < RETRIES_MAX) {
                        control.after(RETRY_MILLIS, () -> lookUpFor(spi, forSpi, attempt + 1));
                      }
                    }
                  }
                },
                control);
  }

  private void flush(long spi, Owner owner) {
    boolean here = owner.equals(membership.self());
    for (Waiting waiting : held.take(spi)) {
      switch (waiting) {
        case Message(UdpDatagram datagram, int hops) when here -> received(datagram, hops);
        case Message(UdpDatagram datagram, int hops) -> {
          if (hops < HOPS_MAX) {
            interlink.ike(owner.member(), datagram, hops + 1);
          }
        }
        case Due(int saId, boolean exhausted) when here ->
            step(new Event.ChildDue(spi, saId, exhausted));
        case Due(int saId, boolean exhausted) ->
            interlink.childDue(owner.member(), spi, saId, exhausted);
        case Moved(int saId, PeerPath path) when here -> step(new Event.PeerMoved(spi, saId, path));
        case Moved(int saId, PeerPath path) -> interlink.peerMoved(owner.member(), spi, saId, path);
      }
    }
  }

  /**
   * Ends the sessions of this member that fit.
   *
   * @return whether there was one
   */
  boolean disconnect(SessionQuery query) {
    List<IkeSaImage> found =
        engine
            .images()
            .filter(each -> each.phase() == IkeSaImage.Phase.ESTABLISHED)
            .filter(
                each -> query.fits(each.sessionId(), each.grants().user(), each.virtualAddresses()))
            .toList();
    found.forEach(each -> step(new Event.Disconnect(each.localSpi())));
    return !found.isEmpty();
  }

  @Override
  public List<IkeSaImage> established() {
    return engine.images().filter(image -> image.phase() == IkeSaImage.Phase.ESTABLISHED).toList();
  }

  /** IKE SAs of this member, at most {@code max}. */
  List<SessionView> sessions(int max) {
    return engine
        .images()
        .limit(max)
        .map(image -> SessionViews.of(image, membership.self(), directory))
        .toList();
  }

  long size() {
    return size;
  }

  long halfOpen() {
    return halfOpen;
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
}
