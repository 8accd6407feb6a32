package io.phalanx.datapath;

import java.net.InetAddress;

/**
 * The two ends of a Child SA in transport mode (RFC 4301 §4.1). The clear side sees whole packets
 * between {@code local} and {@code peer}, wherever the peer has moved to since.
 *
 * @param local our address on the clear side
 * @param peer the peer's address on the clear side, of the same family
 * @param localAtPeer our address as the peer knows it: it is in the checksums of what the peer
 *     sends (RFC 3948 §3.1.2)
 * @param peerAtPeer the peer's address as it knows it, likewise
 */
public record TransportAddresses(
    InetAddress local, InetAddress peer, InetAddress localAtPeer, InetAddress peerAtPeer) {
  public TransportAddresses {
    if (local.getClass() != peer.getClass()) {
      throw new IllegalArgumentException("two ends of two families");
    }
  }
}
