package io.phalanx.node.runtime;

import io.micrometer.core.instrument.MeterRegistry;
import io.phalanx.config.GatewayConfig;
import io.phalanx.config.GatewayConfig.ClusterKey;
import io.phalanx.config.GatewayConfig.ClusterMember;
import io.phalanx.config.Secret;
import io.phalanx.datapath.ClearPort;
import io.phalanx.datapath.clear.DatagramPort;
import io.phalanx.datapath.clear.TunPort;
import io.phalanx.datapath.flow.DatapathSettings;
import io.phalanx.datapath.flow.GatewayDatapath;
import io.phalanx.datapath.loop.NettyPacketLoops;
import io.phalanx.node.ike.Credentials;
import io.phalanx.node.ike.Event;
import io.phalanx.node.ike.IkeEngine;
import io.phalanx.node.ike.Spis;
import io.phalanx.node.ike.crypto.Cookies;
import io.phalanx.node.ops.SessionView;
import io.phalanx.node.radius.DisconnectServer;
import io.phalanx.node.radius.RadiusClient;
import io.phalanx.node.revocation.FetchLimits;
import io.phalanx.node.revocation.RevocationChecker;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Membership;
import io.phalanx.replication.Owner;
import io.phalanx.replication.Route;
import io.phalanx.replication.SaStore;
import io.phalanx.replication.hazelcast.HazelcastCluster;
import io.phalanx.replication.identity.EspSpis;
import io.phalanx.replication.identity.IkeSpis;
import io.phalanx.replication.identity.Incarnations;
import io.phalanx.replication.identity.MemberNonces;
import io.phalanx.replication.image.SaClusterImage.Limits;
import io.phalanx.replication.interlink.InterlinkSettings;
import io.phalanx.replication.interlink.UdpInterlink;
import io.phalanx.replication.lease.LeaseKeeper;
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
 * The parts of a member, put together.
 *
 * <p>The order is that of what may be missing: files and devices first, then the store, an
 * incarnation (which needs a majority), the interlink, the packet path, the engine. They close in
 * the reverse order, so that the others hear of it when this member answers for nothing any more.
 */
