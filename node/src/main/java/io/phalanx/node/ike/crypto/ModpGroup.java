package io.phalanx.node.ike.crypto;

import io.phalanx.config.Secret;
import io.phalanx.node.ike.crypto.KeyAgreement.KeyPairValue;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Optional;

/**
 * Group 14, a 2048-bit safe prime with generator 2 (RFC 3526 §3).
 *
 * <p>As p = 2q + 1 with q prime, the only subgroup that gives a secret away has order 2, and 1 < y
 * < p - 1 shuts it out (RFC 6989 §2.1).
 */
final class ModpGroup implements KeyExchangeGroup {
  private static final BigInteger PRIME =
      new BigInteger(
          "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74"
              + "020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437"
              + "4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
              + "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05"
              + "98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB"
              + "9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
              + "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718"
              + "3995497CEA956AE515D2261898FA051015728E5A8AACAA68FFFFFFFFFFFFFFFF",
          16);
  private static final BigInteger GENERATOR = BigInteger.TWO;
  private static final int VALUE_OCTETS = 256;

  /** Twice the group's strength at its highest estimate (RFC 3526 §8); longer only costs time. */
  private static final int EXPONENT_OCTETS = 40;

  static final ModpGroup GROUP_14 = new ModpGroup();

  private ModpGroup() {}

  @Override
  public KeyPairValue generate(SecureRandom random) {
    byte[] exponent = new byte[EXPONENT_OCTETS];
    random.nextBytes(exponent);
    exponent[0] |= (byte) 0x80; // never small
    BigInteger value = GENERATOR.modPow(KeyExchangeGroup.unsigned(exponent), PRIME);
    return new KeyPairValue(KeyExchangeGroup.fixed(value, VALUE_OCTETS), Secret.of(exponent));
  }

  @Override
  public Optional<Secret> agree(Secret privateValue, byte[] peerPublic) {
    BigInteger peer = KeyExchangeGroup.unsigned(peerPublic);
    if (peer.compareTo(BigInteger.ONE) <= 0
        || peer.compareTo(PRIME.subtract(BigInteger.ONE)) >= 0) {
      return Optional.empty();
    }
    BigInteger exponent = KeyExchangeGroup.unsigned(privateValue.reveal());
    // With its leading zeros: the length of g^ir is that of the prime (RFC 7296 §2.14).
    return Optional.of(
        Secret.of(KeyExchangeGroup.fixed(peer.modPow(exponent, PRIME), VALUE_OCTETS)));
  }
}
