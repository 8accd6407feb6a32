package io.phalanx.datapath.flow;

import static io.phalanx.datapath.flow.LoopCounters.FRAGMENTED;
import static io.phalanx.datapath.flow.LoopCounters.TOO_BIG;

import io.phalanx.config.PacketHandling;
import io.phalanx.datapath.inner.Ip;
import io.phalanx.datapath.inner.Ipv4Fragmenter;
import io.phalanx.datapath.inner.PacketTooBig;
import io.phalanx.datapath.inner.SegmentSize;

/**
 * Makes clear packets fit the path to the peer before they get a number (RFC 4301 §8.2): what may
 * not be cut is dropped and its sender told; the rest of IPv4 is cut before it is encrypted, so
 * that the peer has to put nothing together first. In transport mode ESP is made of whole packets
 * only, and cutting is left to the outer IP (RFC 4303 §3.3.4).
 */
final class PathFit {
  private final SaCluster cluster;
  private final Lane lane;
  private final OutboundFlow outbound;
  private final boolean clampMss;
  private final boolean mayCut;
  private final Ipv4Fragmenter fragmenter = new Ipv4Fragmenter();

  PathFit(
      SaCluster cluster,
      Lane lane,
      OutboundFlow outbound,
      PacketHandling handling,
      boolean transport) {
    this.cluster = cluster;
    this.lane = lane;
    this.outbound = outbound;
    this.clampMss = handling.clampMss();
    this.mayCut = !transport;
  }

  /** A clear packet, which the lane's key describes. */
  void send(byte[] packet, int offset, int length) {
    int max = cluster.path().innerOctetsMax();
    clamp(packet, offset, length);
    if (length <= max) {
      outbound.send(packet, offset, length);
    } else if (!Ip.ipv4(packet, offset)) {
      if (length <= PacketTooBig.IPV6_MTU_MIN) {
        outbound.send(packet, offset, length); // every IPv6 link takes it: the outer IP is cut
      } else {
        refuse(packet, offset, length, Math.max(max, PacketTooBig.IPV6_MTU_MIN));
      }
    } else if ((Ip.u16(packet, offset + Ip.IPV4_FRAGMENT) & Ip.DONT_FRAGMENT) != 0) {
      refuse(packet, offset, length, max);
    } else if (mayCut) {
      cut(packet, offset, length, max);
    } else {
      outbound.send(packet, offset, length);
    }
  }

  /** Both ways: either end of a connection is told what the path carries. */
  void clamp(byte[] packet, int offset, int length) {
    if (clampMss) {
      SegmentSize.clamp(packet, offset, length, cluster.path().innerOctetsMax());
    }
  }

  private void refuse(byte[] packet, int offset, int length, int mtu) {
    lane.count(TOO_BIG);
    if (lane.key().answerable() && lane.mayAnswer()) {
      byte[] answer = lane.clearBuffer();
      int octets = PacketTooBig.write(packet, offset, length, mtu, answer);
      if (octets != PacketTooBig.NO_ANSWER) {
        lane.deliver(answer, 0, octets);
      }
    }
  }

  /** At most 65000 octets into pieces of 400 and more, so the number of them is bounded. */
  private void cut(byte[] packet, int offset, int length, int max) {
    lane.count(FRAGMENTED);
    fragmenter.start(packet, offset, length, max);
    byte[] piece = lane.clearBuffer();
    int octets = fragmenter.next(piece);
    while (octets > 0 && !cluster.spent()) {
      outbound.send(piece, 0, octets);
      octets = fragmenter.next(piece);
    }
  }
}
