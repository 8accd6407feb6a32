package io.phalanx.replication.interlink;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.replication.Interlink;
import io.phalanx.replication.Membership;
import io.phalanx.replication.Owner;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link Interlink} and {@link Membership} over one UDP socket with a thread of its own, so that
 * busy packet loops do not delay heartbeats. A shell: who is alive is {@link LivenessTracker}'s
 * matter, octets are {@link FrameCodec}'s and {@link Sealing}'s.
 *
 * <p>Packet loops seal on their own thread and hand the datagram over; when the socket falls
 * behind, their datagrams are dropped, and heartbeats are not.
 */
public final class UdpInterlink implements Interlink, Membership {
  /** The octets that may wait for the socket: some milliseconds of a fast network. */
  private static final WriteBufferWaterMark WAITING_OCTETS =
      new WriteBufferWaterMark(512 * 1024, 1024 * 1024);

  private static final int SOCKET_BUFFER_OCTETS = 4 * 1024 * 1024;

  /** Times that a goodbye is said, since it may be lost. */
  private static final int GOODBYES = 3;

  /** Silences that are listened to before this member's id counts as its own. */
  private static final int PROBATION = 3;

  private static final Logger log = LoggerFactory.getLogger(UdpInterlink.class);

  private final InterlinkSettings settings;
  private final Interlink.Receiver receiver;
  private final InterlinkListener listener;
  private final Sealing sealing;
  private final Map<InetSocketAddress, Integer> memberAt;
  private final LivenessTracker tracker;
  private final MultiThreadIoEventLoopGroup group;
  private final Channel channel;
  private final EventLoop loop;
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

  private UdpInterlink(
      InterlinkSettings settings, Interlink.Receiver receiver, InterlinkListener listener)
      throws IOException {
    this.settings = settings;
    this.receiver = receiver;
    this.listener = listener;
    this.sealing = new Sealing(settings.self(), settings.keys());
    this.memberAt =
        settings.peers().entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
    this.tracker =
        new LivenessTracker(
            settings.self(),
            settings.peers().keySet(),
            settings.startNonce(),
            settings.suspectAfter().toNanos(),
            System.nanoTime());
    this.living = tracker.living();
    boolean epoll = Epoll.isAvailable();
    this.group =
        new MultiThreadIoEventLoopGroup(
            1,
            Thread.ofPlatform().name("interlink").daemon().factory(),
            epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    this.channel = bind(epoll);
    this.loop = channel.eventLoop();
  }

  /**
   * Binds and begins to send heartbeats.
   *
   * @throws IOException if the address cannot be bound
   */
  public static UdpInterlink start(
      InterlinkSettings settings, Interlink.Receiver receiver, InterlinkListener listener)
      throws IOException {
    UdpInterlink interlink = new UdpInterlink(settings, receiver, listener);
    interlink.schedule();
    return interlink;
  }

  private Channel bind(boolean epoll) throws IOException {
    var bound =
        new Bootstrap()
            .group(group)
            .channel(epoll ? EpollDatagramChannel.class : NioDatagramChannel.class)
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(Sealing.DATAGRAM_MAX))
            .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER_OCTETS)
            .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER_OCTETS)
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WAITING_OCTETS)
            .handler(new Inbound())
            .bind(settings.bind())
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      var _ = group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      throw new IOException("the interlink cannot listen on " + settings.bind(), bound.cause());
    }
    return bound.channel();
  }

  private void schedule() {
    long heartbeatNanos = settings.heartbeat().toNanos();
    // With a fixed delay: after a pause of ours, nobody needs those that we have missed.
    var _ =
        loop.scheduleWithFixedDelay(guarded(this::beat), 0, heartbeatNanos, TimeUnit.NANOSECONDS);
    // Finer than the heartbeats, so that a silence is noticed when it is over and not long after.
    long tickNanos = Math.max(heartbeatNanos / 5, 1_000_000);
    var _ =
        loop.scheduleWithFixedDelay(
            guarded(this::tick), tickNanos, tickNanos, TimeUnit.NANOSECONDS);
    var _ =
        loop.schedule(
            () -> probation.complete(tracker.duplicate()),
            PROBATION * settings.suspectAfter().toNanos(),
            TimeUnit.NANOSECONDS);
  }

  /** A task that throws would not be run again, and the others would take us for dead. */
  private static Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException e) {
        log.error("the interlink has failed at a task", e);
      }
    };
  }

  private void beat() {
    Frame.Heartbeat heartbeat = tracker.heartbeat();
    settings.peers().keySet().forEach(member -> send(member, heartbeat, true));
  }

  private void tick() {
    tracker.tick(System.nanoTime());
    tellChanges();
  }

  /** The store has lost its connections to a member: a short silence means now that it is dead. */
  public void doubt(int member) {
    loop.execute(() -> tracker.doubt(member));
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

  /** Datagrams in; on the interlink's thread. */
  private final class Inbound extends SimpleChannelInboundHandler<DatagramPacket> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
      Integer source = memberAt.get(packet.sender());
      if (source == null) {
        strangers.increment();
        return;
      }
      ByteBuf content = packet.content();
      byte[] datagram = new byte[content.readableBytes()];
      content.readBytes(datagram);
      sealing
          .open(datagram)
          .filter(opened -> opened.sender().member() == source)
          .ifPresentOrElse(UdpInterlink.this::take, notAuthentic::increment);
      tellChanges();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (cause instanceof IOException) {
        // The ICMP error of a member that is down comes as one, too; its silence says it all.
        log.debug("interlink socket", cause);
      } else {
        log.error("the interlink has failed at a datagram", cause);
      }
    }
  }

  private void take(Sealing.Opened opened) {
    long nowNanos = System.nanoTime();
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
      case Frame.Note(var octets) -> receiver.note(from, octets);
      case Frame.Heartbeat _, Frame.Goodbye _ -> {}
    }
  }

  private void send(int member, Frame frame, boolean always) {
    InetSocketAddress address = settings.peers().get(member);
    if (address == null || !(always || channel.isWritable())) {
      notSent.increment();
      return;
    }
    Optional<byte[]> datagram = sealing.seal(member, frame);
    if (datagram.isEmpty()) {
      notSent.increment();
      return;
    }
    sent.increment();
    var _ =
        channel.writeAndFlush(
            new DatagramPacket(Unpooled.wrappedBuffer(datagram.get()), address),
            channel.voidPromise());
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

  /** The listener is told of those that are alive already, too. */
  @Override
  public void watch(Membership.Listener watcher) {
    loop.execute(
        () -> {
          watchers.add(watcher);
          living.stream().filter(owner -> !owner.equals(self())).forEach(watcher::up);
        });
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

  /** Says goodbye to the others, so that they need not wait for the silence, and closes. */
  @Override
  public void close() {
    for (int i = 0; i < GOODBYES; i++) {
      settings.peers().keySet().forEach(member -> send(member, new Frame.Goodbye(), true));
    }
    channel.close().awaitUninterruptibly();
    var _ = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
