package io.phalanx.datapath.flow;

import static io.phalanx.datapath.flow.LoopCounters.CONGESTION;
import static io.phalanx.datapath.flow.LoopCounters.DUMMIES;
import static io.phalanx.datapath.flow.LoopCounters.FRAGMENT_MISMATCH;
import static io.phalanx.datapath.flow.LoopCounters.IN_BYTES;
import static io.phalanx.datapath.flow.LoopCounters.IN_PACKETS;
import static io.phalanx.datapath.flow.LoopCounters.MALFORMED;
import static io.phalanx.datapath.flow.LoopCounters.NOT_AUTHENTIC;
import static io.phalanx.datapath.flow.LoopCounters.QUEUE_FULL;
import static io.phalanx.datapath.flow.LoopCounters.REPLAYED;
import static io.phalanx.datapath.flow.LoopCounters.SELECTOR_MISMATCH;
import static io.phalanx.datapath.flow.LoopCounters.UNTRANSPORTABLE;

import io.phalanx.datapath.SaClusterSpec;
import io.phalanx.datapath.esp.EspPacket;
import io.phalanx.datapath.esp.InboundLimit;
import io.phalanx.datapath.esp.PacketCipher;
import io.phalanx.datapath.esp.ReplayWindow;
import io.phalanx.datapath.flow.WaitingPackets.Arrival;
import io.phalanx.datapath.flow.WaitingPackets.Waiting;
import io.phalanx.datapath.inner.Congestion;
import io.phalanx.datapath.inner.TrafficClass;
import io.phalanx.datapath.inner.TransportFraming;
import io.phalanx.datapath.policy.FlowKey;
import io.phalanx.datapath.policy.FragmentMemory;
import io.phalanx.datapath.policy.Selector;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * From the peer to the clear side. The order for each packet is: window check, authenticate, limit
 * check, mark, look inside. A packet beyond the limit waits decrypted, and is marked and delivered
 * when the store has raised the limit; until then it counts as not received.
 */
final class InboundFlow {
  /** Packets in fragments that are let through at a time. */
  private static final int FRAGMENTED_PACKETS = 128;

  private final SaCluster cluster;
  private final Lane lane;
  private final boolean extended;
  private final Selector[] local;
  private final Selector[] remote;
  private final InboundLimit limit;
  private final Lifetime life;
  private final @Nullable TransportFraming transport;
  private final @Nullable FragmentMemory<Boolean> fragments; // where selectors look at ports
  private final WaitingPackets waiting;
  private long lastNanos;

  InboundFlow(
      SaCluster cluster, SaClusterSpec spec, Lane lane, @Nullable TransportFraming transport) {
    this.cluster = cluster;
    this.lane = lane;
    this.transport = transport;
    this.extended = spec.extendedSequenceNumbers();
    this.local = Selector.of(spec.localSelectors());
    this.remote = Selector.of(spec.remoteSelectors());
    boolean ports = Selector.anyNeedsPorts(local) || Selector.anyNeedsPorts(remote);
    this.fragments = ports ? new FragmentMemory<>(FRAGMENTED_PACKETS, false) : null;
    ReplayWindow window = new ReplayWindow(spec.windowSizeBits(), spec.sequence().inSeen());
    this.limit = new InboundLimit(window, spec.sequence().inLimit());
    this.life = new Lifetime(spec.rekeyPackets(), spec.rekeyBytes());
    this.waiting = lane.waitingQueue();
    this.lastNanos = lane.now();
  }

  InboundLimit limit() {
    return limit;
  }

  Selector[] local() {
    return local;
  }

  Selector[] remote() {
    return remote;
  }

  Lifetime life() {
    return life;
  }

  WaitingPackets waiting() {
    return waiting;
  }

  /** Time since the last packet was accepted. */
  long idleNanos() {
    return lane.now() - lastNanos;
  }

  /** An ESP packet for one of the sub-SAs. */
  void receive(
      byte[] packet,
      int offset,
      int length,
      SubSa subSa,
      InetSocketAddress from,
      int listen,
      int outer) {
    PacketCipher cipher = subSa.opener;
    int payloadLength = length - cipher.overheadOctets();
    if (payloadLength < EspPacket.TRAILER_OCTETS) {
      lane.count(MALFORMED);
      return;
    }
    int low = EspPacket.sequenceLow(packet, offset);
    long sequence = extended ? limit.window().infer(low) : Integer.toUnsignedLong(low);
    if (!limit.window().fresh(sequence) || waiting.holds(sequence)) {
      lane.count(REPLAYED);
      return;
    }
    if (!cipher.open(packet, offset, length, sequence)) {
      lane.count(NOT_AUTHENTIC);
      return;
    }
    int payload = offset + EspPacket.IV + cipher.ivOctets();
    if (limit.covers(sequence)) {
      accept(sequence, packet, payload, payloadLength, subSa, from, listen, outer);
      cluster.inboundUsed();
    } else {
      hold(sequence, packet, payload, payloadLength, new Arrival(subSa, from, listen, outer));
    }
  }

