package io.phalanx.replication.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Nodes that take each other for the cluster, and which of them have which partition, the owner
 * first. Never changed: who comes or goes makes another one.
 */
final class StoreGroup {
  static final int PARTITIONS = 13;

  private final List<StoreNode> nodes;
  private final List<List<StoreNode>> replicas;
  private final boolean whole;

  /**
   * @param whole whether no partition was ever without a node
   */
  StoreGroup(List<StoreNode> nodes, List<List<StoreNode>> replicas, boolean whole) {
    this.whole = whole;
    this.nodes = List.copyOf(nodes);
    this.replicas = List.copyOf(replicas);
  }

  static StoreGroup empty() {
    List<List<StoreNode>> none = new ArrayList<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      none.add(List.of());
    }
    return new StoreGroup(List.of(), none, true);
  }

  static int partition(Object key) {
    int hash = key.hashCode() * 0x9e3779b9;
    return Math.floorMod(hash ^ hash >>> 15, PARTITIONS);
  }

  List<StoreNode> nodes() {
    return nodes;
  }

  boolean whole() {
    return whole;
  }

  int size() {
    return nodes.size();
  }

  StoreNode primary(int partition) {
    return replicas.get(partition).getFirst();
  }

  List<StoreNode> backups(int partition) {
    List<StoreNode> all = replicas.get(partition);
    return all.subList(1, all.size());
  }

  List<StoreNode> replicas(int partition) {
    return replicas.get(partition);
  }

  /** The same of these nodes alone. Partitions may have nobody then. */
  StoreGroup only(Predicate<StoreNode> which) {
    return new StoreGroup(
        nodes.stream().filter(which).toList(),
        replicas.stream().map(each -> each.stream().filter(which).toList()).toList(),
        whole);
  }

  StoreGroup with(StoreNode node) {
    List<StoreNode> more = new ArrayList<>(nodes);
    more.add(node);
    return new StoreGroup(more, replicas, whole);
  }

  /** Every partition on as many nodes as it should be, evenly. */
  StoreGroup balanced(int backups) {
    List<List<StoreNode>> spread = new ArrayList<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      List<StoreNode> chosen = new ArrayList<>();
      for (int index = 0; index < Math.min(backups + 1, nodes.size()); index++) {
        chosen.add(nodes.get((partition + index) % nodes.size()));
      }
      spread.add(List.copyOf(chosen));
    }
    return new StoreGroup(nodes, spread, whole);
  }
}
