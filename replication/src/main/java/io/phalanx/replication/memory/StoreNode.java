package io.phalanx.replication.memory;

import io.phalanx.replication.Outcome;
import io.phalanx.replication.table.Answer;
import io.phalanx.replication.table.Change;
import io.phalanx.replication.table.Step;
import io.phalanx.replication.table.Step.Effect;
import io.phalanx.replication.table.Stored;
import io.phalanx.replication.table.Table;
import io.phalanx.replication.table.TableRegistry;
import io.phalanx.replication.table.TableStore;
import io.phalanx.replication.table.Tables;
import io.phalanx.replication.table.Wrapping;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** One process of a {@link PartitionedStore}: its partitions, and its calls to those of others. */
public final class StoreNode {
  private static final Answer UNKNOWN = new Answer.Plain(Outcome.UNKNOWN);
  private static final long ANSWER_NANOS_MAX = 2_000_000_000;
  private static final long AGAIN_NANOS = 50_000_000;

  /** A write whose backups have not all acknowledged. */
  private static final class Write {
    final StoreNode client;
    final StoreCall call;
    final Answer answer;
    final Set<StoreNode> awaited;

    Write(StoreNode client, StoreCall call, Answer answer, List<StoreNode> backups) {
      this.client = client;
      this.call = call;
      this.answer = answer;
      this.awaited = new HashSet<>(backups);
    }
  }

  private final PartitionedStore store;
  private final int member;
  private final StoreHost host;
  private final Map<Integer, Replica> replicas = new HashMap<>();
  private final Set<StoreCall> calls = new LinkedHashSet<>();
  private final Set<Write> writes = new LinkedHashSet<>();
  private final Map<String, List<NodeWatch>> watches = new HashMap<>();
  private StoreGroup group = StoreGroup.empty();

  StoreNode(PartitionedStore store, int member, StoreHost host) {
    this.store = store;
    this.member = member;
    this.host = host;
  }

  public int member() {
    return member;
  }

  /** Whether two nodes are of one cluster, as far as they know. */
  public boolean with(StoreNode other) {
    return group == other.group;
  }

  /** Whether this node sees enough others for changes. */
  public boolean hasQuorum() {
    return store.writable(group);
  }

  /** The ports of the member that runs this node. */
  public MemoryStore.Ports ports() {
    Tables tables =
        new Tables(
            this.<Long>table(Tables.IKE_SAS),
            this.<Integer>table(Tables.SA_CLUSTERS),
            this.<Integer>table(Tables.ROUTES),
            this.<Integer>table(Tables.SPIS),
            this.<String>table(Tables.COUNTERS),
            this.<String>table(Tables.ADDRESSES));
    TableStore ports = new TableStore(tables, Wrapping.none(), store::token);
    return new MemoryStore.Ports(ports, ports, new TableRegistry(tables));
  }

  private <K extends Comparable<K>> Table<K> table(String name) {
    return new NodeTable<>(this, name);
  }

  // The member's calls

  StoreCall call(String table, Object key, Optional<Change> change) {
    StoreCall call = new StoreCall(table, key, change);
    calls.add(call);
    store.fabric().after(ANSWER_NANOS_MAX, () -> host.answer(() -> end(call, UNKNOWN)));
    dispatch(call);
    return call;
  }

  private void dispatch(StoreCall call) {
    if (call.ended()) {
      return;
    }
    if (!store.writable(group)) {
      host.answer(() -> end(call, UNKNOWN));
      return;
    }
    StoreNode primary = group.primary(call.partition());
    call.sentTo(primary);
    store
        .fabric()
        .send(
            member, primary.member, () -> primary.host.partition(() -> primary.serve(this, call)));
  }

  private void end(StoreCall call, Answer answer) {
    calls.remove(call);
    call.end(answer);
  }

  private void answer(StoreNode client, StoreCall call, Answer answer) {
    store
        .fabric()
        .send(member, client.member, () -> client.host.answer(() -> client.end(call, answer)));
  }

  private void dispatchLater(StoreCall call) {
    store.fabric().after(AGAIN_NANOS, () -> host.partition(() -> dispatch(call)));
  }

  /** Those that a node was asked that is not there any more are asked of its successor. */
  void callAgain() {
    for (StoreCall call : List.copyOf(calls)) {
      if (call.target().filter(target -> target != group.primary(call.partition())).isPresent()) {
        dispatchLater(call);
      }
    }
  }

  // The partitions of this node

  private void serve(StoreNode client, StoreCall call) {
    if (client.group != group || group.primary(call.partition()) != this) {
      store.fabric().send(member, client.member, () -> client.dispatchLater(call));
      return;
    }
    if (!store.writable(group)) {
      answer(client, call, UNKNOWN);
      return;
    }
    Optional<Stored> stored = replica(call.partition()).get(call.table(), call.key());
    if (call.change().isEmpty()) {
      answer(
          client,
          call,
          stored
              .<Answer>map(entry -> new Answer.WithEntry(Outcome.DONE, entry))
              .orElseGet(() -> new Answer.Plain(Outcome.GONE)));
      return;
    }
    Step step = store.fabric().judge(call.change().get(), stored);
    if (step.effect() instanceof Effect.Keep) {
      answer(client, call, step.answer());
    } else {
      write(client, call, step);
    }
  }

