package io.phalanx.datapath.flow;

import static io.phalanx.datapath.flow.LoopCounters.NO_SA;

import io.phalanx.datapath.Datapath;
import io.phalanx.datapath.LeaseWish;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.SaClusterSpec;
import io.phalanx.datapath.SaUsage;
import io.phalanx.datapath.esp.InboundLimit;
import io.phalanx.datapath.esp.PacketCiphers;
import io.phalanx.datapath.esp.SequenceSource;
import io.phalanx.datapath.inner.TransportFraming;
import io.phalanx.datapath.policy.Selector;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * An SA cluster at work: one sequence source, one window, one pair of limits, however many sub-SAs.
 * Everything here runs on the home loop, so nothing is locked.
 */
final class SaCluster implements Target.Outbound {
  /** Where 32-bit numbers end, and where a rekey is due: numbers that leases burnt count too. */
  private static final long LAST_32_BIT = (1L << 32) - 1;

  private static final long REKEY_32_BIT = 3L << 30;

  /**
   * 64-bit numbers do not run out, but 2^32 packets are enough for one key: the chance to tell
   * AES-GCM from random grows with the square of the blocks sealed (about 2^39 here).
   */
  private static final long REKEY_64_BIT = 1L << 32;

  private static final long LAST_64_BIT = REKEY_64_BIT + REKEY_64_BIT / 4;

  final int id;
  final Lane lane;

  private final List<SubSa> subSas;
  private final InboundFlow inbound;
  private final OutboundFlow outbound;
  private final PathFit fit;
  private final LeaseDesk desk;
  private final long rekeyAt;

  private SubSa path;
  private boolean rekeyTold;
  private boolean spent;
  private boolean closed;
  private boolean retired;

  SaCluster(SaClusterSpec spec, Lane lane, PacketCiphers ciphers) {
    if (spec.subSas().isEmpty()) {
      throw new IllegalArgumentException("an SA cluster needs a sub-SA");
    }
    boolean extended = spec.extendedSequenceNumbers();
    this.id = spec.id();
    this.lane = lane;
    this.rekeyAt = extended ? REKEY_64_BIT : REKEY_32_BIT;
    TransportFraming transport = spec.transport().map(TransportFraming::new).orElse(null);
    this.inbound = new InboundFlow(this, spec, lane, transport);
    this.outbound =
        new OutboundFlow(this, spec, lane, transport, extended ? LAST_64_BIT : LAST_32_BIT);
    this.fit = new PathFit(this, lane, outbound, spec.handling(), transport != null);
    int headerOctets = transport == null ? 0 : transport.headerOctets();
    this.desk = new LeaseDesk(outbound.source(), inbound.limit());
    this.subSas =
        spec.subSas().stream()
            .map(
                sub ->
                    new SubSa(this, sub, spec, ciphers, headerOctets, lane.listenFor(sub.path())))
            .toList();
    this.path = subSas.getFirst();
  }

  List<SubSa> subSas() {
    return subSas;
  }

  /** What the peer may be: the destinations of clear packets for it. */
  Selector[] remote() {
    return inbound.remote();
  }

  Selector[] local() {
    return inbound.local();
  }

  // Packets

  void inbound(
      byte[] packet,
      int offset,
      int length,
      SubSa subSa,
      InetSocketAddress from,
      int listen,
      int outer) {
    if (!closed) {
      inbound.receive(packet, offset, length, subSa, from, listen, outer);
    }
  }

  void outbound(byte[] packet, int offset, int length) {
    if (closed || spent) {
      lane.count(NO_SA);
    } else {
      fit.send(packet, offset, length);
    }
  }

  /** A packet of the peer on its way to the clear port. */
  void arrived(byte[] packet, int offset, int length) {
    fit.clamp(packet, offset, length);
  }

  /** The sub-SA that the peer's newest packet took, and so the one that is sent over. */
  SubSa path() {
    return path;
  }

  void pathTaken(SubSa subSa) {
    path = subSa;
  }

