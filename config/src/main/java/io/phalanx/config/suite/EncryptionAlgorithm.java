package io.phalanx.config.suite;

import java.util.List;

/** Transform type 1, encryption (RFC 7296 §3.3.2), for IKE and ESP. */
public enum EncryptionAlgorithm {
  /** RFC 2410: only in ESP, and only with an integrity algorithm. */
  NULL(11, CipherMode.NONE, 0),
  /** RFC 3602: needs an integrity algorithm. */
  AES_CBC(12, CipherMode.CBC, 0),
  /** RFC 3686, RFC 5930: needs an integrity algorithm. */
  AES_CTR(13, CipherMode.CTR, 0),
  AES_CCM_8(14, CipherMode.CCM, 8), // RFC 4309, RFC 5282
  AES_CCM_12(15, CipherMode.CCM, 12),
  AES_CCM_16(16, CipherMode.CCM, 16),
  AES_GCM_8(18, CipherMode.GCM, 8), // RFC 4106, RFC 5282
  AES_GCM_12(19, CipherMode.GCM, 12),
  AES_GCM_16(20, CipherMode.GCM, 16),
  /** RFC 4543: integrity alone, only in ESP. */
  NULL_AUTH_AES_GMAC(21, CipherMode.GMAC, 16),
  /** RFC 7634: one key length, so no key length attribute. */
  CHACHA20_POLY1305(28, CipherMode.CHACHA20_POLY1305, 16);

  private final int id;
  private final CipherMode mode;
  private final int icvOctets;

  EncryptionAlgorithm(int id, CipherMode mode, int icvOctets) {
    this.id = id;
    this.mode = mode;
    this.icvOctets = icvOctets;
  }

  /** IANA transform id. */
  public int id() {
    return id;
  }

  public CipherMode mode() {
    return mode;
  }

  /** Octets of salt that follow the key in the keying material; 0 where the cipher has none. */
  public int saltOctets() {
    return mode.saltOctets();
  }

  /** Octets of explicit IV on the wire. */
  public int ivOctets() {
    return mode.ivOctets();
  }

  /** Plaintext is padded to a multiple of this many octets (and of 4 in ESP). */
  public int blockOctets() {
    return mode.blockOctets();
  }

  /** Octets of the cipher's own integrity check value; 0 if integrity is separate. */
  public int icvOctets() {
    return icvOctets;
  }

  /** Whether the cipher protects integrity by itself (RFC 5282). */
  public boolean combinedMode() {
    return icvOctets > 0;
  }

  /** Whether it keeps anything secret. */
  public boolean encrypts() {
    return mode != CipherMode.NONE && mode != CipherMode.GMAC;
  }

  /** Key lengths that it has; 0 where it has no key. */
  public List<Integer> keyBits() {
    return switch (mode) {
      case NONE -> List.of(0);
      case CHACHA20_POLY1305 -> List.of(256);
      case CBC, CTR, GCM, CCM, GMAC -> List.of(128, 192, 256);
    };
  }

  /** Whether the key length attribute is left out on the wire. */
  public boolean fixedKeyLength() {
    return keyBits().size() == 1;
  }
}
