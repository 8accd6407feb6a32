package io.phalanx.node.ike.crypto;

import io.phalanx.config.Secret;
import io.phalanx.node.ike.crypto.KeyAgreement.KeyPairValue;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Optional;

/** The arithmetic of one key exchange method. */
sealed interface KeyExchangeGroup permits ModpGroup, EcpGroup, MontgomeryGroup {
  KeyPairValue generate(SecureRandom random);

  /** The secret; empty where the peer's value, which has the right length, is not valid. */
  Optional<Secret> agree(Secret privateValue, byte[] peerPublic);

  /** A number below 256^octets in big-endian order, with leading zeros. */
  static byte[] fixed(BigInteger value, int octets) {
    byte[] source = value.toByteArray();
    byte[] target = new byte[octets];
    int length = Math.min(source.length, octets);
    System.arraycopy(source, source.length - length, target, octets - length, length);
    return target;
  }

  static BigInteger unsigned(byte[] octets) {
    return new BigInteger(1, octets);
  }
}
