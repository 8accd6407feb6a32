package io.phalanx.node.ike.crypto;

import io.phalanx.config.Secret;
import io.phalanx.datapath.crypto.Corretto;
import io.phalanx.node.ike.crypto.KeyAgreement.KeyPairValue;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.SecureRandom;
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
 *
 * <p>All is made of one operation of JCE, the x of a multiple of a point. A fast provider makes key
 * pairs with randomness of its own only; so our public value is the x of a multiple of the
 * generator, with one of the two y that go with it. The other one belongs to the negative private
 * value, but both give the same x of every multiple, and so the same secret.
 */
final class EcpGroup implements KeyExchangeGroup {
  static final EcpGroup P256 = new EcpGroup("secp256r1", 32);
  static final EcpGroup P384 = new EcpGroup("secp384r1", 48);
  static final EcpGroup P521 = new EcpGroup("secp521r1", 66);

  /** More bits than the order has, so that no private value is likelier than another. */
  private static final int EXCESS_OCTETS = 8;

  private final ECParameterSpec parameters;
  private final BigInteger p;
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
    this.p = ((ECFieldFp) parameters.getCurve().getField()).getP();
  }

  @Override
  public KeyPairValue generate(SecureRandom random) {
    byte[] octets = new byte[coordinateOctets + EXCESS_OCTETS];
    random.nextBytes(octets);
    BigInteger scalar =
        KeyExchangeGroup.unsigned(octets)
            .mod(parameters.getOrder().subtract(BigInteger.ONE))
            .add(BigInteger.ONE);
    Arrays.fill(octets, (byte) 0);
    byte[] x = multiple(scalar, parameters.getGenerator());
    byte[] y = KeyExchangeGroup.fixed(root(square(KeyExchangeGroup.unsigned(x))), coordinateOctets);
    byte[] value = Arrays.copyOf(x, 2 * coordinateOctets);
    System.arraycopy(y, 0, value, coordinateOctets, coordinateOctets);
    return new KeyPairValue(value, Secret.of(KeyExchangeGroup.fixed(scalar, coordinateOctets)));
  }

  @Override
  public Optional<Secret> agree(Secret privateValue, byte[] peerPublic) {
    ECPoint point =
        new ECPoint(
            KeyExchangeGroup.unsigned(Arrays.copyOf(peerPublic, coordinateOctets)),
            KeyExchangeGroup.unsigned(
                Arrays.copyOfRange(peerPublic, coordinateOctets, peerPublic.length)));
    return onCurve(point)
        ? Optional.of(Secret.of(multiple(KeyExchangeGroup.unsigned(privateValue.reveal()), point)))
        : Optional.empty();
  }

  /** The x of a multiple of a point that is on the curve. */
  private byte[] multiple(BigInteger scalar, ECPoint point) {
    try {
      Optional<Provider> fast = Corretto.provider();
      KeyFactory factory =
          fast.isPresent()
              ? KeyFactory.getInstance("EC", fast.get())
              : KeyFactory.getInstance("EC");
      KeyAgreement agreement =
          fast.isPresent()
              ? KeyAgreement.getInstance("ECDH", fast.get())
              : KeyAgreement.getInstance("ECDH");
      agreement.init(factory.generatePrivate(new ECPrivateKeySpec(scalar, parameters)));
      agreement.doPhase(factory.generatePublic(new ECPublicKeySpec(point, parameters)), true);
      return agreement.generateSecret();
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("a point on the curve was refused", fault);
    }
  }

  /** y² = x³ + ax + b (mod p), both below p (RFC 6989 §2.3). The curves have cofactor 1. */
  private boolean onCurve(ECPoint point) {
    BigInteger x = point.getAffineX();
    BigInteger y = point.getAffineY();
    return x.compareTo(p) < 0 && y.compareTo(p) < 0 && y.multiply(y).mod(p).equals(square(x));
  }

  private BigInteger square(BigInteger x) {
    return x.multiply(x)
        .add(parameters.getCurve().getA())
        .multiply(x)
        .add(parameters.getCurve().getB())
        .mod(p);
  }

  /** A root of a square: p = 3 (mod 4) on all of these curves. */
  private BigInteger root(BigInteger square) {
    return square.modPow(p.add(BigInteger.ONE).shiftRight(2), p);
  }
}