record Assembly(
    GatewayConfig config,
    Owner self,
    ControlLoop control,
    HazelcastCluster cluster,
    UdpInterlink interlink,
    GatewayDatapath datapath,
    SaDirectory directory,
    IkeService ike,
    Sweeper sweeper,
    Janitor janitor) {
  private static final long TICK_MILLIS = 20;
  private static final long HEARD_MILLIS = 1000;
  private static final long COUNT_MILLIS = 500;
  private static final long KEEPERS_MILLIS = 1000;
  private static final long JANITOR_MILLIS = 1000;
  private static final long STORE_RETRY_MILLIS = 200;
  private static final long SUSPECT_MILLIS = 300;

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
    ControlLoop control = parts.add(new ControlLoop());
    Switchboard switchboard = new Switchboard(control);
    UdpInterlink interlink = parts.add(interlink(config, self, keyring, switchboard));
    refuseADouble(interlink, self);
    MemberNonces nonces =
        new MemberNonces(
            self.member(), self.incarnation(), () -> incarnations.next(System.currentTimeMillis()));
    EspSpis espSpis = new EspSpis(secrets(keyring, "esp-spi"), cluster.registry());
    espSpis.prefetch();
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
    LeaseKeeper leases = parts.add(LeaseKeeper.start(cluster.leaseStore(), datapath, switchboard));

    IkeSpis ikeSpis = new IkeSpis(secrets(keyring, "ike-spi"), random::nextLong);
    IkeEngine engine =
        new IkeEngine(
            config,
            credentials,
            random,
            nonces,
            new Spis(espSpis::next, ikeSpis::next, ikeSpis::plausible),
            self,
            new Cookies(config.cluster().keys()));
    SaDirectory directory =
        new SaDirectory(control, cluster.saStore(), datapath, leasesOf(leases), interlink);
    Radius radius = new Radius(control, radiusClient(config, random, parts), datapath);
    directory.whenLeaving(radius::leaving);
    IkeService ike =
        new IkeService(
            control,
            engine,
            cluster.saStore(),
            interlink,
            interlink,
            datapath,
            new Addresses(config.pools(), cluster.registry(), System::currentTimeMillis),
            radius,
            parts.add(new RevocationChecker(FetchLimits.DEFAULT, random, InstantSource.system())),
            directory,
            System::currentTimeMillis);
    directory.whenAdopted(ike::claimIfOrphan);
    Sweeper sweeper = new Sweeper(control, cluster.saStore(), interlink, directory, ike);
    Janitor janitor = new Janitor(control, cluster.registry(), cluster.saStore());
    Disconnects disconnects = disconnects(config, control, interlink, ike, random, parts);
    switchboard.connect(new Switchboard.Parts(datapath, leases, directory, ike, disconnects));
    new MemberMetrics(metrics).bind(datapath, control, interlink, directory, ike, sweeper, janitor);
    return new Assembly(
        config, self, control, cluster, interlink, datapath, directory, ike, sweeper, janitor);
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
  private static Disconnects disconnects(
      GatewayConfig config,
      ControlLoop control,
      UdpInterlink interlink,
      IkeService ike,
      SecureRandom random,
      Parts parts)
      throws StartException {
    List<Integer> others =
        config.cluster().members().stream()
            .map(ClusterMember::id)
            .filter(id -> id != config.member().id())
            .toList();
    Disconnects disconnects =
        new Disconnects(
            control::after,
            interlink,
            others,
            ike::disconnect,
            contact -> ike.step(new Event.PeerBeganAnew(contact)),
            random.nextLong());
    ike.whenBegunAnew(disconnects::beganAnew);
    Optional<InetSocketAddress> at = config.radius().flatMap(GatewayConfig.Radius::disconnect);
    if (at.isPresent()) {
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
    return disconnects;
  }

  /** Lets the parts act. */
  void run() {
    interlink.watch(members());
    cluster.whenLost(interlink::doubt);
    cluster.saStore().watchRoutes(routes());
    control.every(TICK_MILLIS, ike::tick);
    Senders senders = new Senders();
    control.every(HEARD_MILLIS, () -> tellWhoIsHeard(senders));
    control.every(COUNT_MILLIS, ike::count);
    control.every(JANITOR_MILLIS, () -> janitor.step(System.currentTimeMillis()));
    Keepers keepers = keepers();
    control.execute(keepers::tick);
    control.every(KEEPERS_MILLIS, keepers::tick);
  }

  private Keepers keepers() {
    return new Keepers(
        control,
        cluster.registry(),
        interlink,
        config.connections().stream()
            .filter(GatewayConfig.Connection::initiate)
            .map(GatewayConfig.Connection::name)
            .toList(),
        ike::carries,
        ike::step,
        System::currentTimeMillis);
  }

  private Membership.Listener members() {
    return new Membership.Listener() {
      @Override
      public void up(Owner owner) {
        control.execute(() -> directory.up(owner));
      }

      @Override
      public void down(Owner owner) {
        control.execute(
            () -> {
              directory.down(owner);
              sweeper.down(owner);
            });
        control.after(SUSPECT_MILLIS, () -> suspect(owner));
      }
    };
  }

  /**
   * Puts a member out of the store that is silent still. A claim from a member that lives after all
   * is safe and cheap; to put it out of the store is not, for it may take the majority along.
   */
  private void suspect(Owner owner) {
    if (!interlink.alive(owner)) {
      cluster.suspect(owner.member());
    }
  }

  private SaStore.RouteListener routes() {
    return new SaStore.RouteListener() {
      @Override
      public void routeChanged(Route route) {
        control.execute(() -> directory.routeChanged(route));
      }

      @Override
      public void routeRemoved(int saId) {
        control.execute(() -> directory.routeRemoved(saId));
      }
    };
  }

  /** ESP is as good as an answer to a liveness probe (RFC 7296 §2.4), and as a NAT keepalive. */
  private void tellWhoIsHeard(Senders senders) {
    senders.keep(directory.ids());
    for (SaDirectory.Carried sa : directory.all()) {
      var _ =
          datapath
              .usage(sa.image().id())
              .thenAcceptAsync(
                  usage -> {
                    if (usage.isPresent()
                        && usage.get().inboundIdleNanos() < HEARD_MILLIS * 1_000_000) {
                      ike.step(new Event.PeerHeard(sa.image().ikeSpi()));
                    }
                    if (usage.isPresent()
                        && senders.sentMore(sa.image().id(), usage.get().outPackets())) {
                      ike.step(new Event.PeerSent(sa.image().ikeSpi()));
                    }
                  },
                  control);
    }
  }

  List<SessionView> sessions(int max) {
    return ike.sessions(max);
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

  private static Leases leasesOf(LeaseKeeper keeper) {
    return new Leases() {
      @Override
      public void track(int saId, Fence fence, Limits limits) {
        keeper.track(saId, fence, limits);
      }

      @Override
      public void forget(int saId) {
        keeper.forget(saId);
      }
    };
  }

  /** A secret for one purpose out of each key of the ring, newest first. */
  private static List<Secret> secrets(Keyring keyring, String purpose) {
    return keyring.ids().stream().map(id -> keyring.derive(id, purpose, 32)).toList();
  }
}
