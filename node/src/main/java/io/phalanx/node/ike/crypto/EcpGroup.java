package io.phalanx.node.ike.crypto;

import io.phalanx.config.Secret;
import io.phalanx.node.ike.crypto.KeyAgreement.KeyPairValue;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.KeyAgreement;

/**
 * Elliptic curve groups over a prime field: 19 to 21 (RFC 5903). A public value is x | y, the
 * secret is x alone (RFC 5903 §7).
 */
final class EcpGroup implements KeyExchangeGroup {
  static final EcpGroup P256 = new EcpGroup("secp256r1", 32);
  static final EcpGroup P384 = new EcpGroup("secp384r1", 48);
  static final EcpGroup P521 = new EcpGroup("secp521r1", 66);

  private final ECParameterSpec parameters;
  private final int coordinateOctets;

  private EcpGroup(String curve, int coordinateOctets) {
    this.coordinateOctets = coordinateOctets;
    try {
      AlgorithmParameters named = AlgorithmParameters.getInstance("EC");
      named.init(new ECGenParameterSpec(curve));
      this.parameters = named.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("every Java platform has " + curve, fault);
    }
  }

  @Override
  public KeyPairValue generate(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(parameters, random);
      KeyPair pair = generator.generateKeyPair();
      ECPoint point = ((ECPublicKey) pair.getPublic()).getW();
      byte[] value =
          Arrays.copyOf(
              KeyExchangeGroup.fixed(point.getAffineX(), coordinateOctets), 2 * coordinateOctets);
      byte[] y = KeyExchangeGroup.fixed(point.getAffineY(), coordinateOctets);
      System.arraycopy(y, 0, value, coordinateOctets, coordinateOctets);
      BigInteger scalar = ((ECPrivateKey) pair.getPrivate()).getS();
      return new KeyPairValue(value, Secret.of(KeyExchangeGroup.fixed(scalar, coordinateOctets)));
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("cannot make a key pair", fault);
    }
  }

  @Override
  public Optional<Secret> agree(Secret privateValue, byte[] peerPublic) {
    ECPoint point =
        new ECPoint(
            KeyExchangeGroup.unsigned(Arrays.copyOf(peerPublic, coordinateOctets)),
            KeyExchangeGroup.unsigned(
                Arrays.copyOfRange(peerPublic, coordinateOctets, peerPublic.length)));
    if (!onCurve(point)) {
      return Optional.empty();
    }
    try {
      KeyFactory factory = KeyFactory.getInstance("EC");
      BigInteger scalar = KeyExchangeGroup.unsigned(privateValue.reveal());
      KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
      agreement.init(factory.generatePrivate(new ECPrivateKeySpec(scalar, parameters)));
      agreement.doPhase(factory.generatePublic(new ECPublicKeySpec(point, parameters)), true);
      return Optional.of(Secret.of(agreement.generateSecret()));
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("a point on the curve was refused", fault);
    }
  }

  /** y² = x³ + ax + b (mod p), both below p (RFC 6989 §2.3). The curves have cofactor 1. */
  private boolean onCurve(ECPoint point) {
    BigInteger p = ((ECFieldFp) parameters.getCurve().getField()).getP();
    BigInteger x = point.getAffineX();
    BigInteger y = point.getAffineY();
    if (x.compareTo(p) >= 0 || y.compareTo(p) >= 0) {
      return false;
    }
    BigInteger right =
        x.multiply(x)
            .add(parameters.getCurve().getA())
            .multiply(x)
            .add(parameters.getCurve().getB())
            .mod(p);
    return y.multiply(y).mod(p).equals(right);
  }
}
