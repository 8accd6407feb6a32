package io.phalanx.config.suite;

/** Transform type 2, pseudo-random function (RFC 7296 §3.3.2). */
public enum PseudoRandomFunction {
  HMAC_SHA1(2, 20), // RFC 2104
  AES128_XCBC(4, 16), // RFC 4434
  HMAC_SHA2_256(5, 32), // RFC 4868
  HMAC_SHA2_384(6, 48), // RFC 4868
  HMAC_SHA2_512(7, 64), // RFC 4868
  AES128_CMAC(8, 16); // RFC 4615

  private final int id;
  private final int outputOctets;

  PseudoRandomFunction(int id, int outputOctets) {
    this.id = id;
    this.outputOctets = outputOctets;
  }

  /** IANA transform id. */
  public int id() {
    return id;
  }

  /** Octets of output, which is also the preferred key length. */
  public int outputOctets() {
    return outputOctets;
  }

  /**
   * Whether it is built on AES with a key of its own length: SKEYSEED takes just half a key of each
   * nonce then (RFC 7296 §2.14).
   */
  public boolean fixedKeyLength() {
    return this == AES128_XCBC || this == AES128_CMAC;
  }
}