  private void hold(long sequence, byte[] packet, int payload, int payloadLength, Arrival arrival) {
    if (waiting.hasRoom(payloadLength)) {
      byte[] copy = Lane.copy(packet, payload, payloadLength);
      waiting.add(new Waiting(sequence, copy, Optional.of(arrival)));
    } else {
      lane.count(QUEUE_FULL);
    }
    cluster.wish();
  }

  private void accept(
      long sequence,
      byte[] packet,
      int payload,
      int payloadLength,
      SubSa subSa,
      InetSocketAddress from,
      int listen,
      int outer) {
    boolean newest = sequence > limit.window().top();
    limit.accept(sequence);
    lastNanos = lane.now();
    if (newest) {
      cluster.pathTaken(subSa);
      subSa.newestFrom(from, listen, lastNanos, lane.events());
    }
    life.add(payloadLength);
    deliver(packet, payload, payloadLength, outer);
    cluster.checkLifetimes();
  }

  /** Checks what came out of the tunnel (RFC 4301 §5.2 step 4) and writes it to the clear side. */
  private void deliver(byte[] packet, int payload, int payloadLength, int outer) {
    int nextHeader = EspPacket.nextHeader(packet, payload, payloadLength);
    if (nextHeader == EspPacket.NEXT_HEADER_DUMMY) {
      lane.count(DUMMIES);
      return;
    }
    int inner = EspPacket.innerLength(packet, payload, payloadLength);
    if (inner == EspPacket.BAD_PADDING) {
      lane.count(MALFORMED);
    } else if (transport == null) {
      FlowKey key = lane.key();
      if (key.parse(packet, payload, inner)
          && nextHeader == (key.ipv4() ? EspPacket.NEXT_HEADER_IPV4 : EspPacket.NEXT_HEADER_IPV6)) {
        pass(packet, payload, key, outer);
      } else {
        lane.count(MALFORMED);
      }
    } else {
      byte[] clear = lane.clearBuffer();
      int length = transport.restore(packet, payload, inner, nextHeader, clear);
      if (length == TransportFraming.NO_PACKET) {
        lane.count(UNTRANSPORTABLE);
        return;
      }
      TrafficClass.put(clear, 0, outer); // there was but one header
      if (lane.key().parse(clear, 0, length)) {
        pass(clear, 0, lane.key(), outer);
      } else {
        lane.count(MALFORMED);
      }
    }
  }

  private void pass(byte[] packet, int offset, FlowKey key, int outer) {
    if (!mayPass(packet, offset, key)) {
      lane.count(key.laterFragment() ? FRAGMENT_MISMATCH : SELECTOR_MISMATCH);
      return;
    }
    if (!Congestion.leave(packet, offset, outer)) {
      lane.count(CONGESTION);
      return;
    }
    lane.count(IN_PACKETS);
    lane.count(IN_BYTES, key.length());
    cluster.arrived(packet, offset, key.length());
    lane.deliver(packet, offset, key.length());
  }

  /**
   * By selectors; where they look at ports a later fragment follows the first (RFC 4301 §7.3), and
   * an ICMP error the packet of ours that it is about (§6.2).
   */
  private boolean mayPass(byte[] packet, int offset, FlowKey key) {
    boolean covered = covered(key);
    if (fragments != null && key.firstFragment()) {
      fragments.remember(key, covered, lane.now());
    }
    return covered
        || (fragments != null && key.laterFragment() && fragments.find(key, lane.now()))
        || (lane.quotedKey().parseQuoted(key, packet, offset) && covered(lane.quotedKey()));
  }

  private boolean covered(FlowKey key) {
    return Selector.anyCoversSource(remote, key) && Selector.anyCoversDestination(local, key);
  }

  /**
   * Accepts the waiting packets that the limit covers by now.
   *
   * @return whether there was one
   */
  boolean release() {
    boolean released = false;
    for (int left = waiting.size(); left > 0; left--) {
      Waiting first = waiting.poll();
      long sequence = first.sequence();
      if (!limit.covers(sequence)) {
        waiting.add(first);
      } else if (limit.window().fresh(sequence)) {
        Arrival arrival = first.arrival().orElseThrow();
        byte[] packet = first.packet();
        accept(
            sequence,
            packet,
            0,
            packet.length,
            arrival.subSa(),
            arrival.from(),
            arrival.listen(),
            arrival.outer());
        released = true;
      } else {
        lane.count(REPLAYED); // the window moved past it while it waited
      }
    }
    return released;
  }

  /** Lets go of the packets that wait. */
  void close() {
    while (!waiting.isEmpty()) {
      waiting.poll();
      lane.count(QUEUE_FULL);
    }
  }
}
