package io.phalanx.node.ike.crypto;

import io.phalanx.config.Secret;
import io.phalanx.config.suite.KeyExchangeMethod;
import java.security.SecureRandom;
import java.util.Optional;

/**
 * Key exchange (RFC 7296 §2.12, transform type 4). Private values are plain octets, so that a
 * member which takes over an exchange goes on with it.
 */
public final class KeyAgreement {
  private KeyAgreement() {}

  /**
   * Our half of a key exchange.
   *
   * @param publicValue for the KE payload
   * @param privateValue for {@link #agree}, here or on another member
   */
  public record KeyPairValue(byte[] publicValue, Secret privateValue) {}

  /** A fresh pair. */
  public static KeyPairValue generate(KeyExchangeMethod method, SecureRandom random) {
    return group(method).generate(random);
  }

  /**
   * The shared secret g^ir.
   *
   * @param privateValue out of {@link #generate} with the same method
   * @param peerPublic from the peer's KE payload
   * @return empty where the peer's value is not a valid one of the group: of the wrong length, out
   *     of range, not on the curve, or one that makes the secret predictable
   */
  public static Optional<Secret> agree(
      KeyExchangeMethod method, Secret privateValue, byte[] peerPublic) {
    return peerPublic.length == method.publicOctets()
        ? group(method).agree(privateValue, peerPublic)
        : Optional.empty();
  }

  private static KeyExchangeGroup group(KeyExchangeMethod method) {
    return switch (method) {
      case MODP_2048 -> ModpGroup.GROUP_14;
      case MODP_3072 -> ModpGroup.GROUP_15;
      case MODP_4096 -> ModpGroup.GROUP_16;
      case MODP_6144 -> ModpGroup.GROUP_17;
      case MODP_8192 -> ModpGroup.GROUP_18;
      case ECP_256 -> EcpGroup.P256;
      case ECP_384 -> EcpGroup.P384;
      case ECP_521 -> EcpGroup.P521;
      case CURVE25519 -> MontgomeryGroup.X25519;
      case CURVE448 -> MontgomeryGroup.X448;
    };
  }
}