  private void write(StoreNode client, StoreCall call, Step step) {
    Replica replica = replica(call.partition());
    long version = replica.version() + 1;
    Optional<Stored> after = replica.apply(version, call.table(), call.key(), step.effect());
    publish(call.table(), call.key(), after);
    List<StoreNode> backups = group.backups(call.partition());
    Write write = new Write(client, call, step.answer(), backups);
    writes.add(write);
    for (StoreNode backup : backups) {
      if (store.fabric().losesBackup()) {
        store.fabric().note("store: " + backup.member + " misses a write of " + call);
        continue;
      }
      store
          .fabric()
          .send(
              member,
              backup.member,
              () ->
                  backup.host.partition(
                      () -> {
                        if (backup.backUp(this, version, call, step.effect())) {
                          store
                              .fabric()
                              .send(backup.member, member, () -> acknowledged(write, backup));
                        }
                      }));
    }
    if (backups.isEmpty() || !store.fabric().awaitsBackups()) {
      written(write, write.answer);
    }
  }

  private void acknowledged(Write write, StoreNode backup) {
    if (write.awaited.remove(backup) && write.awaited.isEmpty() && writes.contains(write)) {
      written(write, write.answer);
    }
  }

  private void written(Write write, Answer answer) {
    writes.remove(write);
    answer(write.client, write.call, answer);
  }

  /**
   * Whether it is a backup's turn to take this: one that has gone on without that owner does not.
   */
  private boolean backUp(StoreNode primary, long version, StoreCall call, Effect effect) {
    int partition = call.partition();
    if (primary.group != group || !group.backups(partition).contains(this)) {
      return false;
    }
    Replica replica = replica(partition);
    if (version <= replica.version()) {
      return true; // came with a copy
    }
    if (version > replica.version() + 1) {
      store
          .fabric()
          .send(
              member,
              primary.member,
              () -> primary.host.partition(() -> primary.copyTo(this, partition)));
    }
    replica.apply(version, call.table(), call.key(), effect);
    return true;
  }

  private void copyTo(StoreNode backup, int partition) {
    if (backup.group == group && group.primary(partition) == this) {
      Replica copy = replica(partition).copy();
      store
          .fabric()
          .send(
              member,
              backup.member,
              () ->
                  backup.host.partition(
                      () -> {
                        if (backup.group == group
                            && backup.replica(partition).version() <= copy.version()) {
                          backup.replace(partition, copy);
                        }
                      }));
    }
  }

  Replica replica(int partition) {
    return replicas.computeIfAbsent(partition, _ -> new Replica());
  }

  void replace(int partition, Replica replica) {
    replicas.put(partition, replica);
  }

  /** Takes over what another half has and this one has not seen. */
  void mergeFrom(int partition, Replica other, StoreGroup of) {
    Replica mine = replica(partition);
    for (String table : NodeTable.ALL) {
      other
          .table(table)
          .forEach(
              (key, merging) ->
                  mine.get(table, key)
                      .map(existing -> store.fabric().merge(table, merging, existing))
                      .filter(merged -> !mine.get(table, key).equals(Optional.of(merged)))
                      .ifPresent(
                          merged -> {
                            mine.apply(mine.version() + 1, table, key, new Effect.Put(merged));
                            publish(of, table, key, Optional.of(merged));
                          }));
    }
  }

  StoreGroup group() {
    return group;
  }

  /**
   * Writes that waited for those who are not there any more have nobody to tell what came of them.
   */
  void move(StoreGroup next) {
    group = next;
    for (Write write : List.copyOf(writes)) {
      if (!next.nodes().containsAll(write.awaited) || !next.nodes().contains(write.client)) {
        written(write, UNKNOWN);
      }
    }
  }

  // Who watches

  void watch(String table, NodeWatch watch) {
    watches.computeIfAbsent(table, _ -> new ArrayList<>()).add(watch);
    for (int partition = 0; partition < StoreGroup.PARTITIONS; partition++) {
      if (!group.replicas(partition).isEmpty()) {
        watch.scan(group.primary(partition).replica(partition).table(table));
      }
    }
  }

  /** Tells whoever watches of everything, for events may have been missed. */
  void rescan() {
    watches.forEach(
        (table, those) -> {
          Map<Object, Stored> all = store.entries(this, table);
          host.answer(() -> those.forEach(watch -> watch.rescan(all)));
        });
  }

  private void publish(String table, Object key, Optional<Stored> after) {
    publish(group, table, key, after);
  }

  private void publish(StoreGroup to, String table, Object key, Optional<Stored> after) {
    for (StoreNode node : to.nodes()) {
      List<NodeWatch> those = node.watches.getOrDefault(table, List.of());
      if (!those.isEmpty()) {
        store
            .fabric()
            .send(
                member,
                node.member,
                () -> node.host.answer(() -> those.forEach(watch -> watch.event(key, after))));
      }
    }
  }

  /** Keys of a table in partitions that this node owns. */
  Map<Object, Stored> own(String table) {
    Map<Object, Stored> own = new TreeMap<>();
    for (int partition = 0; partition < StoreGroup.PARTITIONS; partition++) {
      if (group.primary(partition) == this) {
        own.putAll(replica(partition).table(table));
      }
    }
    return own;
  }

  /** All entries of a table, if the store can tell of all. */
  Optional<Map<Object, Stored>> all(String table) {
    return hasQuorum() ? Optional.of(store.entries(this, table)) : Optional.empty();
  }

  void later(Runnable task) {
    host.answer(task);
  }

  /** Calls that have no answer, and writes that are not acknowledged. */
  public int waiting() {
    return calls.size() + writes.size();
  }
}
