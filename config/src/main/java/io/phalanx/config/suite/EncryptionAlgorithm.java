package io.phalanx.config.suite;

/** Transform type 1, encryption (RFC 7296 §3.3.2), for IKE and ESP. */
public enum EncryptionAlgorithm {
  /** AES-CBC (RFC 3602): random 16-octet IV, needs an integrity algorithm. */
  AES_CBC(12, 0, 16, 16, 0, false),
  /** AES-GCM with a 16-octet ICV (RFC 4106, RFC 5282). */
  AES_GCM_16(20, 4, 8, 1, 16, false),
  /** ChaCha20-Poly1305 (RFC 7634): one key length, so no key length attribute. */
  CHACHA20_POLY1305(28, 4, 8, 1, 16, true);

  private final int id;
  private final int saltOctets;
  private final int ivOctets;
  private final int blockOctets;
  private final int icvOctets;
  private final boolean fixedKeyLength;

  EncryptionAlgorithm(
      int id, int saltOctets, int ivOctets, int blockOctets, int icvOctets, boolean fixedKey) {
    this.id = id;
    this.saltOctets = saltOctets;
    this.ivOctets = ivOctets;
    this.blockOctets = blockOctets;
    this.icvOctets = icvOctets;
    this.fixedKeyLength = fixedKey;
  }

  /** IANA transform id. */
  public int id() {
    return id;
  }

  /** Octets of salt that follow the key in the keying material; 0 where the cipher has none. */
  public int saltOctets() {
    return saltOctets;
  }

  /** Octets of explicit IV on the wire. */
  public int ivOctets() {
    return ivOctets;
  }

  /** Plaintext is padded to a multiple of this many octets (and of 4 in ESP). */
  public int blockOctets() {
    return blockOctets;
  }

  /** Octets of the cipher's own integrity check value; 0 if integrity is separate. */
  public int icvOctets() {
    return icvOctets;
  }

  /** Whether the cipher protects integrity by itself (RFC 5282). */
  public boolean combinedMode() {
    return icvOctets > 0;
  }

  /** Whether the key length attribute is left out on the wire. */
  public boolean fixedKeyLength() {
    return fixedKeyLength;
  }
}
