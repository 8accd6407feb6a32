package io.phalanx.datapath.flow;

import static io.phalanx.datapath.flow.LoopCounters.FORWARDED;
import static io.phalanx.datapath.flow.LoopCounters.MALFORMED;
import static io.phalanx.datapath.flow.LoopCounters.NO_SA;
import static io.phalanx.datapath.flow.LoopCounters.QUEUE_FULL;
import static io.phalanx.datapath.flow.LoopCounters.SPI_FORGED;

import io.netty.buffer.ByteBuf;
import io.phalanx.config.suite.CipherMode;
import io.phalanx.datapath.DatapathEvents;
import io.phalanx.datapath.Loop;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.datapath.esp.CounterIvs;
import io.phalanx.datapath.esp.EspPacket;
import io.phalanx.datapath.esp.IvSource;
import io.phalanx.datapath.esp.RandomIvs;
import io.phalanx.datapath.policy.FlowKey;
import io.phalanx.datapath.policy.FragmentMemory;
import io.phalanx.datapath.udp.DatagramPorts;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One packet loop's share of the packet path: its buffers, counters and IVs, and the way of each
 * packet to the SA cluster that carries it. Apart from the inbox, all of it belongs to the loop's
 * thread.
 */
final class Lane {
  static final int HOPS_MAX = 3;

  /** SPIs up to here are reserved (RFC 4303 §2.1). */
  private static final int SPI_RESERVED_MAX = 255;

  private static final int BUFFER_OCTETS = 1 << 16;

  /** The largest inner packet whose sealed form still is a UDP datagram. */
  private static final int INNER_OCTETS_MAX = 65_000;

  /** Packets that have come by a wrong way of which the floors above are told, of all loops. */
  private static final int DOUBTS_PER_SECOND_MAX = 1000;

  /** ICMP messages of ours per second, of all loops (RFC 4443 §2.4 (f)). */
  private static final int ANSWERS_PER_SECOND_MAX = 500;

  /** Packets in fragments whose way is remembered. */
  private static final int FRAGMENTED_PACKETS = 1024;

  private static final IvSource NO_IVS = (_, _) -> {};

  private static final int DRAIN_MAX = 256; // per inbox and turn, so that sockets get theirs

  final int index;
  private final Loop loop;
  private final Shared shared;
  private final LoopCounters counters;
  private final HandoverRing[] inboxes; // by the lane that writes; the last for other threads
  private final AtomicBoolean woken = new AtomicBoolean();
  private final WaitingPackets.Budget budget;
  private final TokenBucket ikeBucket;
  private final TokenBucket espBucket;
  private final TokenBucket clearBucket;
  private final TokenBucket answerBucket;
  private final TokenBucket doubtBucket;
  private final IvSource counterIvs;
  private final IvSource randomIvs;
  private final FlowKey key = new FlowKey();
  private final FlowKey quotedKey = new FlowKey();
  private final FragmentMemory<Target.Outbound> fragments =
      new FragmentMemory<>(FRAGMENTED_PACKETS, Target.Nowhere.NOWHERE);
  private final byte[] receiveBuffer = new byte[BUFFER_OCTETS];
  private final byte[] clearBuffer = new byte[BUFFER_OCTETS];
  private final byte[] sealBuffer = new byte[BUFFER_OCTETS];
  private int udpWritten; // a bit per listen address whose NAT socket has unflushed packets
  private boolean clearWritten;
  private boolean flushPlanned;

  Lane(int index, Loop loop, int lanes, Shared shared, LoopCounters counters) {
    this.index = index;
    this.loop = loop;
    this.shared = shared;
    this.counters = counters;
    DatapathSettings settings = shared.settings();
    this.inboxes = new HandoverRing[lanes + 1];
    Arrays.setAll(inboxes, from -> new HandoverRing(settings.handoverPacketsMax()));
    this.budget = new WaitingPackets.Budget(settings.waitingOctetsMax());
    long now = shared.clock().getAsLong();
    this.ikeBucket = new TokenBucket(settings.ikePerSecondMax() / lanes, now);
    this.espBucket = new TokenBucket(settings.unknownPerSecondMax() / lanes, now);
    this.clearBucket = new TokenBucket(settings.unknownPerSecondMax() / lanes, now);
    this.answerBucket = new TokenBucket(ANSWERS_PER_SECOND_MAX / lanes, now);
    this.doubtBucket = new TokenBucket(DOUBTS_PER_SECOND_MAX / lanes, now);
    this.counterIvs = new CounterIvs(shared.nonces());
    this.randomIvs = new RandomIvs(shared.random());
  }

  // From the sockets

