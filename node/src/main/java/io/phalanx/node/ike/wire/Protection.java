package io.phalanx.node.ike.wire;

import io.phalanx.datapath.NonceSource;
import java.security.SecureRandom;
import java.util.Optional;

/** How the body of an encrypted payload is made from its plaintext, under the keys of one side. */
sealed interface Protection permits AeadProtection, MacProtection {
  /** The plaintext, with padding and pad length, is a multiple of this many octets. */
  int blockOctets();

  /** Octets that a body has beside the plaintext: explicit IV and integrity check value. */
  int overheadOctets();

  /**
   * The body of the payload.
   *
   * @param head the message up to the body, complete: it is protected as well
   */
  byte[] seal(byte[] head, byte[] plaintext, NonceSource nonces, SecureRandom random);

  /**
   * The plaintext with its padding.
   *
   * @param bodyFrom offset of the body, which reaches to the end of the message
   * @return empty where the message is not authentic
   */
  Optional<byte[]> open(byte[] message, int bodyFrom);
}
