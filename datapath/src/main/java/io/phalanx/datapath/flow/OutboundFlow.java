package io.phalanx.datapath.flow;

import static io.phalanx.datapath.flow.LoopCounters.NO_SA;
import static io.phalanx.datapath.flow.LoopCounters.OUT_BYTES;
import static io.phalanx.datapath.flow.LoopCounters.OUT_PACKETS;
import static io.phalanx.datapath.flow.LoopCounters.QUEUE_FULL;
import static io.phalanx.datapath.flow.LoopCounters.UNTRANSPORTABLE;

import io.phalanx.config.PacketHandling;
import io.phalanx.datapath.SaClusterSpec;
import io.phalanx.datapath.esp.EspPacket;
import io.phalanx.datapath.esp.PacketCipher;
import io.phalanx.datapath.esp.SequenceSource;
import io.phalanx.datapath.flow.WaitingPackets.Waiting;
import io.phalanx.datapath.inner.Congestion;
import io.phalanx.datapath.inner.Ip;
import io.phalanx.datapath.inner.TrafficClass;
import io.phalanx.datapath.inner.TransportFraming;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * From the clear side to the peer. The order for each packet is: number below the lease, seal,
 * send. A packet for which there is no number waits for the store to grant some.
 */
final class OutboundFlow {
  private final SaCluster cluster;
  private final Lane lane;
  private final SequenceSource source;
  private final Lifetime life;
  private final WaitingPackets waiting;
  private final @Nullable TransportFraming transport;
  private final PacketHandling handling;
  private final int fixedTrafficClass; // negative where it depends on the packet

  /**
   * @param last the last number that may ever be sent
   */
  OutboundFlow(
      SaCluster cluster,
      SaClusterSpec spec,
      Lane lane,
      @Nullable TransportFraming transport,
      long last) {
    this.cluster = cluster;
    this.lane = lane;
    this.transport = transport;
    this.handling = spec.handling();
    boolean copied = handling.outerDscp() == PacketHandling.COPY_DSCP || handling.copyEcn();
    this.fixedTrafficClass = copied || transport != null ? -1 : handling.outerDscp() << 2;
    this.source =
        new SequenceSource(spec.sequence().nextOutbound(), spec.sequence().outLease(), last);
    this.life = new Lifetime(spec.rekeyPackets(), spec.rekeyBytes());
    this.waiting = lane.waitingQueue();
  }

  SequenceSource source() {
    return source;
  }

  Lifetime life() {
    return life;
  }

  WaitingPackets waiting() {
    return waiting;
  }

  /** A clear packet that the SPD gave to this SA cluster; {@code length} is its own length. */
  void send(byte[] packet, int offset, int length) {
    if (transport != null && !transport.carries(packet, offset)) {
      lane.count(UNTRANSPORTABLE);
      return;
    }
    // Behind those that wait already, so that a flow keeps its order.
    long sequence = waiting.isEmpty() ? source.take() : SequenceSource.NONE;
    if (sequence != SequenceSource.NONE) {
      seal(sequence, packet, offset, length);
      cluster.outboundUsed();
    } else if (source.exhausted()) {
      cluster.spend();
      lane.count(NO_SA);
    } else {
      hold(packet, offset, length);
    }
  }

  private void hold(byte[] packet, int offset, int length) {
    if (waiting.hasRoom(length)) {
      waiting.add(new Waiting(0, Lane.copy(packet, offset, length), Optional.empty()));
    } else {
      lane.count(QUEUE_FULL);
    }
    cluster.wish();
  }

  private void seal(long sequence, byte[] inner, int offset, int length) {
    SubSa subSa = cluster.path();
    PacketCipher cipher = subSa.sealer;
    byte[] out = lane.sealBuffer();
    int payload = EspPacket.IV + cipher.ivOctets();
    EspPacket.putHeader(out, 0, subSa.outboundSpi, sequence);
    lane.ivs(subSa.iv).put(out, EspPacket.IV);
    int skipped = transport == null ? 0 : transport.headerOctets();
    int carried = length - skipped;
    System.arraycopy(inner, offset + skipped, out, payload, carried);
    int nextHeader = nextHeader(inner, offset);
    int sealed = EspPacket.putTrailer(out, payload, carried, cipher.alignOctets(), nextHeader);
    int total = cipher.seal(out, 0, sealed, sequence);
    lane.sendEsp(subSa.listen, subSa.peer, out, total, outerTrafficClass(inner, offset));
    lane.count(OUT_PACKETS);
    lane.count(OUT_BYTES, length);
    life.add(sealed);
    cluster.checkLifetimes();
  }

  /** RFC 4301 §5.1.2 for DSCP, RFC 6040 §4.1 for ECN. */
  private int outerTrafficClass(byte[] inner, int offset) {
    if (fixedTrafficClass >= 0) {
      return fixedTrafficClass;
    }
    int own = TrafficClass.of(inner, offset);
    if (transport != null) {
      return own; // there is but one header
    }
    int dscp =
        handling.outerDscp() == PacketHandling.COPY_DSCP
            ? own & TrafficClass.DSCP
            : handling.outerDscp() << 2;
    return dscp | (handling.copyEcn() ? own & TrafficClass.ECN : Congestion.NOT_ECT);
  }

  private int nextHeader(byte[] inner, int offset) {
    if (transport != null) {
      return transport.nextHeader(inner, offset);
    }
    return Ip.ipv4(inner, offset) ? EspPacket.NEXT_HEADER_IPV4 : EspPacket.NEXT_HEADER_IPV6;
  }

  /**
   * Sends the waiting packets for which there are numbers by now.
   *
   * @return whether there was one
   */
  boolean release() {
    boolean released = false;
    while (!waiting.isEmpty() && !cluster.spent()) {
      long sequence = source.take();
      if (sequence == SequenceSource.NONE) {
        break;
      }
      byte[] packet = waiting.poll().packet();
      seal(sequence, packet, 0, packet.length);
      released = true;
    }
    if (source.exhausted() && !waiting.isEmpty()) {
      cluster.spend();
    }
    while (cluster.spent() && !waiting.isEmpty()) {
      waiting.poll();
      lane.count(NO_SA);
    }
    return released;
  }

  /** The packets that wait look for another way. */
  void close() {
    while (!waiting.isEmpty()) {
      byte[] packet = waiting.poll().packet();
      lane.clear(packet, 0, packet.length, 0);
    }
  }
}