  // Numbers

  void inboundUsed() {
    if (desk.inboundHalfUsed()) {
      wish();
    }
  }

  void outboundUsed() {
    if (desk.outboundHalfUsed() && !outbound.source().exhausted()) {
      wish();
    }
  }

  void wish() {
    if (closed || !desk.open()) {
      return;
    }
    desk.tell();
    SequenceSource source = outbound.source();
    InboundLimit limit = inbound.limit();
    long top = limit.window().top();
    lane.events()
        .leaseWanted(
            new LeaseWish(
                id,
                source.next(),
                outbound.waiting().size(),
                source.lease(),
                top,
                inbound.waiting().isEmpty() ? top : inbound.waiting().top(),
                limit.limit()));
  }

  void grant(long outLease, long inLimit) {
    if (closed) {
      return;
    }
    SequenceSource source = outbound.source();
    InboundLimit limit = inbound.limit();
    boolean raised = outLease > source.lease() || inLimit > limit.limit();
    source.grant(outLease);
    limit.grant(inLimit);
    if (!raised && waiting()) {
      refused(); // nothing came of it: ask again, but not in a tight circle
      return;
    }
    desk.granted();
    boolean in = inbound.release();
    boolean out = outbound.release();
    if (waiting()) {
      wish();
    }
    if (in) {
      inboundUsed();
    }
    if (out) {
      outboundUsed();
    }
  }

  void refused() {
    if (closed) {
      return;
    }
    lane.after(
        desk.refused(lane.refusedPauseNanos()),
        () -> {
          desk.pauseOver();
          if (waiting()) {
            wish();
          }
        });
  }

  private boolean waiting() {
    return !inbound.waiting().isEmpty() || !outbound.waiting().isEmpty();
  }

  /**
   * Lowers the limit first and tells it then. Not while a wish is unanswered: the grant that may be
   * on its way would raise the limit again behind the store's back.
   */
  void settle(LongConsumer lowered) {
    InboundLimit limit = inbound.limit();
    boolean above = limit.limit() > limit.window().top();
    if (closed || !above || desk.asked() || !inbound.waiting().isEmpty()) {
      return;
    }
    long now = limit.lower();
    desk.measure();
    lowered.accept(now);
  }

  /** Stops for good, so that another member can begin where this one ended. */
  Optional<Datapath.Retired> retire() {
    if (closed || desk.asked() || waiting()) {
      return Optional.empty();
    }
    retired = true;
    close();
    return Optional.of(
        new Datapath.Retired(outbound.source().next(), inbound.limit().window().top()));
  }

  boolean retired() {
    return retired;
  }

  // Lifetimes

  void checkLifetimes() {
    boolean soft =
        inbound.life().soft()
            || outbound.life().soft()
            || outbound.source().next() >= rekeyAt
            || inbound.limit().window().top() >= rekeyAt;
    if (soft && !rekeyTold) {
      rekeyTold = true;
      lane.events().rekeyDue(id);
    }
    if (inbound.life().hard() || outbound.life().hard()) {
      spend();
    }
  }

  /** Stops sending for good. */
  void spend() {
    if (!spent) {
      spent = true;
      lane.events().exhausted(id);
    }
  }

  boolean spent() {
    return spent;
  }

  // Control

  void movePeer(int inboundSpi, PeerPath path) {
    for (SubSa subSa : subSas) {
      if (subSa.inboundSpi == inboundSpi) {
        subSa.moveTo(path, lane.listenFor(path));
      }
    }
  }

  SaUsage usage() {
    return new SaUsage(
        id,
        inbound.life().packets(),
        inbound.life().bytes(),
        outbound.life().packets(),
        outbound.life().bytes(),
        outbound.source().next(),
        inbound.limit().window().top(),
        inbound.idleNanos());
  }

  /** Stops; clear packets that wait look for another way, those from the peer are let go. */
  void close() {
    closed = true;
    inbound.close();
    outbound.close();
  }
}
