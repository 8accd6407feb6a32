package io.phalanx.datapath.udp;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import io.phalanx.datapath.PacketLoops;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.datapath.linux.MarkedSender;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's UDP sockets: for each listen address an IKE and a NAT port, on epoll once per
 * packet loop with SO_REUSEPORT, on NIO once.
 *
 * <p>Writes are bounded by the sockets' water mark: what the kernel does not take is dropped, not
 * queued without end.
 */
public final class UdpPorts implements DatagramPorts {
  private static final int DATAGRAMS_PER_READ = 32;
  private static final int MARKER_OCTETS = 4;
  private static final int KEEPALIVE = 0xff;

  /** RFC 3493 §5.3; level and number as Linux has them. */
  private static final ChannelOption<Integer> IPV6_V6ONLY =
      new IntegerUnixChannelOption("IPV6_V6ONLY", 41, 26);

  private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(1 << 20, 4 << 20);

  private final List<InetAddress> addresses;
  private final PacketLoops loops;
  private final int bufferOctets;
  private final int socketLoops;
  private final Channel[][] ike; // by listen address and loop
  private final Channel[][] nat;
  private final List<MarkedQueue> marked = new ArrayList<>();
  private final @Nullable MarkedSender[] markers; // by loop, once there is something to be marked
  private int ikePort;
  private int natPort;

  private UdpPorts(List<InetAddress> addresses, PacketLoops loops, int bufferOctets) {
    this.addresses = List.copyOf(addresses);
    this.loops = loops;
    this.bufferOctets = bufferOctets;
    this.socketLoops = loops.epoll() ? loops.count() : 1;
    this.ike = new Channel[addresses.size()][socketLoops];
    this.nat = new Channel[addresses.size()][socketLoops];
    this.markers = new MarkedSender[loops.count()];
  }

  /**
   * Binds all sockets. They read nothing before {@link #start}.
   *
   * @param ikePort 0 for any
   * @param natPort 0 for any
   * @throws BindFailure saying which address and port cannot be had, why, and what to do
   */
  public static UdpPorts bind(
      List<InetAddress> addresses, int ikePort, int natPort, PacketLoops loops, int bufferOctets)
      throws BindFailure {
    UdpPorts ports = new UdpPorts(addresses, loops, bufferOctets);
    try {
      ports.ikePort = ports.bindAll(ports.ike, ikePort);
      ports.natPort = ports.bindAll(ports.nat, natPort);
      return ports;
    } catch (BindFailure failure) {
      ports.close();
      throw failure;
    }
  }

  /**
   * Begins to deliver what arrives.
   *
   * @param readTrafficClass whether to tell that of what comes to the NAT port, where there is
   *     epoll
   */
  public void start(DatagramReceiver receiver, boolean readTrafficClass) {
    for (int listen = 0; listen < addresses.size(); listen++) {
      for (int loop = 0; loop < socketLoops; loop++) {
        start(ike[listen][loop], new UdpHandler(loop, listen, false, receiver));
        if (readTrafficClass && loops.epoll()) {
          EpollDatagramChannel channel = (EpollDatagramChannel) nat[listen][loop];
          marked.add(MarkedQueue.start(channel, loops.loop(loop), loop, listen, receiver));
        } else {
          start(nat[listen][loop], new UdpHandler(loop, listen, true, receiver));
        }
      }
    }
  }

  private static void start(Channel channel, UdpHandler handler) {
    channel.pipeline().addLast(handler);
    channel.config().setAutoRead(true);
  }

  @Override
  public int ikePort() {
    return ikePort;
  }

  @Override
  public int natPort() {
    return natPort;
  }

  // Writing

  @Override
  public int listenFor(PeerPath path) {
    boolean ipv4 = path.peer().getAddress() instanceof Inet4Address;
    int named = path.listen();
    if (named >= 0
        && named < addresses.size()
        && addresses.get(named) instanceof Inet4Address == ipv4) {
      return named;
    }
    for (int listen = 0; listen < addresses.size(); listen++) {
      if (addresses.get(listen) instanceof Inet4Address == ipv4) {
        return listen;
      }
    }
    return 0;
  }

  @Override
  public boolean write(int loop, int listen, InetSocketAddress peer, byte[] packet, int length) {
    Channel channel = nat[listen][loop % socketLoops];
    if (!channel.isWritable()) {
      return false;
    }
    ByteBuf content = channel.alloc().directBuffer(length).writeBytes(packet, 0, length);
    var _ = channel.write(new DatagramPacket(content, peer), channel.voidPromise());
    return true;
  }

  @Override
  public boolean canMark() {
    return loops.epoll();
  }

