package io.phalanx.replication.interlink;

import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.replication.Interlink;
import io.phalanx.replication.Membership;
import io.phalanx.replication.Owner;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link Interlink} and {@link Membership} without a socket: datagrams and time in, datagrams out.
 * Who is alive is {@link LivenessTracker}'s matter, octets are {@link FrameCodec}'s and {@link
 * Sealing}'s.
 *
 * <p>{@link #beat}, {@link #tick}, {@link #received}, {@link #doubt}, {@link #watch} and {@link
 * #endProbation} are for one thread, the interlink's; the others are for any.
 */
public final class InterlinkCore implements Interlink, Membership {
  /** Takes datagrams to other members. */
  public interface Wire {
    /**
     * @param always whether it goes out however much waits already, as heartbeats do
     * @return false if it was dropped
     */
    boolean send(int member, byte[] datagram, boolean always);
  }

  /** Times that a goodbye is said, since it may be lost. */
  private static final int GOODBYES = 3;

  private static final Logger log = LoggerFactory.getLogger(InterlinkCore.class);

  private final InterlinkSettings settings;
  private final Interlink.Receiver receiver;
  private final InterlinkListener listener;
  private final Wire wire;
  private final Sealing sealing;
  private final LivenessTracker tracker;
  private final List<Membership.Listener> watchers = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Optional<Owner>> probation = new CompletableFuture<>();
  private final LongAdder sent = new LongAdder();
  private final LongAdder received = new LongAdder();
  private final LongAdder notSent = new LongAdder();
  private final LongAdder strangers = new LongAdder();
  private final LongAdder notAuthentic = new LongAdder();
  private final LongAdder stale = new LongAdder();
  private final LongAdder unreadable = new LongAdder();
  private volatile Set<Owner> living;
  private volatile Set<Owner> heardByOthers = Set.of();

  public InterlinkCore(
      InterlinkSettings settings,
      Interlink.Receiver receiver,
      InterlinkListener listener,
      Wire wire,
      long nowNanos) {
    this.settings = settings;
    this.receiver = receiver;
    this.listener = listener;
    this.wire = wire;
    this.sealing = new Sealing(settings.self(), settings.keys());
    this.tracker =
        new LivenessTracker(
            settings.self(),
            settings.peers().keySet(),
            settings.startNonce(),
            settings.suspectAfter().toNanos(),
            nowNanos);
    this.living = tracker.living();
  }

  /** Sends heartbeats. */
  public void beat() {
    Frame.Heartbeat heartbeat = tracker.heartbeat();
    settings.peers().keySet().stream().sorted().forEach(member -> send(member, heartbeat, true));
  }

  /** Lets time pass; several times within the silence that makes a member suspect. */
  public void tick(long nowNanos) {
    tracker.tick(nowNanos);
    heardByOthers = tracker.heardByOthers();
    tellChanges();
  }

  /** The store has lost its connections to a member: a short silence means now that it is dead. */
  public void doubt(int member) {
    tracker.doubt(member);
  }

  private void tellChanges() {
    List<LivenessTracker.Change> changes = tracker.changes();
    if (!changes.isEmpty()) {
      living = tracker.living();
      changes.forEach(this::tell);
    }
  }

  private void tell(LivenessTracker.Change change) {
    switch (change) {
      case LivenessTracker.Change.Up(var owner) -> watchers.forEach(w -> w.up(owner));
      case LivenessTracker.Change.Down(var owner) -> watchers.forEach(w -> w.down(owner));
      case LivenessTracker.Change.Left(var owner) -> watchers.forEach(w -> w.left(owner));
      case LivenessTracker.Change.SelfPaused(var gapNanos) -> listener.selfPaused(gapNanos);
      case LivenessTracker.Change.Duplicate(var other) -> {
        log.error(
            "two processes have the id of member {}; the other one is {}", other.member(), other);
        listener.duplicateMemberId(other);
        if (other.member() == settings.self().member()) {
          probation.complete(Optional.of(other));
        }
      }
    }
  }

  /**
   * A datagram has come in.
   *
   * @param source the member that has the address it came from
   */
  public void received(int source, byte[] datagram, long nowNanos) {
    sealing
        .open(datagram)
        .filter(opened -> opened.sender().member() == source)
        .ifPresentOrElse(opened -> take(opened, nowNanos), notAuthentic::increment);
    tellChanges();
  }

  /** A datagram has come from an address that is no member's. */
  void strangerHeard() {
    strangers.increment();
  }

  private void take(Sealing.Opened opened, long nowNanos) {
    received.increment();
    LivenessTracker.Verdict verdict = tracker.received(opened.sender(), opened.counter(), nowNanos);
    if (verdict == LivenessTracker.Verdict.STALE) {
      stale.increment();
      return;
    }
    Optional<Frame> frame = FrameCodec.decode(opened.frame());
    switch (frame.orElse(null)) {
      case null -> unreadable.increment();
      case Frame.Heartbeat heartbeat ->
          tracker.heartbeat(opened.sender(), opened.counter(), heartbeat, nowNanos);
      case Frame.Goodbye _ -> tracker.goodbye(opened.sender(), nowNanos);
      case Frame other when verdict == LivenessTracker.Verdict.FRESH ->
          deliver(opened.sender().member(), other);
      case Frame _ -> stale.increment();
    }
  }

  private void deliver(int from, Frame frame) {
    switch (frame) {
      case Frame.EspForward(var datagram, var hops) -> receiver.espForwarded(from, datagram, hops);
      case Frame.ClearForward(var packet, var hops) -> receiver.clearForwarded(from, packet, hops);
      case Frame.IkeForward(var datagram, var hops) -> receiver.ikeForwarded(from, datagram, hops);
      case Frame.ChildDue(var ikeSpi, var saId, var exhausted) ->
          receiver.childDue(from, ikeSpi, saId, exhausted);
      case Frame.PeerMoved(var ikeSpi, var saId, var path) ->
          receiver.peerMoved(from, ikeSpi, saId, path);
      case Frame.HandedOver(var ikeSpi, var saId) -> receiver.handedOver(from, ikeSpi, saId);
      case Frame.Note(var octets) -> receiver.note(from, octets);
      case Frame.Heartbeat _, Frame.Goodbye _ -> {}
    }
  }

  private void send(int member, Frame frame, boolean always) {
    Optional<byte[]> datagram =
        settings.peers().containsKey(member) ? sealing.seal(member, frame) : Optional.empty();
    if (datagram.isPresent() && wire.send(member, datagram.get(), always)) {
      sent.increment();
    } else {
      notSent.increment();
    }
  }

  @Override
  public void esp(int member, UdpDatagram datagram, int hops) {
    send(member, new Frame.EspForward(datagram, hops), false);
  }

  @Override
  public void clear(int member, byte[] packet, int offset, int length, int hops) {
    byte[] own = Arrays.copyOfRange(packet, offset, offset + length);
    send(member, new Frame.ClearForward(own, hops), false);
  }

  @Override
  public void ike(int member, UdpDatagram datagram, int hops) {
    send(member, new Frame.IkeForward(datagram, hops), false);
  }

  @Override
  public void childDue(int member, long ikeSpi, int saId, boolean exhausted) {
    send(member, new Frame.ChildDue(ikeSpi, saId, exhausted), false);
  }

  @Override
  public void peerMoved(int member, long ikeSpi, int saId, PeerPath path) {
    send(member, new Frame.PeerMoved(ikeSpi, saId, path), false);
  }

  @Override
  public void handedOver(int member, long ikeSpi, int saId) {
    send(member, new Frame.HandedOver(ikeSpi, saId), false);
  }

  @Override
  public void note(int member, byte[] note) {
    send(member, new Frame.Note(note), false);
  }

  @Override
  public Owner self() {
    return settings.self();
  }

  @Override
  public boolean alive(Owner owner) {
    return living.contains(owner);
  }

  @Override
  public Set<Owner> living() {
    return living;
  }

  @Override
  public boolean heardByAnother(Owner owner) {
    return heardByOthers.contains(owner);
  }

  /** The listener is told of those that are alive already, too. */
  @Override
  public void watch(Membership.Listener watcher) {
    watchers.add(watcher);
    living.stream().filter(owner -> !owner.equals(self())).forEach(watcher::up);
  }

  /** The first moments are over: completes {@link #probation} with what was heard. */
  public void endProbation() {
    probation.complete(tracker.duplicate());
  }

  /**
   * Completes after the first moments: with the other process that has this member's id, if one was
   * heard, and else empty. Until then this member must not use its id for anything.
   */
  public CompletionStage<Optional<Owner>> probation() {
    return probation.minimalCompletionStage();
  }

  public InterlinkCounters counters() {
    return new InterlinkCounters(
        sent.sum(),
        received.sum(),
        notSent.sum(),
        strangers.sum(),
        notAuthentic.sum(),
        stale.sum(),
        unreadable.sum());
  }

  /** Says goodbye to the others, so that they need not wait for the silence. */
  @Override
  public void close() {
    for (int i = 0; i < GOODBYES; i++) {
      settings.peers().keySet().forEach(member -> send(member, new Frame.Goodbye(), true));
    }
  }
}
