package io.phalanx.replication.hazelcast;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipAdapter;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent;
import io.phalanx.config.GatewayConfig.Cluster;
import io.phalanx.config.GatewayConfig.ClusterMember;
import io.phalanx.replication.LeaseStore;
import io.phalanx.replication.Registry;
import io.phalanx.replication.SaStore;
import io.phalanx.replication.seal.Keyring;
import io.phalanx.replication.seal.Sealer;
import io.phalanx.replication.table.TableRegistry;
import io.phalanx.replication.table.TableStore;
import io.phalanx.replication.table.Tables;
import io.phalanx.replication.table.Wrapping;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This member's part of the cluster's store.
 *
 * <p>One life of a member has one such object: changes are numbered in it, and an owner that made
 * changes through two of them would be refused as late by its own. So after each start the member
 * takes a new incarnation from {@link #registry()} before it owns anything.
 */
public final class HazelcastCluster implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HazelcastCluster.class);

  private final HazelcastInstance instance;
  private final Wholeness wholeness;
  private final WholenessNews news;
  private final StoreThreads threads;
  private final TableStore store;
  private final TableRegistry registry;
  private volatile IntConsumer whenLost = _ -> {};
  private volatile Runnable whenMerged = () -> {};

  private HazelcastCluster(
      HazelcastInstance instance, Cluster cluster, int memberId, Wrapping wrapping) {
    this.instance = instance;
    this.wholeness = Wholeness.of(instance);
    this.news = WholenessNews.listen(instance, wholeness, StoreThreads::later);
    this.threads = StoreThreads.start(memberId);
    HazelcastTable<Integer> routes = table(Tables.ROUTES);
    Tables tables =
        new Tables(
            table(Tables.IKE_SAS),
            table(Tables.SA_CLUSTERS),
            routes,
            table(Tables.SPIS),
            table(Tables.COUNTERS),
            table(Tables.ADDRESSES));
    SecureRandom random = new SecureRandom();
    store = new TableStore(tables, wrapping, random::nextLong);
    registry = registry(tables, cluster, memberId);
    rescanWhenEventsMayBeLost(routes);
    news.tell();
  }

  private static TableRegistry registry(Tables tables, Cluster cluster, int memberId) {
    List<Integer> ids = cluster.members().stream().map(ClusterMember::id).sorted().toList();
    return MemberSettings.halvesGoOn(cluster)
        ? new TableRegistry(tables, ids.indexOf(memberId), ids.size())
        : new TableRegistry(tables);
  }

  private <K> HazelcastTable<K> table(String name) {
    return new HazelcastTable<>(instance.getMap(name), threads, wholeness::unsure);
  }

  /** A member that dies takes the events along that it was about to send. */
  private void rescanWhenEventsMayBeLost(HazelcastTable<Integer> routes) {
    instance
        .getCluster()
        .addMembershipListener(
            new MembershipAdapter() {
              @Override
              public void memberRemoved(MembershipEvent event) {
                log.info(
                    "store: member {} has left, {} remain",
                    event.getMember().getAttribute(MemberSettings.MEMBER_ID),
                    event.getMembers().size());
                Separation.of(instance).ifPresent(Separation::left);
                wholeness.left(instance.getCluster().getMembers().size());
                routes.rescan();
                tellLost(event.getMember());
              }

              @Override
              public void memberAdded(MembershipEvent event) {
                log.info(
                    "store: member {} has joined, {} are here",
                    event.getMember().getAttribute(MemberSettings.MEMBER_ID),
                    event.getMembers().size());
                wholeness.came(instance.getCluster().getMembers().size());
              }
            });
    instance.getLifecycleService().addLifecycleListener(event -> joining(event.getState(), routes));
    routes.watchMerges(() -> whenMerged.run());
  }

  /**
   * A half of the cluster joins the other one empty, and brings its entries after that. What is not
   * to be found in between may be on its way, so the store does not tell.
   */
  private void joining(LifecycleEvent.LifecycleState state, HazelcastTable<Integer> routes) {
    switch (state) {
      case MERGING -> {
        log.info("store: this half of the cluster joins the other one");
        wholeness.bringing();
      }
      case MERGED, MERGE_FAILED -> {
        log.info("store: {}", state == LifecycleEvent.LifecycleState.MERGED ? "joined" : "alone");
        wholeness.brought(instance.getCluster().getMembers().size());
        news.tell();
        routes.rescan();
        whenMerged.run();
      }
      default -> {}
    }
  }

  /**
   * Where to tell that the store has met another half of the cluster and taken over what it had:
   * owners may have changed. Told once or several times, on any thread; returns at once.
   */
  public void whenMerged(Runnable told) {
    whenMerged = told;
  }

  private void tellLost(Member member) {
    try {
      whenLost.accept(Integer.parseInt(member.getAttribute(MemberSettings.MEMBER_ID)));
    } catch (NumberFormatException notOurs) {
      log.warn("store: a member without a member-id has left");
    }
  }

  /** Where to tell of members that have left the store, in order or not; returns at once. */
  public void whenLost(IntConsumer told) {
    whenLost = told;
  }

  /**
   * Starts this member's part of the store and joins the others, or begins alone where none of them
   * is there. Blocks until then: some hundred milliseconds, several seconds if a member does not
   * answer at all.
   *
   * @param cluster whose {@code members} hold this one
   * @param keyring of the cluster: members with none of its keys are not let in, nor are those
   *     without a certificate, unless the configuration says so
   * @throws IllegalStateException if the address is taken, another member has the same id, or the
   *     certificates cannot be used
   */
  public static HazelcastCluster start(Cluster cluster, int memberId, Keyring keyring) {
    ClusterMember self =
        cluster.members().stream()
            .filter(member -> member.id() == memberId)
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no member " + memberId));
    SecureRandom random = new SecureRandom();
    HazelcastInstance instance;
    try {
      JoinHandshake join = new JoinHandshake(keyring, random);
      instance =
          MemberInstance.start(
              MemberSettings.of(cluster, self), new LinkHandshake(cluster, memberId, join));
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalStateException("the store's certificates: " + e.getMessage(), e);
    } catch (HazelcastException | IllegalStateException e) {
      throw new IllegalStateException(
          "the store cannot start on " + self.store() + ": " + e.getMessage(), e);
    }
    if (idTaken(instance, memberId)) {
      instance.getLifecycleService().terminate();
      throw new IllegalStateException("another member has the id " + memberId);
    }
    Wrapping wrapping = Wrapping.sealedBy(new Sealer(keyring, "store", random));
    return new HazelcastCluster(instance, cluster, memberId, wrapping);
  }

  private static boolean idTaken(HazelcastInstance instance, int memberId) {
    return instance.getCluster().getMembers().stream()
        .anyMatch(member -> !member.localMember() && idOf(member, memberId));
  }

  private static boolean idOf(Member member, int memberId) {
    return Integer.toString(memberId).equals(member.getAttribute(MemberSettings.MEMBER_ID));
  }

  public SaStore saStore() {
    return store;
  }

  public LeaseStore leaseStore() {
    return store;
  }

  public Registry registry() {
    return registry;
  }

  /**
   * Takes a member for dead at once; every survivor has to be told. Returns at once. A member that
   * lives all the same is put out of the cluster, finds itself in a minority, and joins again some
   * seconds later.
   */
  public void suspect(int memberId) {
    Thread.ofVirtual().name("store-suspect-" + memberId).start(() -> suspectNow(memberId));
  }

  private void suspectNow(int memberId) {
    try {
      Optional<Member> suspected =
          instance.getCluster().getMembers().stream()
              .filter(member -> !member.localMember() && idOf(member, memberId))
              .findFirst();
      suspected.ifPresent(member -> MemberInstance.suspect(instance, member));
    } catch (RuntimeException e) {
      log.warn("store: member {} could not be suspected: {}", memberId, e.getMessage());
    }
  }

  /**
   * Whether enough members are here for changes, and this one has missed none; else the store
   * answers that it does not know.
   */
  public boolean hasQuorum() {
    return wholeness.whole(members());
  }

  /** Members in the store's cluster, this one included; 0 once it is stopped. */
  public int members() {
    try {
      return instance.getLifecycleService().isRunning()
          ? instance.getCluster().getMembers().size()
          : 0;
    } catch (RuntimeException stopped) {
      return 0;
    }
  }

  HazelcastInstance instance() {
    return instance;
  }

  /** Leaves in order: hands this member's part of the data to the others first. Blocks for it. */
  @Override
  public void close() {
    instance.getLifecycleService().shutdown();
    threads.stop();
  }

  /** Leaves at once, as if killed. */
  public void terminate() {
    instance.getLifecycleService().terminate();
    threads.stop();
  }
}
