package io.phalanx.replication.memory;

/**
 * Carries requests of one member to the store and answers back: decides when each arrives, in which
 * order, and whether it does.
 */
public interface Courier {
  /**
   * Calls one of the two, once, now or later.
   *
   * @param arrive the request takes effect, or the answer reaches the member
   * @param lose it got lost on the way, and the member has stopped waiting
   */
  void carry(Runnable arrive, Runnable lose);

  /** Everything arrives at once. */
  static Courier immediate() {
    return (arrive, _) -> arrive.run();
  }
}
