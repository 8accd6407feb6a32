package io.phalanx.it.sim;

import io.phalanx.replication.memory.StoreFabric;
import io.phalanx.replication.table.Change;
import io.phalanx.replication.table.Step;
import io.phalanx.replication.table.Stored;
import java.util.Optional;

/** What lies between the nodes of the store, and what becomes of its rules. */
final class Fabric implements StoreFabric {
  private final Mutation mutation;
  private final Timeline timeline;
  private final Network network;
  private final Trace trace;
  private final Dice own;
  private int backupLossPerMille;

  Fabric(Plan plan, Timeline timeline, Network network, Trace trace) {
    this.mutation = plan.mutation();
    this.timeline = timeline;
    this.network = network;
    this.trace = trace;
    this.own = new Dice(plan.seed()).of("fabric");
  }

  /** So many of a thousand writes miss a backup from now on. */
  void loseBackups(int perMille) {
    backupLossPerMille = perMille;
  }

  @Override
  public void send(int from, int to, Runnable arrive) {
    network.connection(from, to, arrive);
  }

  @Override
  public void after(long nanos, Runnable task) {
    timeline.after(nanos, task);
  }

  @Override
  public boolean reaches(int from, int to) {
    return !network.cut(from, to);
  }

  @Override
  public boolean losesBackup() {
    return own.chance(backupLossPerMille);
  }

  @Override
  public boolean awaitsBackups() {
    return mutation != Mutation.BACKUPS_NOT_AWAITED;
  }

  @Override
  public Step judge(Change change, Optional<Stored> stored) {
    return Mutations.judge(mutation, change, stored);
  }

  @Override
  public Stored merge(String table, Stored merging, Stored existing) {
    return mutation == Mutation.MERGE_BACKWARDS
        ? merging
        : StoreFabric.super.merge(table, merging, existing);
  }

  @Override
  public void note(String what) {
    trace.note(what);
  }
}
