package io.phalanx.node.ike;

import io.phalanx.datapath.UdpDatagram;
import io.phalanx.node.ike.wire.IkeMessage;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** A request or a response of the peer, decoded and, after IKE_SA_INIT, authenticated. */
record Inbound(UdpDatagram datagram, IkeMessage message) {
  /** SHA-256, to know the same request again. */
  static byte[] digest(byte[] message) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(message);
    } catch (NoSuchAlgorithmException fault) {
      throw new IllegalStateException("every Java platform has SHA-256", fault);
    }
  }
}
