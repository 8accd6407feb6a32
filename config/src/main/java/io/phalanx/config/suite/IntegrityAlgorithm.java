package io.phalanx.config.suite;

/** Transform type 3, integrity (RFC 7296 §3.3.2; RFC 4868 for HMAC-SHA2). */
public enum IntegrityAlgorithm {
  HMAC_SHA2_256_128(12, 32, 16, "HmacSHA256"),
  HMAC_SHA2_384_192(13, 48, 24, "HmacSHA384"),
  HMAC_SHA2_512_256(14, 64, 32, "HmacSHA512");

  private final int id;
  private final int keyOctets;
  private final int icvOctets;
  private final String jceName;

  IntegrityAlgorithm(int id, int keyOctets, int icvOctets, String jceName) {
    this.id = id;
    this.keyOctets = keyOctets;
    this.icvOctets = icvOctets;
    this.jceName = jceName;
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

  public String jceName() {
    return jceName;
  }
}
