package io.phalanx.datapath;

import java.net.InetSocketAddress;

/**
 * A datagram of a peer, out of or into one of the two UDP ports.
 *
 * @param peer the other end
 * @param natPort whether it belongs to the NAT traversal port (4500), whose IKE messages are led by
 *     the non-ESP marker; the marker itself is not part of {@code payload}
 * @param payload an IKE message or an ESP packet; owned by the record
 * @param listen the listen address that it came in at or is to leave from, as in {@link PeerPath}
 */
public record UdpDatagram(InetSocketAddress peer, boolean natPort, byte[] payload, int listen) {
  /** At, or from, whichever listen address suits. */
  public UdpDatagram(InetSocketAddress peer, boolean natPort, byte[] payload) {
    this(peer, natPort, payload, PeerPath.ANY_LISTEN);
  }
}
