package io.phalanx.datapath.flow;

import io.phalanx.config.suite.CipherMode;
import io.phalanx.datapath.DatapathEvents;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.SaClusterSpec;
import io.phalanx.datapath.SubSaSpec;
import io.phalanx.datapath.esp.EspPacket;
import io.phalanx.datapath.esp.PacketCipher;
import io.phalanx.datapath.esp.PacketCiphers;
import io.phalanx.datapath.inner.Ip;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.Optional;

/** A sub-SA at work: its SPIs, its keys as ciphers, its path. Lives on its cluster's home loop. */
final class SubSa implements Target.Inbound {
  private static final int UDP_HEADER_OCTETS = 8;
  private static final long TELL_AGAIN_NANOS = 1_000_000_000L;

  final SaCluster cluster;
  final int inboundSpi;
  final int outboundSpi;
  final PacketCipher opener;
  final PacketCipher sealer;
  final CipherMode.Iv iv;

  private final int pathMtuOctets;
  private final int headerOctets; // of clear packets that ESP does not carry

  InetSocketAddress peer;
  int listen; // index of the listen address that the peer reaches

  private int innerOctetsMax;
  private Optional<PeerPath> told = Optional.empty();
  private long toldNanos;

  SubSa(
      SaCluster cluster,
      SubSaSpec spec,
      SaClusterSpec of,
      PacketCiphers ciphers,
      int headerOctets,
      int listen) {
    boolean extended = of.extendedSequenceNumbers();
    this.cluster = cluster;
    this.inboundSpi = spec.inboundSpi();
    this.outboundSpi = spec.outboundSpi();
    this.opener =
        ciphers.create(spec.suite(), spec.inboundEncryption(), spec.inboundIntegrity(), extended);
    this.sealer =
        ciphers.create(spec.suite(), spec.outboundEncryption(), spec.outboundIntegrity(), extended);
    this.iv = spec.suite().encryption().mode().iv();
    this.peer = spec.path().peer();
    this.listen = listen;
    this.pathMtuOctets = of.handling().pathMtuOctets();
    this.headerOctets = headerOctets;
    this.innerOctetsMax = octetsThatFit();
  }

  /**
   * The newest packet so far came from this endpoint. Replays and packets that were overtaken never
   * get here, so an old packet cannot turn the path back (RFC 7296 §2.23).
   *
   * @param arrivedListen the listen address it came in at; negative where that is not known
   */
  void newestFrom(InetSocketAddress from, int arrivedListen, long nowNanos, DatapathEvents events) {
    int at = arrivedListen >= 0 ? arrivedListen : listen;
    if (from.equals(peer) && at == listen) {
      return;
    }
    boolean news = told.isEmpty() || told.get().listen() != at || !told.get().peer().equals(from);
    if (news || nowNanos - toldNanos > TELL_AGAIN_NANOS) {
      InetSocketAddress plain = new InetSocketAddress(from.getAddress(), from.getPort());
      PeerPath path = new PeerPath(plain, at);
      told = Optional.of(path);
      toldNanos = nowNanos;
      events.peerMoved(cluster.id, inboundSpi, path);
    }
  }

  /**
   * @param index the listen address that the path means
   */
  void moveTo(PeerPath path, int index) {
    peer = path.peer();
    listen = index;
    told = Optional.empty();
    innerOctetsMax = octetsThatFit();
  }

  /** The largest clear packet that gets to the peer in one piece. */
  int innerOctetsMax() {
    return innerOctetsMax;
  }

  private int octetsThatFit() {
    boolean ipv4 = peer.getAddress() instanceof Inet4Address;
    int outer = (ipv4 ? Ip.IPV4_HEADER_OCTETS : Ip.IPV6_HEADER_OCTETS) + UDP_HEADER_OCTETS;
    int room = pathMtuOctets - outer - sealer.overheadOctets();
    return headerOctets + room - room % sealer.alignOctets() - EspPacket.TRAILER_OCTETS;
  }
}
