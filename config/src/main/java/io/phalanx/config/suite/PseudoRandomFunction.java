package io.phalanx.config.suite;

/** Transform type 2, pseudo-random function (RFC 7296 §3.3.2; RFC 4868). */
public enum PseudoRandomFunction {
  HMAC_SHA2_256(5, 32, "HmacSHA256"),
  HMAC_SHA2_384(6, 48, "HmacSHA384"),
  HMAC_SHA2_512(7, 64, "HmacSHA512");

  private final int id;
  private final int outputOctets;
  private final String jceName;

  PseudoRandomFunction(int id, int outputOctets, String jceName) {
    this.id = id;
    this.outputOctets = outputOctets;
    this.jceName = jceName;
  }

  /** IANA transform id. */
  public int id() {
    return id;
  }

  /** Octets of output, which is also the preferred key length. */
  public int outputOctets() {
    return outputOctets;
  }

  public String jceName() {
    return jceName;
  }
}
