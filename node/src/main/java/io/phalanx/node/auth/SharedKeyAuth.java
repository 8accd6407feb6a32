package io.phalanx.node.auth;

import io.phalanx.config.Secret;
import io.phalanx.config.iana.AuthMethod;
import io.phalanx.config.suite.PseudoRandomFunction;
import io.phalanx.node.ike.crypto.Prf;
import io.phalanx.node.ike.wire.Payload.Authentication;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * Shared Key Message Integrity Code: prf(prf(key, "Key Pad for IKEv2"), octets) (RFC 7296 §2.15).
 */
public final class SharedKeyAuth {
  private static final byte[] KEY_PAD = "Key Pad for IKEv2".getBytes(StandardCharsets.US_ASCII);

  private SharedKeyAuth() {}

  /**
   * The AUTH payload.
   *
   * @param key a pre-shared key, or the MSK of an EAP method (RFC 7296 §2.16)
   * @param signedOctets of the side that proves, see {@link SignedOctets}
   */
  public static Authentication create(PseudoRandomFunction prf, Secret key, byte[] signedOctets) {
    return new Authentication(AuthMethod.SHARED_KEY_MIC, mic(prf, key, signedOctets));
  }

  /** Whether an AUTH payload proves knowledge of the key; constant in time. */
  public static boolean verify(
      PseudoRandomFunction prf, Secret key, byte[] signedOctets, Authentication authentication) {
    return authentication.method().equals(AuthMethod.SHARED_KEY_MIC)
        && MessageDigest.isEqual(mic(prf, key, signedOctets), authentication.data());
  }

  private static byte[] mic(PseudoRandomFunction prf, Secret key, byte[] signedOctets) {
    Secret padded = Prf.of(prf, key, KEY_PAD);
    byte[] mic = Prf.of(prf, padded, signedOctets).reveal();
    padded.wipe();
    return mic;
  }
}
