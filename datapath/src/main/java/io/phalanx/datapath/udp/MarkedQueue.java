package io.phalanx.datapath.udp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.phalanx.datapath.linux.MarkedReceiver;
import java.net.Inet6Address;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a NAT port's socket in Netty's place, for the traffic class of each datagram. Netty's
 * channel goes on to write; it reads nothing.
 *
 * <p>Readiness is level-triggered, so the loop comes back for what is left.
 */
final class MarkedQueue implements EpollIoHandle {
  private static final Logger log = LoggerFactory.getLogger(MarkedQueue.class);
  private static final int BATCHES_MAX = 4;

  /** ip(7) and RFC 3542 §6.5; level and number as Linux has them. */
  private static final ChannelOption<Integer> IP_RECVTOS =
      new IntegerUnixChannelOption("IP_RECVTOS", 0, 13);

  private static final ChannelOption<Integer> IPV6_RECVTCLASS =
      new IntegerUnixChannelOption("IPV6_RECVTCLASS", 41, 66);

  private final IoEventLoop on;
  private final int loop;
  private final int listen;
  private final MarkedReceiver socket;
  private final DatagramReceiver receiver;
  private final byte[] octets = new byte[DatagramPorts.DATAGRAM_OCTETS_MAX];
  private final ByteBuf content = Unpooled.wrappedBuffer(octets);

  private Optional<IoRegistration> registration = Optional.empty();

  private MarkedQueue(
      IoEventLoop on, int loop, int listen, MarkedReceiver socket, DatagramReceiver receiver) {
    this.on = on;
    this.loop = loop;
    this.listen = listen;
    this.socket = socket;
    this.receiver = receiver;
  }

  /** Begins to read a channel's socket on its loop. */
  static MarkedQueue start(
      EpollDatagramChannel channel,
      IoEventLoop on,
      int loop,
      int listen,
      DatagramReceiver receiver) {
    channel.config().setOption(IP_RECVTOS, 1);
    if (channel.localAddress().getAddress() instanceof Inet6Address) {
      channel.config().setOption(IPV6_RECVTCLASS, 1);
    }
    MarkedReceiver socket =
        new MarkedReceiver(channel.fd().intValue(), DatagramPorts.DATAGRAM_OCTETS_MAX);
    MarkedQueue queue = new MarkedQueue(on, loop, listen, socket, receiver);
    IoRegistration registered = on.register(queue).syncUninterruptibly().getNow();
    queue.registration = Optional.of(registered);
    registered.submit(EpollIoOps.EPOLLIN);
    return queue;
  }

  /** Ends reading; not to be called on the loop. */
  void stop() {
    if (on.isShuttingDown()) {
      return; // the loop closes what is registered with it
    }
    on.submit(
            () -> {
              registration.ifPresent(IoRegistration::cancel);
              close();
            })
        .syncUninterruptibly();
  }

  @Override
  public FileDescriptor fd() {
    return new FileDescriptor(socket.descriptor());
  }

  @Override
  public void handle(IoRegistration registered, IoEvent event) {
    for (int batch = 0; batch < BATCHES_MAX; batch++) {
      int count = socket.receive();
      for (int index = 0; index < count; index++) {
        deliver(index);
      }
      if (count < MarkedReceiver.BATCH_DATAGRAMS) {
        return;
      }
    }
  }

  private void deliver(int index) {
    int length = socket.copy(index, octets);
    content.setIndex(0, length);
    try {
      receiver.receive(
          loop, listen, true, content, socket.sender(index), socket.trafficClass(index));
    } catch (RuntimeException e) {
      log.error("packet path fault", e); // let out, it would make the loop pause for a second
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
