package io.phalanx.node.ike;

/** An exchange that we want and that waits for its turn: one request at a time (RFC 7296 §2.3). */
sealed interface Task {
  /** Makes the child of this name in the configuration. */
  record NewChild(String child) implements Task {}

  record RekeyChild(int inboundSpi) implements Task {}

  record RekeyIke() implements Task {}

  record DeleteChild(int inboundSpi) implements Task {}

  record DeleteIke(String reason) implements Task {}

  record Liveness() implements Task {}
}
