package io.phalanx.it.balancer;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A UDP balancer in proxy style: members see one upstream socket per client endpoint, and any of
 * them may answer through it.
 *
 * <p>Everything runs on one event loop; state is not shared. Batches: datagrams read in one turn
 * are flushed once, at its end.
 */
public final class Balancer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Balancer.class);
  private static final int DATAGRAM_OCTETS_MAX = 65_535;
  private static final int SOCKET_BUFFER_OCTETS = 4 << 20;

  /** Told on the event loop when a backend has come or gone. */
  @FunctionalInterface
  public interface Listener {
    void changed(Backend backend, boolean up, String why, List<Backend> live);
  }

  private final BalancerConfig config;
  private final PacketTap tap;
  private final Listener listener;
  private final MultiThreadIoEventLoopGroup loop;
  private final boolean epoll = Epoll.isAvailable();
  private final Map<Port, Channel> listeners = new EnumMap<>(Port.class);
  private final Map<InetSocketAddress, Backend> known = new HashMap<>();
  private final TreeMap<String, Backend> live = new TreeMap<>();
  private final List<HealthCheck> checks = new ArrayList<>();
  private final ClientTable clients;
  private final Set<Channel> unflushed = new LinkedHashSet<>();
  private final LongAdder dropped = new LongAdder();
  private volatile Map<Port, InetSocketAddress> addresses = Map.of();

  private Balancer(BalancerConfig config, PacketTap tap, Listener listener) {
    this.config = config;
    this.tap = tap;
    this.listener = listener;
    this.clients = new ClientTable(config.clientsMax(), config.idleExpiry().toNanos());
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    this.loop = new MultiThreadIoEventLoopGroup(1, io);
    for (Backend backend : config.backends()) {
      known.put(backend.endpoint(Port.IKE), backend);
      known.put(backend.endpoint(Port.NAT), backend);
    }
  }

  /**
   * Binds both ports and begins to check the backends.
   *
   * @throws IOException when a port cannot be bound; the message names it
   */
  public static Balancer start(BalancerConfig config, PacketTap tap, Listener listener)
      throws IOException {
    Balancer balancer = new Balancer(config, tap, listener);
    try {
      balancer.bind(Port.IKE, config.ikePort());
      balancer.bind(Port.NAT, config.natPort());
    } catch (IOException failed) {
      balancer.close();
      throw failed;
    }
    balancer.loop.execute(balancer::startChecks);
    return balancer;
  }

  /** Which of these backends gets the datagrams of a client. */
  public static Optional<Backend> choice(InetAddress client, List<Backend> live) {
    return SourceHash.choose(client, live);
  }

  /** Where clients reach a port. */
  public InetSocketAddress address(Port port) {
    return Optional.ofNullable(addresses.get(port)).orElseThrow();
  }

  /** Datagrams dropped: no living backend, or an answer from a stranger. */
  public long dropped() {
    return dropped.sum();
  }

  /** Gives the living backends, at some moment after the call, on the event loop. */
  public void live(Consumer<List<Backend>> answer) {
    loop.execute(() -> answer.accept(List.copyOf(live.values())));
  }

  /**
   * Sends a datagram to one backend as if it came from a client that is known; the tap does not see
   * it. For replays.
   */
  public void inject(InetSocketAddress client, Port port, Backend backend, byte[] payload) {
    loop.execute(
        () ->
            clients
                .get(new ClientTable.Key(client, port), System.nanoTime())
                .ifPresentOrElse(
                    upstream ->
                        unattended(
                            upstream.writeAndFlush(
                                new DatagramPacket(
                                    Unpooled.wrappedBuffer(payload), backend.endpoint(port)))),
                    dropped::increment));
  }

  @Override
  public void close() {
    loop.execute(() -> checks.forEach(HealthCheck::close));
    loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private void bind(Port port, int number) throws IOException {
    InetSocketAddress address = new InetSocketAddress(config.address(), number);
    var bound = datagrams(new FromClients(port)).bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException("cannot listen on UDP " + address, bound.cause());
    }
    listeners.put(port, bound.channel());
    Map<Port, InetSocketAddress> all = new EnumMap<>(Port.class);
    all.putAll(addresses);
    all.put(port, (InetSocketAddress) bound.channel().localAddress());
    addresses = Map.copyOf(all);
  }

  private Bootstrap datagrams(ChannelInboundHandlerAdapter handler) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(epoll ? EpollDatagramChannel.class : NioDatagramChannel.class)
            .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER_OCTETS)
            .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER_OCTETS)
            .handler(handler);
    if (epoll) {
      // recvmmsg: as many datagrams in one call as the buffer has room for.
      bootstrap
          .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, 2048)
          .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(32 * 2048));
    } else {
      bootstrap.option(
          ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(DATAGRAM_OCTETS_MAX));
    }
    return bootstrap;
  }

  private void startChecks() {
    for (Backend backend : config.backends()) {
      Bootstrap connections =
          new Bootstrap()
              .group(loop)
              .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class);
      checks.add(
          new HealthCheck(backend, connections, config, verdict -> judged(backend, verdict)));
    }
    unattended(
        loop.scheduleAtFixedRate(
            this::tick, 0, config.checkInterval().toNanos(), TimeUnit.NANOSECONDS));
  }

  private void tick() {
    long now = System.nanoTime();
    checks.forEach(check -> check.tick(now));
    clients.expire(now).forEach(gone -> unattended(gone.close()));
  }

  private void judged(Backend backend, HealthCheck.Verdict verdict) {
    boolean was = live.containsKey(backend.name());
    if (was == verdict.up()) {
      return;
    }
    if (verdict.up()) {
      live.put(backend.name(), backend);
    } else {
      live.remove(backend.name());
    }
    listener.changed(backend, verdict.up(), verdict.why(), List.copyOf(live.values()));
  }

  private void send(Channel channel, ByteBuf payload, InetSocketAddress recipient) {
    unattended(channel.write(new DatagramPacket(payload, recipient)));
    unflushed.add(channel);
  }

  private void flush() {
    unflushed.forEach(Channel::flush);
    unflushed.clear();
  }

  /** Datagrams of clients, on one of the two listeners. */
  private final class FromClients extends ChannelInboundHandlerAdapter {
    private final Port port;

    FromClients(Port port) {
      this.port = port;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      DatagramPacket datagram = (DatagramPacket) message;
      Optional<Backend> backend = SourceHash.choose(addressOf(datagram.sender()), live.values());
      if (backend.isEmpty()) {
        dropped.increment();
        datagram.release();
        return;
      }
      InetSocketAddress client = datagram.sender();
      tap.packet(
          PacketTap.Direction.TO_GATEWAY,
          port,
          client,
          backend.get(),
          datagram.content().nioBuffer().asReadOnlyBuffer());
      pass(client, backend.get(), datagram.content());
    }

    private void pass(InetSocketAddress client, Backend backend, ByteBuf payload) {
      InetSocketAddress recipient = backend.endpoint(port);
      var key = new ClientTable.Key(client, port);
      Optional<Channel> upstream = clients.get(key, System.nanoTime());
      if (upstream.isPresent()) {
        send(upstream.get(), payload, recipient);
        return;
      }
      unattended(
          datagrams(new FromBackends(key))
              .bind(upstreamAddress(backend))
              .addListener(
                  (ChannelFuture bound) -> {
                    if (!bound.isSuccess()) {
                      log.warn("no socket for client {}: {}", client, bound.cause().toString());
                      dropped.increment();
                      payload.release();
                      return;
                    }
                    clients
                        .put(key, bound.channel(), System.nanoTime())
                        .ifPresent(old -> unattended(old.close()));
                    unattended(
                        bound.channel().writeAndFlush(new DatagramPacket(payload, recipient)));
                  }));
    }

    /** Any address: which one reaches the backends is the kernel's to say. */
    private SocketAddress upstreamAddress(Backend backend) {
      return new InetSocketAddress(anyAddress(backend.address()), 0);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      log.warn("listener {}: {}", port, cause.toString());
    }
  }

  /** Answers, from any backend, to one client. */
  private final class FromBackends extends ChannelInboundHandlerAdapter {
    private final ClientTable.Key key;

    FromBackends(ClientTable.Key key) {
      this.key = key;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      DatagramPacket datagram = (DatagramPacket) message;
      Optional<Backend> backend = Optional.ofNullable(known.get(datagram.sender()));
      Optional<Channel> listening = Optional.ofNullable(listeners.get(key.port()));
      if (backend.isEmpty() || listening.isEmpty()) {
        dropped.increment();
        ReferenceCountUtil.release(datagram);
        return;
      }
      clients.touch(key, System.nanoTime());
      tap.packet(
          PacketTap.Direction.TO_CLIENT,
          key.port(),
          key.client(),
          backend.get(),
          datagram.content().nioBuffer().asReadOnlyBuffer());
      send(listening.get(), datagram.content(), key.client());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      log.debug("upstream of {}: {}", key.client(), cause.toString());
    }
  }

  /** A datagram that cannot be sent is lost, as any may be; nobody waits for the outcome. */
  static void unattended(Future<?> outcome) {}

  private static InetAddress addressOf(InetSocketAddress endpoint) {
    return endpoint.getAddress();
  }

  private static InetAddress anyAddress(InetAddress like) {
    return InetAddress.ofLiteral(like.getAddress().length == 4 ? "0.0.0.0" : "::");
  }

  static String names(List<Backend> backends) {
    return backends.stream().map(Backend::name).collect(Collectors.joining(" "));
  }
}
