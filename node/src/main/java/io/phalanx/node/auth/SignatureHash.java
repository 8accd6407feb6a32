package io.phalanx.node.auth;

/** Hash algorithms for signatures (RFC 7427 §7, IANA "IKEv2 Hash Algorithms"); SHA-1 is not one. */
enum SignatureHash {
  SHA2_256(2, "SHA-256", 32, 1),
  SHA2_384(3, "SHA-384", 48, 2),
  SHA2_512(4, "SHA-512", 64, 3);

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
