package io.phalanx.node.auth;

import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A way to sign with authentication method 14 (RFC 7427).
 *
 * @param identifiers encodings of its AlgorithmIdentifier; the first is the one that we send
 */
record SignatureScheme(Padding padding, SignatureHash hash, List<byte[]> identifiers) {
  private static final int PSS_TRAILER = 1; // RFC 8017 §A.2.3

  enum Padding {
    RSA_PKCS1,
    RSA_PSS,
    ECDSA,
    ED25519,
    ED448;

    boolean hashes() {
      return this != ED25519 && this != ED448;
    }
  }

  private static final List<SignatureScheme> ALL =
      Stream.of(Padding.values())
          .flatMap(
              padding ->
                  (padding.hashes() ? SignatureHash.digests() : List.of(SignatureHash.IDENTITY))
                      .stream().map(hash -> of(padding, hash)))
          .toList();

  /** How a key of ours signs. */
  static Padding padding(KeyKind kind) {
    return switch (kind) {
      case RSA -> Padding.RSA_PKCS1;
      case RSA_PSS -> Padding.RSA_PSS;
      case P256, P384, P521 -> Padding.ECDSA;
      case ED25519 -> Padding.ED25519;
      case ED448 -> Padding.ED448;
    };
  }

  /** A scheme that any key of this kind can do. */
  static SignatureScheme probe(KeyKind kind) {
    return kind.edwards()
        ? of(padding(kind), SignatureHash.IDENTITY)
        : of(kind.rsa() ? Padding.RSA_PSS : Padding.ECDSA, SignatureHash.SHA2_256);
  }

  static SignatureScheme of(Padding padding, SignatureHash hash) {
    List<byte[]> identifiers =
        switch (padding) {
          case RSA_PKCS1 -> AlgorithmIdentifiers.rsaPkcs1(hash);
          case RSA_PSS -> AlgorithmIdentifiers.rsaPss(hash);
          case ECDSA -> AlgorithmIdentifiers.ecdsa(hash);
          case ED25519 -> AlgorithmIdentifiers.edwards(KeyKind.ED25519);
          case ED448 -> AlgorithmIdentifiers.edwards(KeyKind.ED448);
        };
    return new SignatureScheme(padding, hash, identifiers);
  }

  /** The scheme of an AlgorithmIdentifier in DER; empty for one that we do not take. */
  static Optional<SignatureScheme> of(byte[] identifier) {
    return ALL.stream()
        .filter(scheme -> scheme.identifiers.stream().anyMatch(i -> Arrays.equals(i, identifier)))
        .findFirst();
  }

  boolean fits(KeyKind key) {
    return switch (padding) {
      case RSA_PKCS1 -> key == KeyKind.RSA;
      case RSA_PSS -> key.rsa();
      case ECDSA -> !key.rsa() && !key.edwards();
      case ED25519 -> key == KeyKind.ED25519;
      case ED448 -> key == KeyKind.ED448;
    };
  }

  /** A JCE signature that waits for its key. ECDSA signatures are in DER (RFC 7427 §3). */
  Signature signature() throws GeneralSecurityException {
    return switch (padding) {
      case RSA_PKCS1 -> Signature.getInstance(hash.signaturePrefix() + "withRSA");
      case ECDSA -> Signature.getInstance(hash.signaturePrefix() + "withECDSA");
      case ED25519 -> Signature.getInstance("Ed25519");
      case ED448 -> Signature.getInstance("Ed448");
      case RSA_PSS -> {
        Signature signature = Signature.getInstance("RSASSA-PSS");
        signature.setParameter(
            new PSSParameterSpec(
                hash.digestName(),
                "MGF1",
                new MGF1ParameterSpec(hash.digestName()),
                hash.octets(),
                PSS_TRAILER));
        yield signature;
      }
    };
  }
}
