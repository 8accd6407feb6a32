package io.phalanx.config.suite;

/**
 * Transform type 4, key exchange method (RFC 7296 §3.3.2, RFC 9370).
 *
 * <p>Left out for good: groups 1, 2 and 5, which are too small, and 22 to 24, whose primes nobody
 * can account for (RFC 8247 §2.4).
 */
public enum KeyExchangeMethod {
  MODP_2048(14, 256, 256), // RFC 3526
  MODP_3072(15, 384, 384), // RFC 3526
  MODP_4096(16, 512, 512), // RFC 3526
  MODP_6144(17, 768, 768), // RFC 3526
  MODP_8192(18, 1024, 1024), // RFC 3526
  ECP_256(19, 64, 32), // RFC 5903
  ECP_384(20, 96, 48), // RFC 5903
  ECP_521(21, 132, 66), // RFC 5903
  CURVE25519(31, 32, 32), // RFC 8031
  CURVE448(32, 56, 56); // RFC 8031

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
