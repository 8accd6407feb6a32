package io.phalanx.node.ike;

import io.phalanx.datapath.UdpDatagram;
import io.phalanx.node.ike.wire.IkeMessage;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** A request or a response of the peer, decoded and, after IKE_SA_INIT, authenticated. */
record Inbound(UdpDatagram datagram, IkeMessage message) {
  /** Brings a message back to where this one came from. */
  UdpDatagram back(byte[] answer) {
    return back(datagram, answer);
  }

  /** Brings a message back to where a datagram came from, by the way it took. */
  static UdpDatagram back(UdpDatagram datagram, byte[] answer) {
    return new UdpDatagram(datagram.peer(), datagram.natPort(), answer, datagram.listen());
  }

  /** SHA-256, to know the same request again. */
  static byte[] digest(byte[] message) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(message);
    } catch (NoSuchAlgorithmException fault) {
      throw new IllegalStateException("every Java platform has SHA-256", fault);
    }
  }
}