  /** A datagram from a UDP port of the gateway. */
  void udp(ByteBuf content, InetSocketAddress from, boolean natPort, int listen, int outer) {
    int length = content.readableBytes();
    if (length == 0 || length >= DatagramPorts.DATAGRAM_OCTETS_MAX) {
      count(MALFORMED); // as long as the buffer means that the rest of it is cut off
      return;
    }
    int start = content.readerIndex();
    if (!natPort) {
      ike(content, start, length, from, false, listen);
    } else if (length == 1 && content.getByte(start) == (byte) 0xff) {
      return; // NAT keepalive, RFC 3948 §2.3
    } else if (length >= 4 && content.getInt(start) == 0) {
      ike(content, start + 4, length - 4, from, true, listen); // non-ESP marker, RFC 3948 §2.2
    } else {
      content.getBytes(start, receiveBuffer, 0, length);
      esp(receiveBuffer, 0, length, from, true, listen, outer, 0);
    }
  }

  private void ike(
      ByteBuf content, int start, int length, InetSocketAddress from, boolean nat, int listen) {
    // The header's own length (RFC 7296 §3.1) tells garbage at no cost.
    if (length < 28 || content.getUnsignedInt(start + 24) != length) {
      count(MALFORMED);
      return;
    }
    if (!ikeBucket.take(now())) {
      count(QUEUE_FULL);
      return;
    }
    byte[] message = new byte[length];
    content.getBytes(start, message);
    shared.events().ikeReceived(new UdpDatagram(plain(from), nat, message, listen));
  }

  /**
   * An ESP packet, from a socket, another lane or another member. The array is overwritten.
   *
   * @param outer traffic class of the datagram
   */
  void esp(
      byte[] packet,
      int offset,
      int length,
      InetSocketAddress from,
      boolean natPort,
      int listen,
      int outer,
      int hops) {
    if (length < EspPacket.IV) {
      count(MALFORMED);
      return;
    }
    int spi = EspPacket.spi(packet, offset);
    switch (shared.sad().find(spi)) {
      case SubSa subSa -> {
        Lane home = subSa.cluster.lane;
        if (home == this && subSa.cluster.retired()) {
          shared
              .events()
              .espWithoutSa(
                  spi,
                  new UdpDatagram(plain(from), natPort, copy(packet, offset, length), listen),
                  hops);
        } else if (home == this) {
          subSa.cluster.inbound(packet, offset, length, subSa, from, listen, outer);
        } else if (home.inboxes[index].offerEsp(
            packet, offset, length, from, natPort, listen, outer, hops)) {
          home.wake();
        } else {
          count(QUEUE_FULL);
        }
      }
      case Target.Elsewhere elsewhere -> {
        if (mayForward(elsewhere, hops)) {
          UdpDatagram datagram =
              new UdpDatagram(plain(from), natPort, copy(packet, offset, length), listen);
          shared.forwarder().esp(elsewhere.member(), datagram, hops + 1);
        }
      }
      case Target.Nowhere _ ->
          espWithoutSa(spi, packet, offset, length, from, natPort, listen, hops);
    }
  }

  private void espWithoutSa(
      int spi,
      byte[] packet,
      int offset,
      int length,
      InetSocketAddress from,
      boolean natPort,
      int listen,
      int hops) {
    boolean reserved = Integer.compareUnsigned(spi, SPI_RESERVED_MAX) <= 0;
    if (reserved || !shared.spiCheck().test(spi)) {
      count(SPI_FORGED);
    } else if (hops < HOPS_MAX && espBucket.take(now())) {
      UdpDatagram datagram =
          new UdpDatagram(plain(from), natPort, copy(packet, offset, length), listen);
      shared.events().espWithoutSa(spi, datagram, hops);
    } else {
      count(QUEUE_FULL);
    }
  }

  /** A clear packet, from the protected side, another lane or another member. */
  void clear(byte[] packet, int offset, int length, int hops) {
    if (!key.parse(packet, offset, length) || key.length() > INNER_OCTETS_MAX) {
      count(MALFORMED);
      return;
    }
    int own = key.length();
    switch (wayOf(packet, offset)) {
      case SaCluster cluster -> {
        if (cluster.lane == this && cluster.retired()) {
          shared.events().clearWithoutSa(copy(packet, offset, own), hops);
        } else if (cluster.lane == this) {
          cluster.outbound(packet, offset, own);
        } else if (cluster.lane.inboxes[index].offerClear(packet, offset, own, hops)) {
          cluster.lane.wake();
        } else {
          count(QUEUE_FULL);
        }
      }
      case Target.Elsewhere elsewhere -> {
        if (mayForward(elsewhere, hops)) {
          shared.forwarder().clear(elsewhere.member(), packet, offset, own, hops + 1);
        }
      }
      case Target.Nowhere _ -> {
        count(NO_SA);
        if (hops < HOPS_MAX && clearBucket.take(now())) {
          shared.events().clearWithoutSa(copy(packet, offset, own), hops);
        }
      }
    }
  }

