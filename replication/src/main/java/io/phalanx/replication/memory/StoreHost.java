package io.phalanx.replication.memory;

/** What a {@link StoreNode} runs on: the threads of one life of a process. */
public interface StoreHost {
  /** Runs a task on the thread of the node's partitions: later, in order; never once it is dead. */
  void partition(Runnable task);

  /** Brings an answer to the member; likewise. */
  void answer(Runnable task);

  /** Everything at once. */
  static StoreHost immediate() {
    return new StoreHost() {
      @Override
      public void partition(Runnable task) {
        task.run();
      }

      @Override
      public void answer(Runnable task) {
        task.run();
      }
    };
  }
}
