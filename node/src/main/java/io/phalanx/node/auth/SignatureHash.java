package io.phalanx.node.auth;

import java.util.List;

/**
 * Hash algorithms for signatures (RFC 7427 §7, RFC 8420 §3, IANA "IKEv2 Hash Algorithms"); SHA-1 is
 * not one.
 */
enum SignatureHash {
  SHA2_256(2, "SHA-256", 32, 1),
  SHA2_384(3, "SHA-384", 48, 2),
  SHA2_512(4, "SHA-512", 64, 3),
  /** No hash: the scheme takes the message whole, as EdDSA does. */
  IDENTITY(5, "", 0, 0);

  private final int id;
  private final String digestName;
  private final int octets;
  private final int nistArc;

  SignatureHash(int id, String digestName, int octets, int nistArc) {
    this.id = id;
    this.digestName = digestName;
    this.octets = octets;
    this.nistArc = nistArc;
  }

  /** Those that are one. */
  static List<SignatureHash> digests() {
    return List.of(SHA2_256, SHA2_384, SHA2_512);
  }

  /** The number in SIGNATURE_HASH_ALGORITHMS. */
  int id() {
    return id;
  }

  /** As JCE names the digest: {@code SHA-256}. */
  String digestName() {
    return digestName;
  }

  /** As JCE names it inside the name of a signature: {@code SHA256}. */
  String signaturePrefix() {
    return digestName.replace("-", "");
  }

  int octets() {
    return octets;
  }

  /** Last arc of its object identifier under 2.16.840.1.101.3.4.2 (RFC 5754 §2). */
  int nistArc() {
    return nistArc;
  }
}
