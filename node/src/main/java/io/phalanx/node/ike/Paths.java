package io.phalanx.node.ike;

import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.replication.image.IkeSaImage.Phase;
import java.net.InetSocketAddress;

/** Where the peer of an IKE SA is, and following it there. */
final class Paths {
  private Paths() {}

  /**
   * An authentic IKE message, the newest so far, came this way: a NAT may have given the peer
   * another endpoint (RFC 7296 §2.23).
   */
  static void ikeFrom(IkeSa sa, UdpDatagram datagram, long nowMillis) {
    sa.local.lastHeardMillis = nowMillis;
    if (sa.listen == PeerPath.ANY_LISTEN && sa.peer.equals(datagram.peer())) {
      sa.listen = datagram.listen();
    }
    if (sa.phase != Phase.HALF_OPEN && mayFollow(sa)) {
      move(sa, datagram.peer(), datagram.natPort(), datagram.listen());
    }
  }

  /** The newest authentic ESP packet came this way. */
  static void espFrom(IkeSa sa, PeerPath from, long nowMillis) {
    sa.local.lastHeardMillis = nowMillis;
    if (mayFollow(sa)) {
      move(sa, from.peer(), true, from.listen());
    }
  }

  /**
   * A peer that no NAT hides does not move without a word, and whoever is behind one itself must
   * not believe it: one packet of an attacker would do (RFC 7296 §2.23).
   */
  private static boolean mayFollow(IkeSa sa) {
    return sa.peerBehindNat || !sa.localBehindNat;
  }

  /** Goes there, if that is elsewhere: answers once it is in the store, then ESP. */
  static void move(IkeSa sa, InetSocketAddress peer, boolean natPort, int listen) {
    int known = listen == PeerPath.ANY_LISTEN ? sa.listen : listen;
    if (sa.peer.equals(peer) && sa.natPort == natPort && sa.listen == known) {
      return;
    }
    sa.report("peer-moved", sa.peer + " -> " + peer);
    sa.peer = peer;
    sa.natPort = natPort;
    sa.listen = known;
    sa.changes.touch();
    sa.local.pathChanged = true;
    moveEsp(sa);
  }

  /** Sends ESP where it is to go, once that is in the store. */
  static void moveEsp(IkeSa sa) {
    if (!sa.children.isEmpty()) {
      sa.hold(new Effect.MovePeer(sa.saIds(), sa.espPath()));
    }
  }
}
