package io.phalanx.node.runtime;

import io.micrometer.core.instrument.MeterRegistry;
import io.phalanx.config.GatewayConfig;
import io.phalanx.config.GatewayConfig.ClusterKey;
import io.phalanx.config.GatewayConfig.ClusterMember;
import io.phalanx.datapath.ClearPort;
import io.phalanx.datapath.clear.DatagramPort;
import io.phalanx.datapath.clear.TunPort;
import io.phalanx.datapath.flow.DatapathSettings;
import io.phalanx.datapath.flow.GatewayDatapath;
import io.phalanx.datapath.loop.NettyPacketLoops;
import io.phalanx.node.ike.Credentials;
import io.phalanx.node.ops.SessionView;
import io.phalanx.node.radius.DisconnectServer;
import io.phalanx.node.radius.RadiusClient;
import io.phalanx.node.revocation.FetchLimits;
import io.phalanx.node.revocation.RevocationChecker;
import io.phalanx.replication.Owner;
import io.phalanx.replication.hazelcast.HazelcastCluster;
import io.phalanx.replication.identity.EspSpis;
import io.phalanx.replication.identity.Incarnations;
import io.phalanx.replication.identity.MemberNonces;
import io.phalanx.replication.interlink.InterlinkSettings;
import io.phalanx.replication.interlink.UdpInterlink;
import io.phalanx.replication.lease.LeaseThread;
import io.phalanx.replication.seal.Keyring;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A member put together: {@link MemberCore} with sockets, threads and Hazelcast.
 *
 * <p>The order is that of what may be missing: files and devices first, then the store, an
 * incarnation (which needs a majority), the interlink, the packet path, the engine. They close in
 * the reverse order, so that the others hear of it when this member answers for nothing any more.
 */
