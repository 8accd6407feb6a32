package io.phalanx.config.suite;

import java.util.Optional;

/**
 * One choice of algorithms for an IKE SA.
 *
 * @param keyBits encryption key length in bits, without salt
 * @param integrity empty exactly when the cipher is a combined-mode one
 */
public record IkeSuite(
    EncryptionAlgorithm encryption,
    int keyBits,
    Optional<IntegrityAlgorithm> integrity,
    PseudoRandomFunction prf,
    KeyExchangeMethod keyExchange) {
  public IkeSuite {
    if (encryption.combinedMode() == integrity.isPresent()) {
      throw new IllegalArgumentException(
          "integrity goes with a cipher that is not combined-mode: " + encryption);
    }
    if (!encryption.encrypts() || !encryption.keyBits().contains(keyBits)) {
      throw new IllegalArgumentException("not a cipher for IKE: " + encryption + " " + keyBits);
    }
  }

  /** Octets of SK_e: key and salt. */
  public int encryptionKeyOctets() {
    return keyBits / 8 + encryption.saltOctets();
  }

  /** Octets of SK_a: 0 for a combined-mode cipher. */
  public int integrityKeyOctets() {
    return integrity.map(IntegrityAlgorithm::keyOctets).orElse(0);
  }
}
