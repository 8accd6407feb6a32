package io.phalanx.node.auth;

import io.phalanx.config.Identity;
import io.phalanx.config.Secret;
import io.phalanx.config.suite.PseudoRandomFunction;
import io.phalanx.node.ike.crypto.Prf;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.InitExchange;
import java.nio.ByteBuffer;

/**
 * What the AUTH payload is computed over (RFC 7296 §2.15): the first message of its sender, the
 * nonce of its receiver, and the identity of its sender under SK_p.
 */
public final class SignedOctets {
  /** Type and reserved octets before the identification data. */
  private static final int ID_HEADER_OCTETS = 4;

  private SignedOctets() {}

  /**
   * What the initiator signs.
   *
   * @param initiator its identity, as in IDi
   */
  public static byte[] ofInitiator(
      PseudoRandomFunction prf, InitExchange init, IkeSaImage.Keys keys, Identity initiator) {
    return of(prf, init.request(), init.nonceR(), keys.pi(), initiator);
  }

  /**
   * What the responder signs.
   *
   * @param responder its identity, as in IDr
   */
  public static byte[] ofResponder(
      PseudoRandomFunction prf, InitExchange init, IkeSaImage.Keys keys, Identity responder) {
    return of(prf, init.response(), init.nonceI(), keys.pr(), responder);
  }

  private static byte[] of(
      PseudoRandomFunction prf, byte[] message, byte[] peerNonce, Secret skP, Identity identity) {
    byte[] idBody =
        ByteBuffer.allocate(ID_HEADER_OCTETS + identity.data().length)
            .put(0, (byte) identity.type().code())
            .put(ID_HEADER_OCTETS, identity.data())
            .array();
    byte[] maced = Prf.of(prf, skP, idBody).reveal();
    return ByteBuffer.allocate(message.length + peerNonce.length + maced.length)
        .put(message)
        .put(peerNonce)
        .put(maced)
        .array();
  }
}
