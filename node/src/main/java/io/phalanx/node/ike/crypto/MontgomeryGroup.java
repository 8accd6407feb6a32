package io.phalanx.node.ike.crypto;

import io.phalanx.config.Secret;
import io.phalanx.node.ike.crypto.KeyAgreement.KeyPairValue;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.XECPrivateKey;
import java.security.interfaces.XECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Optional;
import javax.crypto.KeyAgreement;

/**
 * Groups 31, X25519, and 32, X448 (RFC 8031, RFC 7748). Values are little-endian. A public value of
 * small order would make the secret all zeros, whoever asks; such a secret is refused (RFC 7748
 * §6.1).
 */
final class MontgomeryGroup implements KeyExchangeGroup {
  static final MontgomeryGroup X25519 =
      new MontgomeryGroup(
          NamedParameterSpec.X25519,
          32,
          0x7f,
          BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19)));
  static final MontgomeryGroup X448 =
      new MontgomeryGroup(
          NamedParameterSpec.X448,
          56,
          0xff,
          BigInteger.TWO.pow(448).subtract(BigInteger.TWO.pow(224)).subtract(BigInteger.ONE));

  private final NamedParameterSpec curve;
  private final int octets;
  private final int topMask;
  private final BigInteger prime;

  /**
   * @param topMask the bits of a value's highest octet that count (RFC 7748 §5)
   */
  private MontgomeryGroup(NamedParameterSpec curve, int octets, int topMask, BigInteger prime) {
    this.curve = curve;
    this.octets = octets;
    this.topMask = topMask;
    this.prime = prime;
  }

  @Override
  public KeyPairValue generate(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(curve.getName());
      generator.initialize(curve, random);
      KeyPair pair = generator.generateKeyPair();
      byte[] scalar = ((XECPrivateKey) pair.getPrivate()).getScalar().orElseThrow();
      BigInteger u = ((XECPublicKey) pair.getPublic()).getU();
      return new KeyPairValue(reversed(KeyExchangeGroup.fixed(u, octets)), Secret.of(scalar));
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("cannot make a key pair", fault);
    }
  }

  @Override
  public Optional<Secret> agree(Secret privateValue, byte[] peerPublic) {
    byte[] bigEndian = reversed(peerPublic);
    bigEndian[0] &= (byte) topMask;
    BigInteger u = KeyExchangeGroup.unsigned(bigEndian).mod(prime); // RFC 7748 §5 takes any
    try {
      KeyFactory factory = KeyFactory.getInstance(curve.getName());
      PrivateKey own = factory.generatePrivate(new XECPrivateKeySpec(curve, privateValue.reveal()));
      PublicKey peer = factory.generatePublic(new XECPublicKeySpec(curve, u));
      KeyAgreement agreement = KeyAgreement.getInstance(curve.getName());
      agreement.init(own);
      agreement.doPhase(peer, true);
      byte[] secret = agreement.generateSecret();
      return allZero(secret) ? Optional.empty() : Optional.of(Secret.of(secret));
    } catch (InvalidKeyException smallOrder) {
      return Optional.empty();
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("cannot agree with " + curve.getName(), fault);
    }
  }

  private static boolean allZero(byte[] octets) {
    int any = 0;
    for (byte octet : octets) {
      any |= octet;
    }
    return any == 0;
  }

  private static byte[] reversed(byte[] octets) {
    byte[] result = new byte[octets.length];
    for (int index = 0; index < octets.length; index++) {
      result[index] = octets[octets.length - 1 - index];
    }
    return result;
  }
}
