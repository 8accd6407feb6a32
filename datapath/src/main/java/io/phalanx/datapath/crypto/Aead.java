package io.phalanx.datapath.crypto;

/**
 * Authenticated encryption with associated data (RFC 5116) under one key, in place on heap arrays.
 * Not thread-safe.
 *
 * <p>An implementation refuses to seal twice in a row with one nonce: a second line behind the
 * source of nonces.
 */
public interface Aead {
  /** Octets that a sealed text is longer than its plaintext. */
  int icvOctets();

  /** Encrypts {@code length} octets and appends the ICV. */
  void seal(
      byte[] nonce, byte[] associated, int associatedLength, byte[] octets, int from, int length);

  /**
   * Verifies and decrypts. Where it says false the octets are undefined.
   *
   * @param length octets of ciphertext and ICV, at least those of the ICV
   * @return whether the text and the associated data are authentic
   */
  boolean open(
      byte[] nonce, byte[] associated, int associatedLength, byte[] octets, int from, int length);
}
