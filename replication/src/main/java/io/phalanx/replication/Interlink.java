package io.phalanx.replication;

import io.phalanx.datapath.Forwarder;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;

/** Sealed datagrams between members: heartbeats, forwarded packets, and notes about SAs. */
public interface Interlink extends Forwarder, AutoCloseable {
  /** Hands an IKE message to the member that owns its IKE SA. */
  void ike(int member, UdpDatagram datagram, int hops);

  /** Tells the owner of an IKE SA that one of its SA clusters is to be rekeyed or is used up. */
  void childDue(int member, long ikeSpi, int saId, boolean exhausted);

  /** Tells the owner of an IKE SA that one of its SA clusters has heard the peer elsewhere. */
  void peerMoved(int member, long ikeSpi, int saId, PeerPath path);

  /**
   * Tells a member that an IKE SA, or one of its SA clusters, has been handed over to it. May get
   * lost: then it learns of it by the first packet.
   *
   * @param saId 0 for the IKE SA
   */
  void handedOver(int member, long ikeSpi, int saId);

  /**
   * Sends some octets that only their sender and receiver understand; they may get lost.
   *
   * @param note at most 1000 octets
   */
  void note(int member, byte[] note);

  /** What other members send; called on the interlink's thread, returns at once. */
  interface Receiver {
    void espForwarded(int from, UdpDatagram datagram, int hops);

    void clearForwarded(int from, byte[] packet, int hops);

    void ikeForwarded(int from, UdpDatagram datagram, int hops);

    void childDue(int from, long ikeSpi, int saId, boolean exhausted);

    void peerMoved(int from, long ikeSpi, int saId, PeerPath path);

    void handedOver(int from, long ikeSpi, int saId);

    void note(int from, byte[] note);
  }

  @Override
  void close();
}
