package io.phalanx.replication;

import java.util.Set;

/** Which members are alive, as this member sees it through the interlink. */
public interface Membership {
  Owner self();

  /** Whether this life of that member is heard from. Always true for {@link #self()}. */
  boolean alive(Owner owner);

  Set<Owner> living();

  /**
   * Whether another living member hears this life of that member: then it is not dead, and what
   * keeps its heartbeats from us is between us and it.
   */
  boolean heardByAnother(Owner owner);

  /** Told on a thread of the interlink; returns at once. */
  void watch(Listener listener);

  interface Listener {
    void up(Owner owner);

    void down(Owner owner);

    /**
     * It has said goodbye, and leaves the store in order. Means {@link #down} unless overridden.
     */
    default void left(Owner owner) {
      down(owner);
    }
  }
}
