package io.phalanx.node.ike;

/** What may happen next to two ends and the network between them. */
sealed interface Move {
  /** An end begins one of its exchanges. */
  record Begin(boolean left, int number) implements Move {}

  /**
   * A datagram arrives.
   *
   * @param again whether a copy of it stays on its way
   */
  record Deliver(int message, boolean again) implements Move {}

  record Lose(int message) implements Move {}

  /** Everything that is on its way gets lost. */
  record LoseAll() implements Move {}

  /** The store of an end does what it was asked, and answers. */
  record Store(boolean left, int place) implements Move {}

  record Crash(boolean left, boolean reached, SteppedSide.Succession succession) implements Move {}

  /** Members adopt what dead ones have left. */
  record Sweep(boolean left) implements Move {}

  record Time(long atMillis) implements Move {}
}
