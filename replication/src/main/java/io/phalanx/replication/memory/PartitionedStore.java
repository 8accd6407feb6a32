package io.phalanx.replication.memory;

import io.phalanx.replication.table.Stored;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A store that is as bad as Hazelcast may be, in one thread and under whatever passes for time:
 * partitions with an owner and backups, entries that a backup misses, owners that are promoted with
 * less than was acknowledged to nobody, calls whose outcome nobody knows and that happen late,
 * halves that do not see each other and meet again, members that were put out and do not know yet.
 *
 * <p>It knows nothing of why nodes come and go: that is told to it.
 */
public final class PartitionedStore {
  private final StoreFabric fabric;
  private final int backups;
  private final int minimumMembers;
  private final List<StoreNode> nodes = new ArrayList<>();
  private long tokens;
  private boolean lost;

  /**
   * @param backups synchronous ones of each partition
   * @param minimumMembers with fewer a group refuses everything
   */
  public PartitionedStore(StoreFabric fabric, int backups, int minimumMembers) {
    this.fabric = fabric;
    this.backups = backups;
    this.minimumMembers = minimumMembers;
  }

  StoreFabric fabric() {
    return fabric;
  }

  long token() {
    return ++tokens;
  }

  boolean writable(StoreGroup group) {
    return group.size() >= minimumMembers;
  }

  /** A process has started, and everybody answers it. */
  public StoreNode join(int member, StoreHost host) {
    return join(member, host, _ -> true);
  }

  /**
   * A process has started: it joins the largest group whose first node answers it, and has a share
   * of it by the next repair. Where none does it begins alone.
   */
  public StoreNode join(int member, StoreHost host, Predicate<StoreNode> answers) {
    StoreNode node = new StoreNode(this, member, host);
    StoreGroup before =
        groups().stream()
            .filter(group -> answers.test(group.nodes().getFirst()))
            .max(Comparator.comparingInt(StoreGroup::size))
            .orElse(StoreGroup.empty());
    nodes.add(node);
    StoreGroup joined = before.with(node);
    // One that is alone has the partitions; a second one gets its share by repair.
    move(before.size() == 0 ? joined.balanced(backups) : joined);
    return node;
  }

  /** The process of a node is gone; the others do not know yet. */
  public void died(StoreNode node) {
    nodes.remove(node);
  }

  /**
   * A node, and those of its group that it reaches, go on without a member. Those that are left out
   * do not notice yet.
   */
  public void exclude(StoreNode by, int member) {
    by.group().nodes().stream()
        .filter(node -> node.member() == member)
        .findFirst()
        .ifPresent(node -> exclude(by, node));
  }

  /** The same. */
  public void exclude(StoreNode by, StoreNode gone) {
    StoreGroup group = by.group();
    if (by != gone && group.nodes().contains(gone)) {
      fabric.note(
          "store: %d of %s goes on without %d"
              .formatted(by.member(), members(group), gone.member()));
      move(
          group.only(
              node ->
                  node.group() == group
                      && node != gone
                      && fabric.reaches(by.member(), node.member())));
    }
  }

  /** A node notices who of its group has gone on without it. */
  public void notice(StoreNode node) {
    StoreGroup group = node.group();
    StoreGroup left = group.only(each -> each.group() == group);
    if (left.size() < group.size()) {
      move(left);
    }
  }

  /** Backups that are missing are made, and partitions spread: all at one instant. */
  public void repair(StoreNode of) {
    StoreGroup group = of.group();
    StoreGroup balanced = group.balanced(backups);
    for (int partition = 0; partition < StoreGroup.PARTITIONS; partition++) {
      Replica source = group.primary(partition).replica(partition);
      for (StoreNode node : balanced.replicas(partition)) {
        if (node != group.primary(partition)) {
          node.replace(partition, source.copy());
        }
      }
    }
    move(balanced);
  }

  /** Whether a repair would change something. */
  public boolean wantsRepair(StoreNode of) {
    StoreGroup group = of.group();
    StoreGroup balanced = group.balanced(backups);
    for (int partition = 0; partition < StoreGroup.PARTITIONS; partition++) {
      if (!group.replicas(partition).equals(balanced.replicas(partition))) {
        return true;
      }
    }
    return false;
  }

  /** Backups that have missed something are brought up to date. */
  public void synchronize(StoreNode of) {
    StoreGroup group = of.group();
    for (int partition = 0; partition < StoreGroup.PARTITIONS; partition++) {
      Replica source = group.primary(partition).replica(partition);
      for (StoreNode backup : group.backups(partition)) {
        backup.replace(partition, source.copy());
      }
    }
  }

  /**
   * Two groups see each other again: the smaller one brings what it has, as far as that is later,
   * and joins.
   */
  public void merge(StoreNode one, StoreNode other) {
    StoreGroup larger = one.group();
    StoreGroup smaller = other.group();
    int bySize = Integer.compare(larger.size(), smaller.size());
    int byFirst = smaller.nodes().getFirst().member() - larger.nodes().getFirst().member();
    if (bySize < 0 || (bySize == 0 && byFirst < 0)) {
      larger = other.group();
      smaller = one.group();
    }
    fabric.note("store: " + members(smaller) + " join " + members(larger));
    for (int partition = 0; partition < StoreGroup.PARTITIONS; partition++) {
      larger
          .primary(partition)
          .mergeFrom(partition, smaller.primary(partition).replica(partition), larger);
    }
    StoreGroup joined = larger;
    List<StoreNode> newcomers = smaller.nodes();
    for (StoreNode newcomer : newcomers) {
      joined = joined.with(newcomer);
    }
    move(joined);
    repair(one);
    newcomers.forEach(StoreNode::rescan);
  }

  /** All nodes of a group are in it from now on; who becomes an owner goes on with what it has. */
  private void move(StoreGroup group) {
    List<List<StoreNode>> replicas = new ArrayList<>();
    boolean whole = group.whole();
    for (int partition = 0; partition < StoreGroup.PARTITIONS; partition++) {
      List<StoreNode> those = group.replicas(partition);
      if (those.isEmpty() && group.size() > 0) {
        StoreNode heir = group.nodes().get(partition % group.size());
        heir.replace(partition, new Replica());
        those = List.of(heir);
        whole = false;
      }
      replicas.add(those);
    }
    StoreGroup next = new StoreGroup(group.nodes(), replicas, whole);
    if (!whole && writable(next) && !lost) {
      lost = true;
      fabric.note("store: " + members(next) + " have lost partitions");
    }
    next.nodes().forEach(node -> node.move(next));
    next.nodes().forEach(StoreNode::callAgain);
  }

  private List<StoreGroup> groups() {
    return nodes.stream().map(StoreNode::group).distinct().toList();
  }

  /** Whether a majority has had no copy left of something: more members were lost than copies. */
  public boolean lost() {
    return lost;
  }

  /** One living node of each group. */
  public List<StoreNode> oneOfEach() {
    return groups().stream()
        .map(
            group -> nodes.stream().filter(node -> node.group() == group).findFirst().orElseThrow())
        .toList();
  }

  /** All entries of a table, as the group of this node has them. */
  public Map<Object, Stored> entries(StoreNode of, String table) {
    Map<Object, Stored> all = new TreeMap<>();
    for (int partition = 0; partition < StoreGroup.PARTITIONS; partition++) {
      all.putAll(of.group().primary(partition).replica(partition).table(table));
    }
    return all;
  }

  private static List<Integer> members(StoreGroup group) {
    return group.nodes().stream().map(StoreNode::member).toList();
  }
}
