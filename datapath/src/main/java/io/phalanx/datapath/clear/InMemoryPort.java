package io.phalanx.datapath.clear;

import io.phalanx.datapath.ClearPort;
import io.phalanx.datapath.PacketLoops;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * A clear port for use inside one process: {@link #offer} puts a packet in, {@link #poll} takes out
 * what came through a tunnel. Both ways are bounded.
 */
public final class InMemoryPort implements ClearPort {
  private record Running(PacketLoops loops, Receiver receiver) {}

  private final int mtu;
  private final int capacityPackets;
  private final BlockingQueue<byte[]> out;
  private final AtomicInteger inUnderWay = new AtomicInteger();
  private final LongAdder dropped = new LongAdder();
  private volatile Optional<Running> running = Optional.empty();

  /**
   * @param mtu largest inner packet in octets
   * @param capacityPackets bound of either queue
   */
  public InMemoryPort(int mtu, int capacityPackets) {
    this.mtu = mtu;
    this.capacityPackets = capacityPackets;
    this.out = new ArrayBlockingQueue<>(capacityPackets);
  }

  @Override
  public void start(PacketLoops loops, Receiver receiver) {
    if (running.isPresent()) {
      throw new IllegalStateException("already started");
    }
    running = Optional.of(new Running(loops, receiver));
  }

  /** Puts a clear packet in on packet loop 0. */
  public boolean offer(byte[] packet) {
    return offer(0, packet);
  }

  /**
   * Puts a clear packet in, as if read on packet loop {@code loop}; a copy is delivered. From any
   * thread.
   *
   * @return false if it was dropped: port not started or closed, packet above the MTU, queue full
   */
  public boolean offer(int loop, byte[] packet) {
    Running now = running.orElse(null);
    if (now == null || packet.length > mtu) {
      dropped.increment();
      return false;
    }
    if (inUnderWay.incrementAndGet() > capacityPackets) {
      inUnderWay.decrementAndGet();
      dropped.increment();
      return false;
    }
    byte[] copy = packet.clone();
    now.loops()
        .loop(loop)
        .execute(
            () -> {
              inUnderWay.decrementAndGet();
              now.receiver().receive(loop, copy, 0, copy.length);
            });
    return true;
  }

  /** The next packet out of a tunnel; empty if none comes in time. */
  public Optional<byte[]> poll(Duration wait) throws InterruptedException {
    return Optional.ofNullable(out.poll(wait.toNanos(), TimeUnit.NANOSECONDS));
  }

  /** Packets that were dropped, either way. */
  public long dropped() {
    return dropped.sum();
  }

  @Override
  public void write(int loop, byte[] buffer, int offset, int length) {
    if (!out.offer(Arrays.copyOfRange(buffer, offset, offset + length))) {
      dropped.increment();
    }
  }

  @Override
  public void flush(int loop) {}

  @Override
  public int mtu() {
    return mtu;
  }

  @Override
  public void close() {
    running = Optional.empty();
  }
}
