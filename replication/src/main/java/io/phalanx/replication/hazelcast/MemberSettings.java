package io.phalanx.replication.hazelcast;

import com.hazelcast.config.ClassFilter;
import com.hazelcast.config.Config;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MergePolicyConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.config.SplitBrainProtectionConfig;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.spi.MemberAddressProvider;
import com.hazelcast.splitbrainprotection.SplitBrainProtectionOn;
import io.phalanx.config.GatewayConfig.Cluster;
import io.phalanx.config.GatewayConfig.ClusterMember;
import io.phalanx.replication.table.Tables;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The settings of Hazelcast for one member. */
final class MemberSettings {
  /** Attribute of a Hazelcast member: our member-id. */
  static final String MEMBER_ID = "phalanx.member-id";

  private static final String PROTECTION = "majority";

  /** Hazelcast takes split-brain protection for two members and more. */
  private static final int PROTECTION_MEMBERS_MIN = 2;

  private static final Map<String, Class<? extends FencedMergePolicy>> MERGE_POLICIES =
      Map.of(
          Tables.IKE_SAS,
          FencedMergePolicy.OfIkeSas.class,
          Tables.SA_CLUSTERS,
          FencedMergePolicy.OfSaClusters.class,
          Tables.ROUTES,
          FencedMergePolicy.OfFollowers.class,
          Tables.SPIS,
          FencedMergePolicy.OfFollowers.class,
          Tables.COUNTERS,
          FencedMergePolicy.OfFollowers.class,
          Tables.ADDRESSES,
          FencedMergePolicy.OfAddresses.class);

  private MemberSettings() {}

  static Config of(Cluster cluster, ClusterMember self) {
    Config config = new Config();
    config.setClusterName(cluster.name());
    config.setInstanceName("phalanx-" + cluster.name() + "-" + self.id());
    config.getMemberAttributeConfig().setAttribute(MEMBER_ID, Integer.toString(self.id()));
    config.setUserContext(
        new ConcurrentHashMap<>(
            Map.of(
                Wholeness.KEY,
                new Wholeness(cluster.minimumMembers(), StoreThreads::later),
                Separation.KEY,
                new Separation(halvesGoOn(cluster), System::currentTimeMillis))));
    config.getMetricsConfig().setEnabled(false);
    config.getJetConfig().setEnabled(false);
    network(config.getNetworkConfig(), cluster, self.store());
    serialization(config);
    tables(config, cluster);
    properties(self.store()).forEach(config::setProperty);
    return config;
  }

  /** Whether two parts of the cluster may both make changes while they are apart. */
  static boolean halvesGoOn(Cluster cluster) {
    return cluster.minimumMembers() <= cluster.members().size() / 2;
  }

