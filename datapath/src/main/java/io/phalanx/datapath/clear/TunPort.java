package io.phalanx.datapath.clear;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoOps;
import io.phalanx.datapath.ClearPort;
import io.phalanx.datapath.PacketLoops;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A clear port on a Linux TUN interface, one queue for each packet loop. Needs CAP_NET_ADMIN and
 * packet loops on epoll.
 *
 * <p>The interface is made if it is not there, gets its MTU and is brought up; its addresses and
 * routes are the operator's. An interface that was made here goes away with the process.
 */
public final class TunPort implements ClearPort {
  private static final Logger log = LoggerFactory.getLogger(TunPort.class);

  private record Attached(TunQueue queue, IoEventLoop loop, IoRegistration registration) {}

  private final String name;
  private final int mtu;
  private final TunDevice device;
  private final LongAdder dropped = new LongAdder();
  private volatile List<Attached> attached = List.of();

  /**
   * @param name of the interface, 1..15 octets
   * @param mtu largest packet in octets, 68..65535; above 1279 for IPv6
   */
  public TunPort(String name, int mtu) {
    this.name = name;
    this.mtu = mtu;
    this.device = new TunDevice(name);
  }

  /**
   * Opens the queues and brings the interface up.
   *
   * @throws ClearPortException if that cannot be done; the message says what to do
   */
  @Override
  public void start(PacketLoops loops, Receiver receiver) {
    if (!attached.isEmpty()) {
      throw new IllegalStateException("already started");
    }
    if (!loops.epoll()) {
      throw new ClearPortException(
          "cannot open TUN interface "
              + name
              + ": it needs native epoll, which is not available here - run on Linux on x86_64 or"
              + " aarch64, or use clear.datagrams");
    }
    List<Attached> opened = new ArrayList<>(loops.count());
    try {
      for (int index = 0; index < loops.count(); index++) {
        opened.add(attach(index, loops.loop(index), receiver));
      }
      attached = List.copyOf(opened);
      device.bringUp(mtu);
      for (Attached each : opened) {
        each.registration().submit(EpollIoOps.EPOLLIN);
      }
    } catch (RuntimeException e) {
      attached = List.of();
      opened.forEach(TunPort::detach);
      throw e;
    }
    log.info("clear port on TUN interface {} with {} queues, MTU {}", name, opened.size(), mtu);
  }

  private Attached attach(int index, IoEventLoop loop, Receiver receiver) {
    TunQueue queue = new TunQueue(index, device.openQueue(), receiver, dropped);
    return new Attached(queue, loop, loop.register(queue).syncUninterruptibly().getNow());
  }

  @Override
  public void write(int loop, byte[] buffer, int offset, int length) {
    List<Attached> queues = attached;
    if (queues.isEmpty()) {
      dropped.increment();
      return;
    }
    queues.get(loop).queue().write(buffer, offset, length);
  }

  /** Nothing: each packet is a system call of its own, made in {@link #write}. */
  @Override
  public void flush(int loop) {}

  @Override
  public int mtu() {
    return mtu;
  }

  /** Packets that the kernel did not take. */
  public long dropped() {
    return dropped.sum();
  }

  /** Closes the queues; with the last one an interface that was made here goes away. */
  @Override
  public void close() {
    List<Attached> open = attached;
    attached = List.of();
    open.forEach(TunPort::detach);
  }

  private static void detach(Attached queue) {
    if (queue.loop().isShuttingDown()) {
      return; // The loop closes what is registered with it.
    }
    queue
        .loop()
        .submit(
            () -> {
              queue.registration().cancel();
              queue.queue().close();
            })
        .syncUninterruptibly();
  }
}
