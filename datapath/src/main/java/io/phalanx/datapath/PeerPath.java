package io.phalanx.datapath;

import java.net.InetSocketAddress;

/**
 * The way to a peer: its endpoint, and the listen address of ours that it has reached and expects
 * answers from.
 *
 * @param listen index in the configured listen addresses, whose order is the same on all members;
 *     {@link #ANY_LISTEN} for the first one of the peer's family
 */
public record PeerPath(InetSocketAddress peer, int listen) {
  public static final int ANY_LISTEN = -1;

  /** From whichever listen address suits. */
  public static PeerPath to(InetSocketAddress peer) {
    return new PeerPath(peer, ANY_LISTEN);
  }
}
