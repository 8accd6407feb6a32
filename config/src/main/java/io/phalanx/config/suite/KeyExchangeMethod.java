package io.phalanx.config.suite;

/** Transform type 4, key exchange method (RFC 7296 §3.3.2, RFC 9370). */
public enum KeyExchangeMethod {
  /** RFC 3526. */
  MODP_2048(14, 256, 256),
  /** NIST P-256, RFC 5903. */
  ECP_256(19, 64, 32),
  /** NIST P-384, RFC 5903. */
  ECP_384(20, 96, 48),
  /** RFC 8031. */
  CURVE25519(31, 32, 32);

  private final int id;
  private final int publicOctets;
  private final int secretOctets;

  KeyExchangeMethod(int id, int publicOctets, int secretOctets) {
    this.id = id;
    this.publicOctets = publicOctets;
    this.secretOctets = secretOctets;
  }

  /** IANA transform id. */
  public int id() {
    return id;
  }

  /** Octets of the public value in the KE payload. */
  public int publicOctets() {
    return publicOctets;
  }

  /** Octets of the shared secret g^ir. */
  public int secretOctets() {
    return secretOctets;
  }
}