  /** By selectors; a later fragment follows the first, an ICMP error the packet it is about. */
  private Target.Outbound wayOf(byte[] packet, int offset) {
    if (key.laterFragment()) {
      Target.Outbound way = fragments.find(key, now());
      return way == Target.Nowhere.NOWHERE ? shared.spd().find(key) : way;
    }
    Target.Outbound way = shared.spd().find(key);
    if (key.firstFragment()) {
      fragments.remember(key, way, now());
    }
    return way == Target.Nowhere.NOWHERE && quotedKey.parseQuoted(key, packet, offset)
        ? shared.spd().find(quotedKey)
        : way;
  }

  private boolean mayForward(Target.Elsewhere elsewhere, int hops) {
    if (hops > 0 && doubtBucket.take(now())) {
      shared.events().misdirected(elsewhere.saId());
    }
    count(hops < HOPS_MAX ? FORWARDED : QUEUE_FULL);
    return hops < HOPS_MAX;
  }

  // From other threads

  /** The inbox for threads that are no packet loop; they exclude each other. */
  HandoverRing foreignInbox() {
    return inboxes[inboxes.length - 1];
  }

  /** Has the loop look into its inboxes. */
  void wake() {
    if (woken.compareAndSet(false, true)) {
      loop.execute(this::drain);
    }
  }

  private void drain() {
    woken.set(false);
    boolean more = false;
    for (HandoverRing inbox : inboxes) {
      for (int taken = 0; taken < DRAIN_MAX && !inbox.isEmpty(); taken++) {
        HandoverRing.Slot slot = inbox.peek();
        try {
          handedOver(slot);
        } finally {
          inbox.release(); // a packet that trips an invariant must not come again
        }
      }
      more |= !inbox.isEmpty();
    }
    if (more) {
      wake();
    }
  }

  private void handedOver(HandoverRing.Slot slot) {
    if (slot.clear) {
      clear(slot.octets, 0, slot.length, slot.hops);
    } else {
      esp(slot.octets, 0, slot.length, slot.from, slot.natPort, slot.listen, slot.outer, slot.hops);
    }
  }

  void execute(Runnable task) {
    loop.execute(task);
  }

  void after(long nanos, Runnable task) {
    loop.after(nanos, task);
  }

  // For SA clusters

  void deliver(byte[] packet, int offset, int length) {
    shared.clearPort().write(index, packet, offset, length);
    clearWritten = true;
    planFlush();
  }

  /**
   * @param trafficClass of the outer header; 0 is what the sockets send by themselves
   */
  void sendEsp(int listen, InetSocketAddress peer, byte[] packet, int length, int trafficClass) {
    if (trafficClass != 0 && shared.ports().canMark()) {
      if (!shared.ports().sendMarked(index, listen, peer, packet, length, trafficClass)) {
        count(QUEUE_FULL);
      }
    } else if (shared.ports().write(index, listen, peer, packet, length)) {
      udpWritten |= 1 << listen;
      planFlush();
    } else {
      count(QUEUE_FULL);
    }
  }

  /** Once per turn of the loop: after all that its sockets had to give. */
  private void planFlush() {
    if (!flushPlanned) {
      flushPlanned = true;
      loop.execute(this::flush);
    }
  }

  private void flush() {
    flushPlanned = false;
    if (clearWritten) {
      clearWritten = false;
      shared.clearPort().flush(index);
    }
    int written = udpWritten;
    udpWritten = 0;
    while (written != 0) {
      shared.ports().flush(index, Integer.numberOfTrailingZeros(written));
      written &= written - 1;
    }
  }

  /** Whether a sender on the clear side may be told of a fault now. */
  boolean mayAnswer() {
    return answerBucket.take(now());
  }

  int listenFor(PeerPath path) {
    return shared.ports().listenFor(path);
  }

  WaitingPackets waitingQueue() {
    return new WaitingPackets(shared.settings().waitingPacketsMax(), budget);
  }

  DatapathEvents events() {
    return shared.events();
  }

  long refusedPauseNanos() {
    return shared.settings().refusedPauseNanos();
  }

  IvSource ivs(CipherMode.Iv kind) {
    return switch (kind) {
      case COUNTER -> counterIvs;
      case RANDOM -> randomIvs;
      case NONE -> NO_IVS;
    };
  }

  FlowKey key() {
    return key;
  }

  /** Room for a clear packet on its way to the clear port. */
  byte[] clearBuffer() {
    return clearBuffer;
  }

  /** For the packet that an ICMP error quotes. */
  FlowKey quotedKey() {
    return quotedKey;
  }

  byte[] sealBuffer() {
    return sealBuffer;
  }

  long now() {
    return shared.clock().getAsLong();
  }

  void count(int counter) {
    counters.add(counter);
  }

  void count(int counter, long amount) {
    counters.add(counter, amount);
  }

  static byte[] copy(byte[] packet, int offset, int length) {
    return Arrays.copyOfRange(packet, offset, offset + length);
  }

  /** Netty's addresses of datagrams carry more than an address; nobody above shall keep that. */
  private static InetSocketAddress plain(InetSocketAddress from) {
    return from.getClass() == InetSocketAddress.class
        ? from
        : new InetSocketAddress(from.getAddress(), from.getPort());
  }
}