  private static void network(NetworkConfig network, Cluster cluster, InetSocketAddress self) {
    network.setPort(self.getPort()).setPortAutoIncrement(false);
    // Exactly this address, even one that no interface lists (all of 127/8 is the loopback's).
    network
        .getMemberAddressProviderConfig()
        .setEnabled(true)
        .setImplementation(new FixedAddress(self));
    JoinConfig join = network.getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true).setConnectionTimeoutSeconds(1);
    for (ClusterMember member : cluster.members()) {
      join.getTcpIpConfig().addMember(text(member.store()));
    }
  }

  /** The one address of a member's store. */
  private record FixedAddress(InetSocketAddress address) implements MemberAddressProvider {
    @Override
    public InetSocketAddress getBindAddress() {
      return address;
    }

    @Override
    public InetSocketAddress getBindAddress(EndpointQualifier qualifier) {
      return address;
    }

    @Override
    public InetSocketAddress getPublicAddress() {
      return address;
    }

    @Override
    public InetSocketAddress getPublicAddress(EndpointQualifier qualifier) {
      return address;
    }
  }

  private static String text(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return address.getAddress() instanceof Inet4Address
        ? host + ":" + address.getPort()
        : "[" + host + "]:" + address.getPort();
  }

  /**
   * Our own types travel by number. Java serialization is left to Hazelcast for exceptions: nothing
   * else may be made out of what another member sends.
   */
  private static void serialization(Config config) {
    StoreSerializers.addTo(config.getSerializationConfig());
    ClassFilter allowed =
        new ClassFilter()
            .addPrefixes("com.hazelcast.", "io.phalanx.replication.")
            .addPackages("java.lang", "java.util", "java.util.concurrent", "java.io")
            // Parts of every exception; without them a refusal by another member is never read.
            .addClasses("[Ljava.lang.StackTraceElement;", "[Ljava.lang.Throwable;");
    config
        .getSerializationConfig()
        .setJavaSerializationFilterConfig(
            new JavaSerializationFilterConfig().setDefaultsDisabled(true).setWhitelist(allowed));
  }

  private static void tables(Config config, Cluster cluster) {
    boolean protect = cluster.minimumMembers() >= PROTECTION_MEMBERS_MIN;
    if (protect) {
      config.addSplitBrainProtectionConfig(
          new SplitBrainProtectionConfig(PROTECTION, true, cluster.minimumMembers())
              .setProtectOn(SplitBrainProtectionOn.READ_WRITE));
    }
    for (var table : MERGE_POLICIES.entrySet()) {
      MapConfig map =
          new MapConfig(table.getKey())
              .setBackupCount(cluster.backups())
              .setAsyncBackupCount(0)
              // Entries are immutable; as objects, a change of the header copies no body.
              .setInMemoryFormat(InMemoryFormat.OBJECT)
              .setPerEntryStatsEnabled(true)
              .setMergePolicyConfig(new MergePolicyConfig().setPolicy(table.getValue().getName()));
      config.addMapConfig(protect ? map.setSplitBrainProtectionName(PROTECTION) : map);
    }
  }

  private static Map<String, String> properties(InetSocketAddress self) {
    return Map.ofEntries(
        Map.entry("hazelcast.logging.type", "slf4j"),
        Map.entry("hazelcast.logging.details.enabled", "false"),
        Map.entry("hazelcast.logging.emoji.enabled", "false"),
        Map.entry("hazelcast.phone.home.enabled", "false"),
        Map.entry("hazelcast.shutdownhook.enabled", "false"),
        Map.entry("hazelcast.health.monitoring.level", "OFF"),
        Map.entry("hazelcast.socket.bind.any", "false"),
        Map.entry("hazelcast.socket.server.bind.any", "false"),
        // Connections come from where members are known to be (HandshakeSlots).
        Map.entry("hazelcast.socket.client.bind.any", "false"),
        Map.entry(
            "hazelcast.prefer.ipv4.stack",
            Boolean.toString(self.getAddress() instanceof Inet4Address)),
        // Our own detector names the dead (HazelcastCluster.suspect). Hazelcast's is the second
        // line and slow on purpose: a short one, together with few I/O threads, has split healthy
        // survivors after another member froze.
        Map.entry("hazelcast.heartbeat.interval.seconds", "1"),
        Map.entry("hazelcast.max.no.heartbeat.seconds", "10"),
        Map.entry("hazelcast.io.input.thread.count", "8"),
        Map.entry("hazelcast.io.output.thread.count", "8"),
        // A member whose connection breaks and cannot be made again at once is dead.
        Map.entry("hazelcast.connection.monitor.interval", "10"),
        Map.entry("hazelcast.connection.monitor.max.faults", "1"),
        Map.entry("hazelcast.socket.connect.timeout.seconds", "1"),
        // A write that a backup did not acknowledge is not done.
        Map.entry("hazelcast.operation.fail.on.indeterminate.state", "true"),
        Map.entry("hazelcast.operation.backup.timeout.millis", "500"),
        Map.entry("hazelcast.operation.call.timeout.millis", "5000"),
        Map.entry("hazelcast.invocation.retry.pause.millis", "50"),
        Map.entry("hazelcast.partition.migration.stale.read.disabled", "true"),
        // Each has six tables, which a lost member makes the others promote and move one by one.
        Map.entry("hazelcast.partition.count", "61"),
        // Members are few and known: waiting for more before a join would only cost time.
        Map.entry("hazelcast.wait.seconds.before.join", "0"),
        Map.entry("hazelcast.max.join.seconds", "15"),
        Map.entry("hazelcast.merge.first.run.delay.seconds", "5"),
        Map.entry("hazelcast.merge.next.run.delay.seconds", "5"),
        Map.entry("hazelcast.graceful.shutdown.max.wait", "10"));
  }
}
