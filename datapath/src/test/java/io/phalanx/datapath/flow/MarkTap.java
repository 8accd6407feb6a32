package io.phalanx.datapath.flow;

import io.netty.buffer.ByteBuf;
import io.phalanx.datapath.loop.NettyPacketLoops;
import io.phalanx.datapath.udp.UdpPorts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A socket that looks at nothing but the traffic class. */
final class MarkTap implements AutoCloseable {
  private final NettyPacketLoops loops = NettyPacketLoops.open(1);
  private final BlockingQueue<Integer> classes = new LinkedBlockingQueue<>();
  private final InetAddress address;
  private final UdpPorts ports;

  MarkTap(String literal) throws Exception {
    address = InetAddress.ofLiteral(literal);
    ports = UdpPorts.bind(List.of(address), 0, 0, loops, 1 << 20);
    ports.start(this::received, true);
  }

  private void received(
      int loop,
      int listen,
      boolean natPort,
      ByteBuf content,
      InetSocketAddress from,
      int trafficClass) {
    classes.add(trafficClass);
  }

  InetSocketAddress address() {
    return new InetSocketAddress(address, ports.natPort());
  }

  /** Of the next datagram; -1 if none comes. */
  int next() throws InterruptedException {
    Integer next = classes.poll(10, TimeUnit.SECONDS);
    return next == null ? -1 : next;
  }

  @Override
  public void close() {
    ports.close();
    loops.close();
  }
}
