package io.phalanx.datapath;

/**
 * What the packet path tells the floors above. Called on packet loops: an implementation hands over
 * to its own thread and returns at once.
 */
public interface DatapathEvents {
  /** An IKE message came in; not yet looked at. */
  void ikeReceived(UdpDatagram datagram);

  /**
   * ESP came in for an SPI that is neither installed nor known to live elsewhere.
   *
   * @param hops how many members have forwarded it already
   */
  void espWithoutSa(int spi, UdpDatagram datagram, int hops);

  /**
   * A clear packet came in that no installed SA and no known route covers.
   *
   * @param hops how many members have forwarded it already
   */
  void clearWithoutSa(byte[] packet, int hops);

  /**
   * Another member has sent a packet of this SA cluster here, and the route that is known here
   * leads away again: one of the two is wrong.
   */
  void misdirected(int saId);

  /**
   * The SA cluster has used half of a lease, or packets wait for numbers. Told again only after
   * {@link Datapath#grant} or {@link Datapath#refused}.
   */
  void leaseWanted(LeaseWish wish);

  /** A byte, packet or sequence number limit is near: the Child SA is to be rekeyed. Told once. */
  void rekeyDue(int saId);

  /** A limit is reached: the SA cluster has stopped sending and is to be deleted. Told once. */
  void exhausted(int saId);

  /** The newest authentic packet came by another path than the one in force. */
  void peerMoved(int saId, int inboundSpi, PeerPath from);
}
