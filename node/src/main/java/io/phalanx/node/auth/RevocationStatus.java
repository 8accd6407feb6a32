package io.phalanx.node.auth;

import java.util.function.Supplier;

/** What is known of a certificate, or of all on a path (RFC 5280 §6.3, RFC 6960 §2.2). */
public enum RevocationStatus {
  GOOD,
  REVOKED,
  /** Nobody has said anything that can be believed. */
  UNKNOWN;

  /** Of two sources for one certificate: who says something goes before who does not. */
  public RevocationStatus or(Supplier<RevocationStatus> other) {
    return this == UNKNOWN ? other.get() : this;
  }

  /** Of two certificates of one path. */
  public RevocationStatus and(RevocationStatus other) {
    if (this == REVOKED || other == REVOKED) {
      return REVOKED;
    }
    return this == GOOD ? other : UNKNOWN;
  }
}
