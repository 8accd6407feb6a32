package io.phalanx.node.ike;

import io.phalanx.config.Identity;

/** An exchange that we want and that waits for its turn (RFC 7296 §2.3), see {@link Window}. */
sealed interface Task {
  /** Whether nothing else may be under way with it. */
  default boolean alone() {
    return this instanceof RekeyIke || this instanceof CloneIke || this instanceof DeleteIke;
  }

  /** Makes the child of this name in the configuration. */
  record NewChild(String child) implements Task {}

  record RekeyChild(int inboundSpi) implements Task {}

  record RekeyIke() implements Task {}

  /** Makes a further IKE SA beside this one (RFC 7791). */
  record CloneIke() implements Task {}

  record DeleteChild(int inboundSpi) implements Task {}

  record DeleteIke(String reason) implements Task {}

  record Liveness() implements Task {}

  /** Sends the peer to another gateway (RFC 5685 §5). */
  record Redirect(Identity gateway) implements Task {}
}
