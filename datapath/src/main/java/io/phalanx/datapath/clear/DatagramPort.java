package io.phalanx.datapath.clear;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.phalanx.datapath.ClearPort;
import io.phalanx.datapath.PacketLoops;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A clear port without privileges: each IP packet is one UDP datagram to or from a configured
 * socket, usually on the loopback interface. Datagrams of anybody else are ignored.
 *
 * <p>One socket, read on packet loop 0. Other loops hand their writes to it; what they have under
 * way is bounded by the channel's write buffer, beyond which packets are dropped and counted.
 */
public final class DatagramPort implements ClearPort {
  private static final Logger log = LoggerFactory.getLogger(DatagramPort.class);
  private static final int BATCH_PACKETS = 64;
  private static final int SOCKET_BUFFER_OCTETS = 4 << 20;

  private static final WriteBufferWaterMark WRITE_BUFFER =
      new WriteBufferWaterMark(1 << 19, 1 << 20);

  private final InetSocketAddress bind;
  private final InetSocketAddress peer;
  private final int mtu;
  private final LongAdder dropped = new LongAdder();
  private volatile Optional<Channel> channel = Optional.empty();

  /**
   * @param bind the socket of this side; port 0 for any free one, see {@link #localAddress()}
   * @param peer the socket of the other side
   * @param mtu largest inner packet in octets, 576..65507; longer datagrams are dropped
   */
  public DatagramPort(InetSocketAddress bind, InetSocketAddress peer, int mtu) {
    if (mtu < 576 || mtu > 65507) {
      throw new IllegalArgumentException("mtu: 576..65507, not " + mtu);
    }
    this.bind = bind;
    this.peer = peer;
    this.mtu = mtu;
  }

  @Override
  public void start(PacketLoops loops, Receiver receiver) {
    if (channel.isPresent()) {
      throw new IllegalStateException("already started");
    }
    // One octet more than the MTU, so that a datagram that is too long can be told from one that
    // just fits.
    int slotOctets = mtu + 1;
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loops.loop(0))
            .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER_OCTETS)
            .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER_OCTETS)
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WRITE_BUFFER)
            .handler(new Inbound(receiver));
    if (loops.epoll()) {
      bootstrap
          .channel(EpollDatagramChannel.class)
          .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, slotOctets)
          .option(
              ChannelOption.RECVBUF_ALLOCATOR,
              new FixedRecvByteBufAllocator(slotOctets * BATCH_PACKETS));
    } else {
      bootstrap
          .channel(NioDatagramChannel.class)
          .option(
              ChannelOption.RECVBUF_ALLOCATOR,
              new FixedRecvByteBufAllocator(slotOctets).maxMessagesPerRead(BATCH_PACKETS));
    }
    ChannelFuture bound = bootstrap.bind(bind).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new ClearPortException(
          "cannot open the clear port on UDP "
              + text(bind)
              + ": "
              + bound.cause().getMessage()
              + " - choose another clear.datagrams.bind, or stop what uses it",
          bound.cause());
    }
    channel = Optional.of(bound.channel());
    log.info("clear port on UDP {} with {}", text(localAddress()), text(peer));
  }

  /** Where it is bound; only after {@link #start}. */
  public InetSocketAddress localAddress() {
    return (InetSocketAddress)
        channel.orElseThrow(() -> new IllegalStateException("not started")).localAddress();
  }

  /** Packets that were dropped: too long, or more than the socket takes. */
  public long dropped() {
    return dropped.sum();
  }

  @Override
  public void write(int loop, byte[] buffer, int offset, int length) {
    Channel out = channel.orElse(null);
    if (out == null || !out.isWritable()) {
      dropped.increment();
      return;
    }
    ByteBuf packet = out.alloc().directBuffer(length).writeBytes(buffer, offset, length);
    var _ = out.write(new DatagramPacket(packet, peer), out.voidPromise());
  }

  @Override
  public void flush(int loop) {
    channel.ifPresent(Channel::flush);
  }

  @Override
  public int mtu() {
    return mtu;
  }

  @Override
  public void close() {
    channel.ifPresent(open -> open.close().syncUninterruptibly());
  }

  private static String text(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  private final class Inbound extends SimpleChannelInboundHandler<DatagramPacket> {
    private final Receiver receiver;
    private final byte[] buffer = new byte[mtu];

    Inbound(Receiver receiver) {
      this.receiver = receiver;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket datagram) {
      int length = datagram.content().readableBytes();
      if (!peer.equals(datagram.sender())) {
        return;
      }
      if (length > mtu) {
        dropped.increment();
        return;
      }
      datagram.content().readBytes(buffer, 0, length);
      receiver.receive(0, buffer, 0, length);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      // A write that failed (the peer's socket is gone, no buffer space): the packet is lost, as
      // on any link.
      dropped.increment();
      log.debug("clear port on UDP {}", text(bind), cause);
    }
  }
}
