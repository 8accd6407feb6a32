package io.phalanx.config.suite;

/** How a cipher is used, and what of it is on the wire. */
public enum CipherMode {
  /** RFC 3602: an unpredictable IV of a whole block. */
  CBC(0, 16, 16, Iv.RANDOM),
  /** RFC 3686, RFC 5930 for IKE: the salt is called nonce there. */
  CTR(4, 8, 1, Iv.COUNTER),
  /** RFC 4106, RFC 5282. */
  GCM(4, 8, 1, Iv.COUNTER),
  /** RFC 4309, RFC 5282. */
  CCM(3, 8, 1, Iv.COUNTER),
  /** RFC 7634. */
  CHACHA20_POLY1305(4, 8, 1, Iv.COUNTER),
  /** RFC 4543: GCM that only authenticates. */
  GMAC(4, 8, 1, Iv.COUNTER),
  /** RFC 2410: no encryption. */
  NONE(0, 0, 1, Iv.NONE);

  /** What the explicit IV of a packet has to be. */
  public enum Iv {
    /** Unpredictable. */
    RANDOM,
    /** Never twice under a key, which is all that counts. */
    COUNTER,
    /** There is none. */
    NONE
  }

  private final int saltOctets;
  private final int ivOctets;
  private final int blockOctets;
  private final Iv iv;

  CipherMode(int saltOctets, int ivOctets, int blockOctets, Iv iv) {
    this.saltOctets = saltOctets;
    this.ivOctets = ivOctets;
    this.blockOctets = blockOctets;
    this.iv = iv;
  }

  /** Octets of salt that follow the key in the keying material. */
  public int saltOctets() {
    return saltOctets;
  }

  /** Octets of explicit IV. */
  public int ivOctets() {
    return ivOctets;
  }

  /** Plaintext is padded to a multiple of this many octets (and of 4 in ESP). */
  public int blockOctets() {
    return blockOctets;
  }

  public Iv iv() {
    return iv;
  }
}
