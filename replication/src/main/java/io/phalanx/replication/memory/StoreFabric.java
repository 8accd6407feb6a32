package io.phalanx.replication.memory;

import io.phalanx.replication.table.Change;
import io.phalanx.replication.table.MergeRule;
import io.phalanx.replication.table.Step;
import io.phalanx.replication.table.Stored;
import java.util.Optional;

/** What lies between the nodes of a {@link PartitionedStore}, and what goes wrong there. */
public interface StoreFabric {
  /** A connection keeps the order: what cannot arrive now waits, as in TCP. */
  void send(int from, int to, Runnable arrive);

  void after(long nanos, Runnable task);

  /** Whether one node reaches another one now. */
  default boolean reaches(int from, int to) {
    return true;
  }

  /** Whether this write does not reach this backup. */
  default boolean losesBackup() {
    return false;
  }

  /** Whether a write is done only once all backups have acknowledged it, as it should. */
  default boolean awaitsBackups() {
    return true;
  }

  /** What a change comes to: by the rules, unless somebody wants to see what happens without. */
  default Step judge(Change change, Optional<Stored> stored) {
    return stored.isPresent() ? change.present(stored.get()) : change.absent();
  }

  /** What stays of two entries of a table; {@link MergeRule} says, unless likewise. */
  default Stored merge(String table, Stored merging, Stored existing) {
    return MergeRule.of(table).merge(merging, existing);
  }

  /** Something that only whoever watches wants to know. */
  default void note(String what) {}

  /** Everything arrives at once, and time does not pass. */
  static StoreFabric immediate() {
    return new StoreFabric() {
      @Override
      public void send(int from, int to, Runnable arrive) {
        arrive.run();
      }

      @Override
      public void after(long nanos, Runnable task) {}
    };
  }
}
