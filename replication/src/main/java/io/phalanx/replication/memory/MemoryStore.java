package io.phalanx.replication.memory;

import io.phalanx.replication.LeaseStore;
import io.phalanx.replication.Registry;
import io.phalanx.replication.SaStore;
import io.phalanx.replication.table.TableRegistry;
import io.phalanx.replication.table.TableStore;
import io.phalanx.replication.table.Tables;
import io.phalanx.replication.table.Wrapping;

/**
 * The store of a whole cluster in one thread's memory: deterministic, for simulation. What it keeps
 * goes through the same codec as in the real one, so nothing is shared between members.
 */
public final class MemoryStore {
  private final MemoryTable<Long> ikeSas = new MemoryTable<>();
  private final MemoryTable<Integer> saClusters = new MemoryTable<>();
  private final MemoryTable<Integer> routes = new MemoryTable<>();
  private final MemoryTable<Integer> spis = new MemoryTable<>();
  private final MemoryTable<String> counters = new MemoryTable<>();
  private final MemoryTable<String> addresses = new MemoryTable<>();
  private long tokens;

  /** The ports of one life of a member. */
  public record Ports(SaStore saStore, LeaseStore leaseStore, Registry registry) {}

  /**
   * What a member that has just started sees of the store.
   *
   * @param courier carries all its requests and answers
   */
  public Ports member(Courier courier) {
    Tables tables =
        new Tables(
            ikeSas.through(courier),
            saClusters.through(courier),
            routes.through(courier),
            spis.through(courier),
            counters.through(courier),
            addresses.through(courier));
    TableStore store = new TableStore(tables, Wrapping.none(), () -> ++tokens);
    return new Ports(store, store, new TableRegistry(tables));
  }
}
