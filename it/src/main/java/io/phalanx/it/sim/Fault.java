package io.phalanx.it.sim;

import java.util.List;

/** What goes wrong, as data. Members are numbered from 1, peers from 0. */
sealed interface Fault {
  /** The process of a member ends; another one starts so much later. */
  record Crash(int member, long downNanos) implements Fault {}

  /** The same, at a commit: before the store is asked, or after it has done it, unheard. */
  record CrashAtCommit(int member, boolean after, long downNanos) implements Fault {}

  /** A member stands still, and wakes up with all that it had. */
  record Freeze(int member, long nanos) implements Fault {}

  /** Some members do not reach the others, nor these them; peers reach all. */
  record Cut(List<Integer> members, long nanos) implements Fault {}

  /** What one member tells another one does not arrive; the other way it does. */
  record OneWay(int from, int to, long nanos) implements Fault {}

  /** Somebody sets the wall clock of a member back. */
  record SetBack(int member, long millis) implements Fault {}

  /** The store's threads of a member stand still. */
  record PauseStore(int member, long nanos) implements Fault {}

  /** Writes miss backups. */
  record LoseBackups(int perMille, long nanos) implements Fault {}

  /** Datagrams of peers and members are lost, doubled and delayed. */
  record Rough(int perMille, long nanos) implements Fault {}

  /** The balancer sends a peer's packets elsewhere from now on. */
  record Rebalance(int peer) implements Fault {}

  /** A member hands over all it has, ends, and starts anew. */
  record Drain(int member, long downNanos) implements Fault {}

  /** Somebody sends again what he has recorded of a peer. */
  record Replay(int peer, int datagrams) implements Fault {}

  /** A peer rekeys its Child SA, or its IKE SA. */
  record Rekey(int peer, boolean ikeSa) implements Fault {}
}
