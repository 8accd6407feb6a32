package io.phalanx.datapath;

/** Carries packets to the member that owns their SA. Called on packet loops; never blocks. */
public interface Forwarder {
  void esp(int member, UdpDatagram datagram, int hops);

  void clear(int member, byte[] packet, int offset, int length, int hops);
}
