package io.phalanx.datapath.udp;

import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;
import java.net.InetSocketAddress;

/** The gateway's way out to its peers: for each listen address an IKE and a NAT port. */
public interface DatagramPorts extends AutoCloseable {
  /** Room for a datagram; IKE messages with certificates are larger than any path MTU. */
  int DATAGRAM_OCTETS_MAX = 16 << 10;

  /** The IKE port in use, the same on all listen addresses. */
  int ikePort();

  /** The NAT traversal port in use, the same on all listen addresses. */
  int natPort();

  /**
   * The listen address that a path means: the one it names, else the first of the peer's family.
   * What it names may be missing here, where the addresses of the members are not the same.
   */
  int listenFor(PeerPath path);

  /**
   * Writes an ESP packet to the NAT port's socket of a packet loop, to be sent by {@link #flush}.
   *
   * @return whether there was room for it
   */
  boolean write(int loop, int listen, InetSocketAddress peer, byte[] packet, int length);

  /** Sends what was written to the NAT port's socket. */
  void flush(int loop, int listen);

  /** Whether {@link #sendMarked} is for this machine: with epoll. */
  boolean canMark();

  /**
   * Sends an ESP packet with a traffic class of its own at once, behind what was written.
   *
   * @param trafficClass DSCP and ECN, 0..255
   * @return whether there was room for it
   */
  boolean sendMarked(
      int loop, int listen, InetSocketAddress peer, byte[] packet, int length, int trafficClass);

  /**
   * Sends an IKE message, from any thread; on the NAT port behind the non-ESP marker.
   *
   * @return whether there was room for it
   */
  boolean sendIke(UdpDatagram datagram);

  /**
   * Sends a NAT keepalive (RFC 3948 §2.3), from any thread.
   *
   * @return whether there was room for it
   */
  boolean sendKeepalive(PeerPath path);

  @Override
  void close();
}
