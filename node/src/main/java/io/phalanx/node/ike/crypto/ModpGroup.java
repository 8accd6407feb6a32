package io.phalanx.node.ike.crypto;

import io.phalanx.config.Secret;
import io.phalanx.node.ike.crypto.KeyAgreement.KeyPairValue;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Optional;
import org.bouncycastle.crypto.agreement.DHStandardGroups;
import org.bouncycastle.crypto.params.DHParameters;

/**
 * Groups 14 to 18, safe primes of 2048 to 8192 bits with generator 2 (RFC 3526 §3 to §7).
 *
 * <p>As p = 2q + 1 with q prime, the only subgroup that gives a secret away has order 2, and 1 < y
 * < p - 1 shuts it out (RFC 6989 §2.1).
 */
final class ModpGroup implements KeyExchangeGroup {
  // Exponents have twice the group's strength at its highest estimate (RFC 3526 §8); longer ones
  // would only cost time.
  static final ModpGroup GROUP_14 = new ModpGroup(DHStandardGroups.rfc3526_2048, 320);
  static final ModpGroup GROUP_15 = new ModpGroup(DHStandardGroups.rfc3526_3072, 420);
  static final ModpGroup GROUP_16 = new ModpGroup(DHStandardGroups.rfc3526_4096, 480);
  static final ModpGroup GROUP_17 = new ModpGroup(DHStandardGroups.rfc3526_6144, 540);
  static final ModpGroup GROUP_18 = new ModpGroup(DHStandardGroups.rfc3526_8192, 620);

  private final BigInteger prime;
  private final int valueOctets;
  private final int exponentOctets;

  private ModpGroup(DHParameters group, int exponentBits) {
    this.prime = group.getP();
    this.valueOctets = prime.bitLength() / Byte.SIZE;
    this.exponentOctets = Math.ceilDiv(exponentBits, Byte.SIZE);
  }

  @Override
  public KeyPairValue generate(SecureRandom random) {
    byte[] exponent = new byte[exponentOctets];
    random.nextBytes(exponent);
    exponent[0] |= (byte) 0x80; // never small
    BigInteger value = BigInteger.TWO.modPow(KeyExchangeGroup.unsigned(exponent), prime);
    return new KeyPairValue(KeyExchangeGroup.fixed(value, valueOctets), Secret.of(exponent));
  }

  @Override
  public Optional<Secret> agree(Secret privateValue, byte[] peerPublic) {
    BigInteger peer = KeyExchangeGroup.unsigned(peerPublic);
    if (peer.compareTo(BigInteger.ONE) <= 0
        || peer.compareTo(prime.subtract(BigInteger.ONE)) >= 0) {
      return Optional.empty();
    }
    BigInteger exponent = KeyExchangeGroup.unsigned(privateValue.reveal());
    // With its leading zeros: the length of g^ir is that of the prime (RFC 7296 §2.14).
    return Optional.of(
        Secret.of(KeyExchangeGroup.fixed(peer.modPow(exponent, prime), valueOctets)));
  }
}
