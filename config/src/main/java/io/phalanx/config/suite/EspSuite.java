package io.phalanx.config.suite;

import java.util.Optional;

/**
 * One choice of algorithms for a Child SA.
 *
 * @param keyBits encryption key length in bits, without salt; 0 for NULL
 * @param integrity empty exactly when the cipher is a combined-mode one
 * @param keyExchange group for perfect forward secrecy in CREATE_CHILD_SA; empty for none
 * @param extendedSequenceNumbers 64-bit sequence numbers (RFC 4303 §2.2.1)
 */
public record EspSuite(
    EncryptionAlgorithm encryption,
    int keyBits,
    Optional<IntegrityAlgorithm> integrity,
    Optional<KeyExchangeMethod> keyExchange,
    boolean extendedSequenceNumbers) {
  public EspSuite {
    if (encryption.combinedMode() == integrity.isPresent()) {
      throw new IllegalArgumentException(
          "integrity goes with a cipher that is not combined-mode: " + encryption);
    }
    if (!encryption.keyBits().contains(keyBits)) {
      throw new IllegalArgumentException("no key of " + keyBits + " bits: " + encryption);
    }
  }

  /** Octets of encryption key and salt in the keying material (RFC 7296 §2.17). */
  public int encryptionKeyOctets() {
    return keyBits / 8 + encryption.saltOctets();
  }

  public int integrityKeyOctets() {
    return integrity.map(IntegrityAlgorithm::keyOctets).orElse(0);
  }

  /** Octets of ICV at the end of each packet. */
  public int icvOctets() {
    return integrity.map(IntegrityAlgorithm::icvOctets).orElse(encryption.icvOctets());
  }
}
