package io.phalanx.replication.interlink;

import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;
import java.util.List;

/** What a datagram between members says, once it is authenticated. */
sealed interface Frame {
  /**
   * "I am alive, and these I hear." Who finds itself in the list knows that the heartbeat was made
   * after its own start.
   *
   * @param startNonce random, fresh at each start of the sender
   */
  record Heartbeat(long startNonce, List<Heard> heard) implements Frame {}

  /**
   * A life that the sender of a heartbeat has heard from of late.
   *
   * @param proven whether it is known not to be a recording
   */
  record Heard(int member, int incarnation, long startNonce, boolean proven) {}

  record EspForward(UdpDatagram datagram, int hops) implements Frame {}

  record ClearForward(byte[] packet, int hops) implements Frame {}

  record IkeForward(UdpDatagram datagram, int hops) implements Frame {}

  record ChildDue(long ikeSpi, int saId, boolean exhausted) implements Frame {}

  /** An SA cluster of the sender has heard its peer elsewhere. */
  record PeerMoved(long ikeSpi, int saId, PeerPath path) implements Frame {}

  /**
   * The receiver owns an IKE SA or an SA cluster from now on, by the will of the sender.
   *
   * @param saId 0 for the IKE SA
   */
  record HandedOver(long ikeSpi, int saId) implements Frame {}

  record Note(byte[] octets) implements Frame {}

  /** The sender leaves on purpose; this life does not come back. */
  record Goodbye() implements Frame {}
}
