package io.phalanx.node.auth;

import io.phalanx.config.iana.AuthMethod;
import java.util.List;
import java.util.Optional;

/**
 * Signature methods from before RFC 7427, for peers that announce no hash algorithms.
 *
 * <p>RSA signatures name their hash inside. SHA-1 is what RFC 7296 §3.8 wants to be sent there, and
 * such a peer may understand nothing else; it is accepted there alone. The octets under it hold a
 * fresh nonce of the verifier.
 *
 * <p>ECDSA signatures are r | s, with a fixed hash per curve (RFC 4754 §3).
 *
 * @param signingName JCE name to sign with
 * @param verifyingNames JCE names that are accepted
 * @param signatureOctets the one length that is right; 0 where it depends on the key
 */
record ClassicMethod(
    AuthMethod code, String signingName, List<String> verifyingNames, int signatureOctets) {
  private static final ClassicMethod RSA =
      new ClassicMethod(
          AuthMethod.RSA_SIGNATURE,
          "SHA1withRSA",
          List.of("SHA256withRSA", "SHA384withRSA", "SHA512withRSA", "SHA1withRSA"),
          0);
  private static final ClassicMethod P256 =
      ecdsa(AuthMethod.ECDSA_SHA256_P256, "SHA256withECDSAinP1363Format", 2 * 32);
  private static final ClassicMethod P384 =
      ecdsa(AuthMethod.ECDSA_SHA384_P384, "SHA384withECDSAinP1363Format", 2 * 48);
  private static final ClassicMethod P521 =
      ecdsa(AuthMethod.ECDSA_SHA512_P521, "SHA512withECDSAinP1363Format", 2 * 66);

  /** The method for a key; empty where there was none yet. */
  static Optional<ClassicMethod> of(KeyKind kind) {
    return switch (kind) {
      case RSA -> Optional.of(RSA);
      case RSA_PSS, ED25519, ED448 -> Optional.empty();
      case P256 -> Optional.of(P256);
      case P384 -> Optional.of(P384);
      case P521 -> Optional.of(P521);
    };
  }

  /** The platform would also take other lengths. */
  boolean fits(byte[] signature) {
    return signatureOctets == 0 || signatureOctets == signature.length;
  }

  private static ClassicMethod ecdsa(AuthMethod code, String name, int signatureOctets) {
    return new ClassicMethod(code, name, List.of(name), signatureOctets);
  }
}
