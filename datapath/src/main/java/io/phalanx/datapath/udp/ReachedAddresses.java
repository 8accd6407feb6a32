package io.phalanx.datapath.udp;

import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Which listen address each peer has reached, so that it is answered from there. A bounded memory:
 * a later peer may take the place of an earlier one, which is then answered from the first address.
 */
final class ReachedAddresses {
  private record Reached(InetSocketAddress peer, int listen) {}

  private static final int PLACES = 1 << 14;

  private final AtomicReferenceArray<Reached> places = new AtomicReferenceArray<>(PLACES);

  void remember(InetSocketAddress peer, int listen) {
    int place = place(peer);
    Reached known = places.get(place);
    if (known == null || known.listen != listen || !known.peer.equals(peer)) {
      places.set(place, new Reached(peer, listen));
    }
  }

  /** The index of the listen address, or -1 where the peer is not known. */
  int listenOf(InetSocketAddress peer) {
    Reached known = places.get(place(peer));
    return known != null && known.peer.equals(peer) ? known.listen : -1;
  }

  private static int place(InetSocketAddress peer) {
    int hash = peer.hashCode() * 0x9E3779B9;
    return (hash ^ (hash >>> 16)) & (PLACES - 1);
  }
}
