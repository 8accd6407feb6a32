package io.phalanx.node.ike;

import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.Phase;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Where the peer of an IKE SA is, and following it there: answers once that is in the store, then
 * ESP.
 */
final class Paths {
  private Paths() {}

  /**
   * An authentic IKE message, the newest so far, came this way: a NAT may have given the peer
   * another endpoint (RFC 7296 §2.23). With MOBIKE it has to say so (RFC 4555 §3.8).
   */
  static void ikeFrom(IkeSa sa, UdpDatagram datagram, long nowMillis) {
    sa.local.lastHeardMillis = nowMillis;
    if (sa.listen == PeerPath.ANY_LISTEN && sa.peer.equals(datagram.peer())) {
      sa.listen = datagram.listen();
    }
    if (sa.phase != Phase.HALF_OPEN && !sa.extensions.mobike() && mayFollow(sa)) {
      move(sa, datagram.peer(), datagram.natPort(), datagram.listen());
    }
  }

  /** The newest authentic ESP packet came this way. */
  static void espFrom(IkeSa sa, PeerPath from, long nowMillis) {
    sa.local.lastHeardMillis = nowMillis;
    // With MOBIKE it must be the NAT's doing (RFC 4555 §3.8); and no move must be under way.
    boolean settled = sa.mobility.esp().isEmpty() && !sa.mobility.decides() && sa.peerBehindNat;
    if (sa.extensions.mobike() ? settled : mayFollow(sa)) {
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

  private static void move(IkeSa sa, InetSocketAddress peer, boolean natPort, int listen) {
    if (moveIke(sa, peer, natPort, listen)) {
      espFollows(sa);
    }
  }

  /**
   * IKE goes there from now on; ESP stays where it is.
   *
   * @return whether that is elsewhere
   */
  static boolean moveIke(IkeSa sa, InetSocketAddress peer, boolean natPort, int listen) {
    int known = listen == PeerPath.ANY_LISTEN ? sa.listen : listen;
    if (sa.peer.equals(peer) && sa.natPort == natPort && sa.listen == known) {
      return false;
    }
    sa.report("peer-moved", sa.peer + " -> " + peer);
    PeerPath esp = sa.espPath();
    sa.peer = peer;
    sa.natPort = natPort;
    sa.listen = known;
    boolean back = IkeSaImage.espPath(peer, natPort, known).equals(esp);
    sa.mobility = sa.mobility.withMove(back ? Optional.empty() : Optional.of(esp));
    sa.changes.touch();
    return true;
  }

  /** ESP goes where IKE goes. */
  static void espFollows(IkeSa sa) {
    if (sa.mobility.esp().isPresent()) {
      sa.mobility = sa.mobility.withEsp(Optional.empty());
      sa.changes.touch();
      sa.local.pathChanged = true;
      moveEsp(sa);
    }
  }

  /** IKE goes where ESP has stayed. */
  static void backToEsp(IkeSa sa) {
    sa.mobility.esp().ifPresent(path -> moveIke(sa, path.peer(), sa.natPort, path.listen()));
  }

  /** Sends ESP where it is to go, once that is in the store. */
  static void moveEsp(IkeSa sa) {
    if (!sa.children.isEmpty()) {
      sa.hold(new Effect.MovePeer(sa.saIds(), sa.espPath()));
    }
  }
}
