package io.phalanx.node.ike.wire;

/**
 * Bounds of ours on what a peer may send. RFC 7296 leaves them open; each is well above what known
 * peers send, and a message beyond one is refused before memory is spent on it.
 */
final class Limits {
  /** Octets of a message; certificate chains are the long ones. */
  static final int MESSAGE_OCTETS_MAX = 32_768;

  /** Fragments of a message (RFC 7383 leaves it open): the longest one in pieces of 512 octets. */
  static final int FRAGMENTS_MAX = 64;

  static final int PAYLOADS_MAX = 100;
  static final int PROPOSALS_MAX = 64;
  static final int TRANSFORMS_MAX = 128;
  static final int SELECTORS_MAX = 128;
  static final int ATTRIBUTES_MAX = 128;
  static final int DELETED_SPIS_MAX = 512;

  private Limits() {}
}
