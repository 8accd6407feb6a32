package io.phalanx.config.suite;

/** Transform type 3, integrity (RFC 7296 §3.3.2). */
public enum IntegrityAlgorithm {
  HMAC_SHA1_96(2, 20, 12), // RFC 2404
  AES_XCBC_96(5, 16, 12), // RFC 3566
  AES_CMAC_96(8, 16, 12), // RFC 4494
  HMAC_SHA2_256_128(12, 32, 16), // RFC 4868
  HMAC_SHA2_384_192(13, 48, 24), // RFC 4868
  HMAC_SHA2_512_256(14, 64, 32); // RFC 4868

  private final int id;
  private final int keyOctets;
  private final int icvOctets;

  IntegrityAlgorithm(int id, int keyOctets, int icvOctets) {
    this.id = id;
    this.keyOctets = keyOctets;
    this.icvOctets = icvOctets;
  }

  /** IANA transform id. */
  public int id() {
    return id;
  }

  public int keyOctets() {
    return keyOctets;
  }

  /** Octets of the truncated MAC on the wire. */
  public int icvOctets() {
    return icvOctets;
  }
}
