package io.phalanx.datapath.crypto;

/**
 * Encryption without integrity under one key, in place on heap arrays: never to be used alone. Not
 * thread-safe.
 */
public interface Confidentiality {
  /**
   * Encrypts.
   *
   * @param iv where the explicit IV stands in the same array
   */
  void encrypt(byte[] octets, int iv, int from, int length);

  /** Decrypts what is known to be authentic. */
  void decrypt(byte[] octets, int iv, int from, int length);
}
