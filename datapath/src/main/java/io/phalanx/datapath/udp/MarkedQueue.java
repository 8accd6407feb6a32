package io.phalanx.datapath.udp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.unix.FileDescriptor;
import io.phalanx.datapath.linux.MarkedReceiver;
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

  private final int loop;
  private final int listen;
  private final MarkedReceiver socket;
  private final DatagramReceiver receiver;
  private final byte[] octets = new byte[UdpPorts.DATAGRAM_OCTETS_MAX];
  private final ByteBuf content = Unpooled.wrappedBuffer(octets);

  MarkedQueue(int loop, int listen, MarkedReceiver socket, DatagramReceiver receiver) {
    this.loop = loop;
    this.listen = listen;
    this.socket = socket;
    this.receiver = receiver;
  }

  @Override
  public FileDescriptor fd() {
    return new FileDescriptor(socket.descriptor());
  }

  @Override
  public void handle(IoRegistration registration, IoEvent event) {
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
