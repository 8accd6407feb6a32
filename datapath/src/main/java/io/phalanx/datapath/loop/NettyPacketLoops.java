package io.phalanx.datapath.loop;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.phalanx.datapath.PacketLoops;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Packet loops on Netty event loops: daemon threads {@code packet-loop-0}, {@code packet-loop-1}
 * and so on, one per loop.
 */
public final class NettyPacketLoops implements PacketLoops, AutoCloseable {
  /** Most loops a member may have; far above the cores of any machine this runs on. */
  public static final int COUNT_MAX = 256;

  private static final Logger log = LoggerFactory.getLogger(NettyPacketLoops.class);
  private static final long CLOSE_SECONDS_MAX = 5;

  private final MultiThreadIoEventLoopGroup group;
  private final List<IoEventLoop> loops;
  private final boolean epoll;

  private NettyPacketLoops(int count, IoHandlerFactory handlers, boolean epoll) {
    if (count < 1 || count > COUNT_MAX) {
      throw new IllegalArgumentException("packet loops: 1.." + COUNT_MAX + ", not " + count);
    }
    this.group = new MultiThreadIoEventLoopGroup(count, threads(), handlers);
    this.epoll = epoll;
    List<IoEventLoop> ordered = new ArrayList<>(count);
    for (EventExecutor executor : group) {
      IoEventLoop loop = (IoEventLoop) executor;
      // Threads start with the first task; started in order, names and indices agree.
      loop.submit(() -> {}).syncUninterruptibly();
      ordered.add(loop);
    }
    this.loops = List.copyOf(ordered);
  }

  /**
   * Starts loops on native epoll, or on NIO where the native library does not load.
   *
   * @param count 1..{@value #COUNT_MAX}
   */
  public static NettyPacketLoops open(int count) {
    if (Epoll.isAvailable()) {
      return new NettyPacketLoops(count, EpollIoHandler.newFactory(), true);
    }
    log.info("packet loops use NIO: native epoll is not available", Epoll.unavailabilityCause());
    return openNio(count);
  }

  /** Starts loops on NIO, whatever the machine offers. */
  public static NettyPacketLoops openNio(int count) {
    return new NettyPacketLoops(count, NioIoHandler.newFactory(), false);
  }

  private static ThreadFactory threads() {
    AtomicInteger started = new AtomicInteger();
    return task -> {
      Thread thread = new FastThreadLocalThread(task, "packet-loop-" + started.getAndIncrement());
      thread.setDaemon(true);
      return thread;
    };
  }

  @Override
  public int count() {
    return loops.size();
  }

  @Override
  public IoEventLoop loop(int index) {
    return loops.get(index);
  }

  @Override
  public EventLoopGroup group() {
    return group;
  }

  @Override
  public boolean epoll() {
    return epoll;
  }

  /** Stops the threads and waits for them, at most 5 s. Not to be called on a packet loop. */
  @Override
  public void close() {
    group.shutdownGracefully(0, CLOSE_SECONDS_MAX, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
