package io.phalanx.node.auth;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.util.Optional;

/** Public keys that we trust signatures of; weaker and stranger ones are none of them. */
enum KeyKind {
  RSA,
  /** An RSA key that its certificate keeps for RSASSA-PSS alone (RFC 4055 §1.2). */
  RSA_PSS,
  P256,
  P384,
  P521,
  ED25519,
  ED448;

  /** For messages that tell what is wrong with another one. */
  static final String KNOWN =
      "RSA of 2048 to 8192 bits, EC on P-256, P-384 or P-521, Ed25519 or Ed448";

  private static final int RSA_BITS_MIN = 2048;

  /** Bounds the time of a verification that a stranger asks for. */
  private static final int RSA_BITS_MAX = 8192;

  private static final int RSA_EXPONENT_BITS_MAX = 64;
  private static final BigInteger RSA_EXPONENT_MIN = BigInteger.valueOf(3);

  /** The kind of a key; empty for one that is too weak, too costly or of another algorithm. */
  static Optional<KeyKind> of(PublicKey key) {
    return switch (key) {
      case RSAPublicKey rsa when acceptable(rsa) ->
          Optional.of(rsa.getAlgorithm().equals("RSASSA-PSS") ? RSA_PSS : RSA);
      case ECPublicKey ec -> named(ec.getParams());
      case EdECPublicKey edwards -> named(edwards.getParams().getName());
      default -> Optional.empty();
    };
  }

  boolean rsa() {
    return this == RSA || this == RSA_PSS;
  }

  boolean edwards() {
    return this == ED25519 || this == ED448;
  }

  /** Whether a private key is of the same algorithm. */
  boolean fits(PrivateKey key) {
    return switch (this) {
      case RSA, RSA_PSS -> key instanceof RSAPrivateKey;
      case P256, P384, P521 -> key instanceof ECPrivateKey;
      case ED25519, ED448 ->
          key instanceof EdECPrivateKey edwards
              && named(edwards.getParams().getName()).filter(this::equals).isPresent();
    };
  }

  private static Optional<KeyKind> named(String curve) {
    return switch (curve) {
      case "Ed25519" -> Optional.of(ED25519);
      case "Ed448" -> Optional.of(ED448);
      default -> Optional.empty();
    };
  }

  private static boolean acceptable(RSAPublicKey key) {
    int bits = key.getModulus().bitLength();
    BigInteger exponent = key.getPublicExponent();
    return bits >= RSA_BITS_MIN
        && bits <= RSA_BITS_MAX
        && exponent.testBit(0)
        && exponent.compareTo(RSA_EXPONENT_MIN) >= 0
        && exponent.bitLength() <= RSA_EXPONENT_BITS_MAX;
  }

  private static Optional<KeyKind> named(ECParameterSpec parameters) {
    if (same(parameters, Curves.P256)) {
      return Optional.of(P256);
    }
    if (same(parameters, Curves.P384)) {
      return Optional.of(P384);
    }
    return same(parameters, Curves.P521) ? Optional.of(P521) : Optional.empty();
  }

  private static boolean same(ECParameterSpec left, ECParameterSpec right) {
    return left.getCurve().equals(right.getCurve())
        && left.getGenerator().equals(right.getGenerator())
        && left.getOrder().equals(right.getOrder())
        && left.getCofactor() == right.getCofactor();
  }

  /** Parameters of the named curves (FIPS 186-4 D.1.2). */
  private static final class Curves {
    static final ECParameterSpec P256 = curve("secp256r1");
    static final ECParameterSpec P384 = curve("secp384r1");
    static final ECParameterSpec P521 = curve("secp521r1");

    private static ECParameterSpec curve(String name) {
      try {
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec(name));
        return parameters.getParameterSpec(ECParameterSpec.class);
      } catch (GeneralSecurityException fault) {
        throw new IllegalStateException("every Java platform has " + name, fault);
      }
    }
  }
}
