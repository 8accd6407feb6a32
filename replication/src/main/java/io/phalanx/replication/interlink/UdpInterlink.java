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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link Interlink} and {@link Membership} over one UDP socket with a thread of its own, so that
 * busy packet loops do not delay heartbeats. A shell around {@link InterlinkCore}.
 *
 * <p>Packet loops seal on their own thread and hand the datagram over; when the socket falls
 * behind, their datagrams are dropped, and heartbeats are not.
 */
public final class UdpInterlink implements Interlink, Membership {
  /** The octets that may wait for the socket: some milliseconds of a fast network. */
  private static final WriteBufferWaterMark WAITING_OCTETS =
      new WriteBufferWaterMark(512 * 1024, 1024 * 1024);

  private static final int SOCKET_BUFFER_OCTETS = 4 * 1024 * 1024;

  /** Silences that are listened to before this member's id counts as its own. */
  private static final int PROBATION = 3;

  private static final Logger log = LoggerFactory.getLogger(UdpInterlink.class);

  private final InterlinkSettings settings;
  private final InterlinkCore core;
  private final Map<InetSocketAddress, Integer> memberAt;
  private final MultiThreadIoEventLoopGroup group;
  private final Channel channel;
  private final EventLoop loop;

  private UdpInterlink(
      InterlinkSettings settings, Interlink.Receiver receiver, InterlinkListener listener)
      throws IOException {
    this.settings = settings;
    this.core = new InterlinkCore(settings, receiver, listener, this::send, System.nanoTime());
    this.memberAt =
        settings.peers().entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
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
        loop.scheduleWithFixedDelay(guarded(core::beat), 0, heartbeatNanos, TimeUnit.NANOSECONDS);
    // Finer than the heartbeats, so that a silence is noticed when it is over and not long after.
    long tickNanos = Math.max(heartbeatNanos / 5, 1_000_000);
    var _ =
        loop.scheduleWithFixedDelay(
            guarded(() -> core.tick(System.nanoTime())),
            tickNanos,
            tickNanos,
            TimeUnit.NANOSECONDS);
    var _ =
        loop.schedule(
            core::endProbation,
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

  /** Datagrams in; on the interlink's thread. */
  private final class Inbound extends SimpleChannelInboundHandler<DatagramPacket> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
      Integer source = memberAt.get(packet.sender());
      if (source == null) {
        core.strangerHeard();
        return;
      }
      ByteBuf content = packet.content();
      byte[] datagram = new byte[content.readableBytes()];
      content.readBytes(datagram);
      core.received(source, datagram, System.nanoTime());
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

  private boolean send(int member, byte[] datagram, boolean always) {
    InetSocketAddress address = settings.peers().get(member);
    if (address == null || !(always || channel.isWritable())) {
      return false;
    }
    var _ =
        channel.writeAndFlush(
            new DatagramPacket(Unpooled.wrappedBuffer(datagram), address), channel.voidPromise());
    return true;
  }

  @Override
  public void esp(int member, UdpDatagram datagram, int hops) {
    core.esp(member, datagram, hops);
  }

  @Override
  public void clear(int member, byte[] packet, int offset, int length, int hops) {
    core.clear(member, packet, offset, length, hops);
  }

  @Override
  public void ike(int member, UdpDatagram datagram, int hops) {
    core.ike(member, datagram, hops);
  }

  @Override
  public void childDue(int member, long ikeSpi, int saId, boolean exhausted) {
    core.childDue(member, ikeSpi, saId, exhausted);
  }

  @Override
  public void peerMoved(int member, long ikeSpi, int saId, PeerPath path) {
    core.peerMoved(member, ikeSpi, saId, path);
  }

  @Override
  public void handedOver(int member, long ikeSpi, int saId) {
    core.handedOver(member, ikeSpi, saId);
  }

  @Override
  public void note(int member, byte[] note) {
    core.note(member, note);
  }

  /** See {@link InterlinkCore#doubt}. */
  public void doubt(int member) {
    loop.execute(() -> core.doubt(member));
  }

  @Override
  public Owner self() {
    return core.self();
  }

  @Override
  public boolean alive(Owner owner) {
    return core.alive(owner);
  }

  @Override
  public Set<Owner> living() {
    return core.living();
  }

  @Override
  public boolean heardByAnother(Owner owner) {
    return core.heardByAnother(owner);
  }

  @Override
  public void watch(Membership.Listener watcher) {
    loop.execute(() -> core.watch(watcher));
  }

  /** See {@link InterlinkCore#probation}. */
  public CompletionStage<Optional<Owner>> probation() {
    return core.probation();
  }

  public InterlinkCounters counters() {
    return core.counters();
  }

  /** Says goodbye to the others, so that they need not wait for the silence, and closes. */
  @Override
  public void close() {
    core.close();
    channel.close().awaitUninterruptibly();
    var _ = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
