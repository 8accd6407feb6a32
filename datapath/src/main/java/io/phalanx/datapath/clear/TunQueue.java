package io.phalanx.datapath.clear;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.unix.FileDescriptor;
import io.phalanx.datapath.ClearPort;
import io.phalanx.datapath.linux.LinuxCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One queue of a TUN interface on one packet loop: all methods are called on its thread.
 *
 * <p>Readiness is level-triggered, so a batch may end before the queue is empty and the loop comes
 * back, after it has looked after its sockets.
 */
final class TunQueue implements EpollIoHandle {
  private static final Logger log = LoggerFactory.getLogger(TunQueue.class);
  private static final int BATCH_PACKETS = 64;

  /** The largest IP packet: a packet that is longer than the MTU must not be cut unseen. */
  private static final int PACKET_OCTETS_MAX = 65_535;

  private final int loop;
  private final int descriptor;
  private final ClearPort.Receiver receiver;
  private final LongAdder dropped;
  private final LinuxCalls calls = new LinuxCalls(Arena.ofAuto());
  private final MemorySegment inNative = Arena.ofAuto().allocate(PACKET_OCTETS_MAX, Long.BYTES);
  private final MemorySegment outNative = Arena.ofAuto().allocate(PACKET_OCTETS_MAX, Long.BYTES);
  private final byte[] in = new byte[PACKET_OCTETS_MAX];
  private boolean closed;

  TunQueue(int loop, int descriptor, ClearPort.Receiver receiver, LongAdder dropped) {
    this.loop = loop;
    this.descriptor = descriptor;
    this.receiver = receiver;
    this.dropped = dropped;
  }

  @Override
  public FileDescriptor fd() {
    return new FileDescriptor(descriptor);
  }

  @Override
  public void handle(IoRegistration registration, IoEvent event) {
    for (int packets = 0; packets < BATCH_PACKETS && !closed; packets++) {
      long length = calls.read(descriptor, inNative);
      if (length <= 0) {
        // EAGAIN: empty. EIO or EBADFD: the interface is down or gone, which is the operator's
        // doing and shows in its state.
        return;
      }
      MemorySegment.copy(inNative, JAVA_BYTE, 0, in, 0, (int) length);
      deliver((int) length);
    }
  }

  private void deliver(int length) {
    try {
      receiver.receive(loop, in, 0, length);
    } catch (RuntimeException e) {
      // Let out, it would make the event loop pause for a second.
      log.error("a clear packet was not handled", e);
      dropped.increment();
    }
  }

  void write(byte[] buffer, int offset, int length) {
    if (closed || length > PACKET_OCTETS_MAX) {
      dropped.increment();
      return;
    }
    MemorySegment.copy(buffer, offset, outNative, JAVA_BYTE, 0, length);
    if (calls.write(descriptor, outNative, length) != length) {
      // EAGAIN: the kernel's queue is full. EINVAL: not an IP packet. Lost, as on any link.
      dropped.increment();
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      calls.close(descriptor);
    }
  }
}