  @Override
  public boolean sendMarked(
      int loop, int listen, InetSocketAddress peer, byte[] packet, int length, int trafficClass) {
    MarkedSender sender = markers[loop];
    if (sender == null) {
      sender = new MarkedSender();
      markers[loop] = sender;
    }
    EpollDatagramChannel channel = (EpollDatagramChannel) nat[listen][loop];
    channel.flush();
    return channel.isWritable()
        && sender.send(channel.fd().intValue(), peer, packet, length, trafficClass);
  }

  @Override
  public void flush(int loop, int listen) {
    nat[listen][loop % socketLoops].flush();
  }

  @Override
  public boolean sendIke(UdpDatagram datagram) {
    PeerPath path = new PeerPath(datagram.peer(), datagram.listen());
    Channel channel = channel(datagram.natPort() ? nat : ike, path);
    if (!channel.isWritable()) {
      return false;
    }
    byte[] message = datagram.payload();
    ByteBuf content = channel.alloc().directBuffer(message.length + MARKER_OCTETS);
    if (datagram.natPort()) {
      content.writeZero(MARKER_OCTETS);
    }
    send(channel, content.writeBytes(message), path);
    return true;
  }

  @Override
  public boolean sendKeepalive(PeerPath path) {
    Channel channel = channel(nat, path);
    if (!channel.isWritable()) {
      return false;
    }
    send(channel, channel.alloc().directBuffer(1).writeByte(KEEPALIVE), path);
    return true;
  }

  private Channel channel(Channel[][] side, PeerPath path) {
    return side[listenFor(path)][Math.floorMod(path.peer().hashCode(), socketLoops)];
  }

  private static void send(Channel channel, ByteBuf content, PeerPath path) {
    var _ = channel.writeAndFlush(new DatagramPacket(content, path.peer()), channel.voidPromise());
  }

  @Override
  public void close() {
    marked.forEach(MarkedQueue::stop);
    List<ChannelFuture> closing = new ArrayList<>();
    for (Channel[][] side : List.of(ike, nat)) {
      for (Channel[] channels : side) {
        Stream.of(channels).filter(Objects::nonNull).map(Channel::close).forEach(closing::add);
      }
    }
    closing.forEach(ChannelFuture::awaitUninterruptibly);
  }

  // Binding

  private int bindAll(Channel[][] side, int port) throws BindFailure {
    int actual = port;
    for (int listen = 0; listen < addresses.size(); listen++) {
      InetAddress address = addresses.get(listen);
      actual = loops.epoll() ? probe(address, actual) : actual;
      for (int loop = 0; loop < socketLoops; loop++) {
        Bootstrap bootstrap = bootstrap(address, loop);
        if (loops.epoll()) {
          bootstrap.option(UnixChannelOption.SO_REUSEPORT, true);
        }
        side[listen][loop] = bindOne(bootstrap, new InetSocketAddress(address, actual));
        actual = portOf(side[listen][loop]);
      }
    }
    return actual;
  }

  /** With SO_REUSEPORT two gateways would share a port without a word; so it is tried without. */
  private int probe(InetAddress address, int port) throws BindFailure {
    Channel channel = bindOne(bootstrap(address, 0), new InetSocketAddress(address, port));
    int actual = portOf(channel);
    channel.close().awaitUninterruptibly();
    return actual;
  }

  private static int portOf(Channel channel) {
    return ((InetSocketAddress) channel.localAddress()).getPort();
  }

  private Bootstrap bootstrap(InetAddress address, int loop) {
    SocketProtocolFamily family =
        address instanceof Inet4Address ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loops.loop(loop))
            .handler(new ChannelInboundHandlerAdapter())
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.SO_RCVBUF, bufferOctets)
            .option(ChannelOption.SO_SNDBUF, bufferOctets)
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK);
    if (!loops.epoll()) {
      return bootstrap
          .channelFactory(() -> new NioDatagramChannel(family))
          .option(
              ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(DATAGRAM_OCTETS_MAX));
    }
    if (family == SocketProtocolFamily.INET6
        && addresses.stream().anyMatch(each -> each instanceof Inet4Address)) {
      bootstrap.option(IPV6_V6ONLY, 1); // else :: takes the ports of the IPv4 addresses as well
    }
    return bootstrap
        .channelFactory(() -> new EpollDatagramChannel(family))
        .option(EpollChannelOption.IP_FREEBIND, true)
        .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, DATAGRAM_OCTETS_MAX)
        .option(
            ChannelOption.RECVBUF_ALLOCATOR,
            new FixedRecvByteBufAllocator(DATAGRAM_OCTETS_MAX * DATAGRAMS_PER_READ));
  }

  private static Channel bindOne(Bootstrap bootstrap, InetSocketAddress at) throws BindFailure {
    ChannelFuture bound = bootstrap.bind(at).awaitUninterruptibly();
    Throwable cause = bound.cause();
    if (cause != null) {
      throw new BindFailure(at, cause);
    }
    return bound.channel();
  }
}