record Assembly(
    GatewayConfig config,
    Owner self,
    ControlThread control,
    HazelcastCluster cluster,
    UdpInterlink interlink,
    GatewayDatapath datapath,
    MemberCore core,
    Optional<ContextTransfers> transfers) {
  private static final long STORE_RETRY_MILLIS = 200;

  static Assembly build(
      GatewayConfig config, Parts parts, MeterRegistry metrics, Consumer<String> phase)
      throws IOException, StartException, InterruptedException {
    SecureRandom random = new SecureRandom();
    Credentials credentials = CredentialFiles.read(config);
    Keyring keyring = new Keyring(config.cluster().keys());
    NettyPacketLoops loops = parts.add(NettyPacketLoops.open(config.listen().loops()));
    ClearPort clear = parts.add(clearPort(config.clear()));

    phase.accept("joining the store");
    HazelcastCluster cluster =
        parts.add(HazelcastCluster.start(config.cluster(), config.member().id(), keyring));
    ExecutorService disk = Executors.newVirtualThreadPerTaskExecutor();
    parts.add(disk);
    Incarnations incarnations =
        new Incarnations(
            config.member().id(), config.member().stateDirectory(), cluster.registry(), disk);
    phase.accept("waiting for a majority of the members");
    Owner self = new Owner(config.member().id(), first(incarnations));

    phase.accept("opening the packet path");
    ControlThread control = parts.add(new ControlThread());
    Switchboard switchboard = new Switchboard(control);
    UdpInterlink interlink = parts.add(interlink(config, self, keyring, switchboard));
    refuseADouble(interlink, self);
    MemberNonces nonces =
        new MemberNonces(
            self.member(), self.incarnation(), () -> incarnations.next(System.currentTimeMillis()));
    EspSpis espSpis = MemberCore.espSpis(config, cluster.registry());
    GatewayDatapath datapath =
        parts.add(
            GatewayDatapath.start(
                DatapathSettings.of(
                    config.listen().addresses(),
                    config.listen().ikePort(),
                    config.listen().natPort(),
                    config.listen().ecn()),
                loops,
                clear,
                switchboard,
                interlink,
                nonces,
                espSpis::plausible,
                random,
                System::nanoTime));
    LeaseThread leases = parts.add(LeaseThread.start(cluster.leaseStore(), datapath, switchboard));
    MemberCore core =
        MemberCore.build(
            new MemberCore.Ports(
                config,
                credentials,
                self,
                control,
                cluster.saStore(),
                cluster.registry(),
                interlink,
                interlink,
                datapath,
                leases.keeper(),
                nonces,
                espSpis,
                radiusClient(config, random, parts),
                parts.add(
                    new RevocationChecker(FetchLimits.DEFAULT, random, InstantSource.system())),
                cluster::suspect,
                random,
                System::currentTimeMillis),
            switchboard);
    answerRadius(config, core.disconnects(), parts);
    new MemberMetrics(metrics)
        .bind(
            datapath,
            control,
            interlink,
            core.directory(),
            core.ike(),
            core.following(),
            core.sweeper(),
            core.janitor(),
            core.reunion(),
            cluster);
    return new Assembly(
        config, self, control, cluster, interlink, datapath, core, core.transfers());
  }

  private static Optional<RadiusClient> radiusClient(
      GatewayConfig config, SecureRandom random, Parts parts) {
    return config
        .radius()
        .map(
            radius ->
                parts.add(
                    new RadiusClient(
                        radius, config.cluster().name(), random, System::currentTimeMillis)));
  }

  /** Ends sessions for RADIUS servers, where they may ask for it. */
  private static void answerRadius(GatewayConfig config, Disconnects disconnects, Parts parts)
      throws StartException {
    Optional<InetSocketAddress> at = config.radius().flatMap(GatewayConfig.Radius::disconnect);
    if (at.isEmpty()) {
      return;
    }
    try {
      var _ =
          parts.add(
              DisconnectServer.open(
                  config.radius().orElseThrow(),
                  at.get(),
                  disconnects::disconnect,
                  System::currentTimeMillis));
    } catch (IOException e) {
      throw new StartException(
          "radius.disconnect: %s cannot be had: %s".formatted(at.get(), e.getMessage()), e);
    }
  }

  /** Lets the parts act. */
  void run() {
    cluster.whenLost(interlink::doubt);
    cluster.whenMerged(core::merged);
    core.run();
  }

  List<SessionView> sessions(int max) {
    return core.sessions(max);
  }

  @Override
  public String toString() {
    return "member %d (incarnation %d) at %s, ports %d and %d"
        .formatted(
            self.member(),
            self.incarnation(),
            config.listen().addresses(),
            datapath.ikePort(),
            datapath.natPort());
  }

  private static int first(Incarnations incarnations)
      throws IOException, InterruptedException, StartException {
    while (true) {
      try {
        Optional<Integer> incarnation =
            incarnations.next(System.currentTimeMillis()).toCompletableFuture().get();
        if (incarnation.isPresent()) {
          return incarnation.get();
        }
        Thread.sleep(STORE_RETRY_MILLIS);
      } catch (ExecutionException e) {
        throw new StartException(
            "the state directory cannot be used: " + e.getCause() + "; see member.state-dir", e);
      }
    }
  }

  private static ClearPort clearPort(GatewayConfig.Clear clear) {
    return switch (clear) {
      case GatewayConfig.Tun(String name, int mtu) -> new TunPort(name, mtu);
      case GatewayConfig.Datagrams(var bind, var peer, int mtu) ->
          new DatagramPort(bind, peer, mtu);
    };
  }

  private static UdpInterlink interlink(
      GatewayConfig config, Owner self, Keyring keyring, Switchboard switchboard)
      throws IOException {
    List<ClusterMember> members = config.cluster().members();
    InetSocketAddress own =
        members.stream()
            .filter(member -> member.id() == self.member())
            .findFirst()
            .orElseThrow()
            .interlink();
    Map<Integer, InetSocketAddress> others =
        members.stream()
            .filter(member -> member.id() != self.member())
            .collect(Collectors.toMap(ClusterMember::id, ClusterMember::interlink));
    List<ClusterKey> keys =
        keyring.ids().stream()
            .map(id -> new ClusterKey(id, keyring.derive(id, "interlink", 32)))
            .toList();
    return UdpInterlink.start(
        new InterlinkSettings(
            self,
            own,
            others,
            keys,
            config.cluster().heartbeat(),
            config.cluster().suspectAfter(),
            new SecureRandom().nextLong()),
        switchboard,
        switchboard);
  }

  /** Hears for a moment whether another process has this member's id. */
  private static void refuseADouble(UdpInterlink interlink, Owner self)
      throws StartException, InterruptedException {
    try {
      Optional<Owner> other = interlink.probation().toCompletableFuture().get();
      if (other.isPresent()) {
        throw new StartException(
            "another process runs as member %d (incarnation %d): give each member its own member.id"
                .formatted(self.member(), other.get().incarnation()));
      }
    } catch (ExecutionException e) {
      throw new StartException("the interlink has failed: " + e.getCause(), e);
    }
  }
}
