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
 * Group 31, X25519 (RFC 8031, RFC 7748). Values are little-endian. A public value of small order
 * would make the secret all zeros, whoever asks; such a secret is refused (RFC 7748 §6.1).
 */
final class X25519Group implements KeyExchangeGroup {
  static final X25519Group INSTANCE = new X25519Group();

  private static final int OCTETS = 32;
  private static final BigInteger PRIME = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));

  private X25519Group() {}

  @Override
  public KeyPairValue generate(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("X25519");
      generator.initialize(NamedParameterSpec.X25519, random);
      KeyPair pair = generator.generateKeyPair();
      byte[] scalar = ((XECPrivateKey) pair.getPrivate()).getScalar().orElseThrow();
      BigInteger u = ((XECPublicKey) pair.getPublic()).getU();
      return new KeyPairValue(reversed(KeyExchangeGroup.fixed(u, OCTETS)), Secret.of(scalar));
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("cannot make a key pair", fault);
    }
  }

  @Override
  public Optional<Secret> agree(Secret privateValue, byte[] peerPublic) {
    byte[] bigEndian = reversed(peerPublic);
    bigEndian[0] &= 0x7f; // the top bit is to be ignored (RFC 7748 §5)
    BigInteger u = KeyExchangeGroup.unsigned(bigEndian).mod(PRIME); // RFC 7748 §5 takes any
    try {
      KeyFactory factory = KeyFactory.getInstance("X25519");
      PrivateKey own =
          factory.generatePrivate(
              new XECPrivateKeySpec(NamedParameterSpec.X25519, privateValue.reveal()));
      PublicKey peer = factory.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, u));
      KeyAgreement agreement = KeyAgreement.getInstance("X25519");
      agreement.init(own);
      agreement.doPhase(peer, true);
      byte[] secret = agreement.generateSecret();
      return allZero(secret) ? Optional.empty() : Optional.of(Secret.of(secret));
    } catch (InvalidKeyException smallOrder) {
      return Optional.empty();
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("cannot agree with X25519", fault);
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
