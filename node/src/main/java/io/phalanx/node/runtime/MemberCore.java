package io.phalanx.node.runtime;

import io.phalanx.config.GatewayConfig;
import io.phalanx.config.GatewayConfig.ClusterMember;
import io.phalanx.config.GatewayConfig.ContextTransfer;
import io.phalanx.config.GatewayConfig.RetiredKey;
import io.phalanx.config.Secret;
import io.phalanx.datapath.Datapath;
import io.phalanx.datapath.NonceSource;
import io.phalanx.datapath.SaUsage;
import io.phalanx.node.ike.Credentials;
import io.phalanx.node.ike.Event;
import io.phalanx.node.ike.IkeEngine;
import io.phalanx.node.ike.Spis;
import io.phalanx.node.ike.crypto.Cookies;
import io.phalanx.node.ops.DrainView;
import io.phalanx.node.ops.SessionView;
import io.phalanx.node.radius.RadiusClient;
import io.phalanx.node.revocation.RevocationChecker;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Interlink;
import io.phalanx.replication.Membership;
import io.phalanx.replication.Owner;
import io.phalanx.replication.Registry;
import io.phalanx.replication.Route;
import io.phalanx.replication.SaStore;
import io.phalanx.replication.identity.EspSpis;
import io.phalanx.replication.identity.IkeSpis;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.SaClusterImage.Limits;
import io.phalanx.replication.lease.LeaseKeeper;
import io.phalanx.replication.seal.Keyring;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * What a member decides with, put together from ports: IKEv2 engine, ownership, sweeping, keepers.
 * Opens nothing and has no thread; {@link Assembly} gives it sockets, threads and Hazelcast, the
 * simulator virtual ones.
 *
 * <p>All but {@link #build} is for the control loop.
 */
public final class MemberCore {
  private static final long TICK_MILLIS = 20;
  private static final long HEARD_MILLIS = 1000;
  private static final long COUNT_MILLIS = 500;
  private static final long KEEPERS_MILLIS = 1000;
  private static final long JANITOR_MILLIS = 1000;

  /**
   * What the core stands on.
   *
   * @param self this life of this member
   * @param exclude puts the member with that id out of the store
   * @param nowMillis wall clock
   */
  public record Ports(
      GatewayConfig config,
      Credentials credentials,
      Owner self,
      ControlLoop control,
      SaStore store,
      Registry registry,
      Interlink interlink,
      Membership membership,
      Datapath datapath,
      LeaseKeeper leases,
      NonceSource nonces,
      EspSpis espSpis,
      Optional<RadiusClient> radius,
      RevocationChecker revocation,
      IntConsumer exclude,
      SecureRandom random,
      LongSupplier nowMillis) {}

  private final Ports ports;
  private final IkeEngine engine;
  private final SaDirectory directory;
  private final IkeService ike;
  private final Sweeper sweeper;
  private final Janitor janitor;
  private final Disconnects disconnects;
  private final Drain drain;
  private final Following following;
  private final Reunion reunion;
  private final ContextExport contextExport;
  private final ContextImport contextImport;

  private MemberCore(
      Ports ports,
      IkeEngine engine,
      SaDirectory directory,
      IkeService ike,
      Sweeper sweeper,
      Janitor janitor,
      Disconnects disconnects,
      Drain drain,
      Following following) {
    this.ports = ports;
    this.engine = engine;
    this.directory = directory;
    this.ike = ike;
    this.sweeper = sweeper;
    this.janitor = janitor;
    this.disconnects = disconnects;
    this.drain = drain;
    this.following = following;
    this.reunion = new Reunion(ports.control(), this::confirmAll);
    this.contextExport = new ContextExport(ports.control(), directory, ike);
    this.contextImport =
        new ContextImport(
            ports.control(),
            ports.store(),
            addressesOf(ports),
            ike::adopt,
            ports.membership().self());
    ike.whenGivenAway(contextExport::givenAway);
  }

  private void confirmAll() {
    ports.leases().confirmAll();
    ike.confirmAll();
  }

  /**
   * @param switchboard the one that the packet path, the interlink and the lease keeper tell
   */
  public static MemberCore build(Ports ports, Switchboard switchboard) {
    GatewayConfig config = ports.config();
    ControlLoop control = ports.control();
    IkeSpis ikeSpis =
        new IkeSpis(
            marks(config, Keyring.IKE_SPI_MARKS, RetiredKey::ikeMarks), ports.random()::nextLong);
    IkeEngine engine =
        new IkeEngine(
            config,
            ports.credentials(),
            ports.random(),
            ports.nonces(),
            new Spis(ports.espSpis()::next, ikeSpis::next, ikeSpis::plausible),
            ports.self(),
            new Cookies(config.cluster().keys()));
    SaDirectory directory =
        new SaDirectory(
            control,
            ports.store(),
            ports.datapath(),
            leasesOf(ports.leases()),
            ports.membership(),
            spisOf(ports.espSpis(), ikeSpis));
    Radius radius = new Radius(control, ports.radius(), ports.datapath());
    directory.whenLeaving(radius::leaving);
    IkeService ike =
        new IkeService(
            control,
            engine,
            ports.store(),
            ports.membership(),
            ports.interlink(),
            ports.datapath(),
            addressesOf(ports),
            radius,
            ports.revocation(),
            directory,
            ports.nowMillis());
    directory.whenAdopted(ike::claimIfOrphan);
    directory.whenForked((ikeSpi, saId) -> ike.childDue(ikeSpi, saId, false));
    Sweeper sweeper = new Sweeper(control, ports.store(), ports.membership(), directory, ike);
    Janitor janitor =
        new Janitor(
            control,
            ports.registry(),
            ports.store(),
            new Janitor.Own(ports.membership().self(), engine::carries, ike::claimIfOrphan));
    Disconnects disconnects =
        new Disconnects(
            control::after,
            ports.interlink(),
            others(config),
            ike::disconnect,
            contact -> ike.step(new Event.PeerBeganAnew(contact)),
            ports.random().nextLong());
    ike.whenBegunAnew(disconnects::beganAnew);
    Following following = new Following(directory, ike, ports.membership(), ports.interlink());
    switchboard.connect(
        new Switchboard.Parts(
            ports.datapath(), ports.leases(), directory, ike, disconnects, following));
    Drain drain =
        new Drain(
            control, ports.membership(), ports.interlink(), directory, ike, ports.nowMillis());
    return new MemberCore(
        ports, engine, directory, ike, sweeper, janitor, disconnects, drain, following);
  }

  private static Addresses addressesOf(Ports ports) {
    return new Addresses(ports.config().pools(), ports.registry(), ports.nowMillis());
  }

  private static List<Integer> others(GatewayConfig config) {
    return config.cluster().members().stream()
        .map(ClusterMember::id)
        .filter(id -> id != config.member().id())
        .toList();
  }

  /** What marks SPIs of one kind: by each key of the ring, newest first, then by retired ones. */
  private static List<Secret> marks(
      GatewayConfig config, String purpose, Function<RetiredKey, Secret> retired) {
    Keyring keyring = new Keyring(config.cluster().keys());
    return Stream.concat(
            keyring.ids().stream().map(id -> keyring.derive(id, purpose, 32)),
            config.cluster().protection().retiredKeys().stream().map(retired))
        .toList();
  }

  /** The SPIs of a member of this cluster. */
  public static EspSpis espSpis(GatewayConfig config, Registry registry) {
    EspSpis spis =
        new EspSpis(marks(config, Keyring.ESP_SPI_MARKS, RetiredKey::espMarks), registry);
    spis.prefetch();
    return spis;
  }

  /** Lets the parts act. */
  public void run() {
    ControlLoop control = ports.control();
    ports.membership().watch(members());
    ports.store().watchRoutes(routes());
    control.every(TICK_MILLIS, ike::tick);
    Senders senders = new Senders();
    control.every(HEARD_MILLIS, () -> lookAround(senders));
    control.every(COUNT_MILLIS, ike::count);
    control.every(JANITOR_MILLIS, () -> janitor.step(ports.nowMillis().getAsLong()));
    Keepers keepers = keepers();
    control.execute(keepers::tick);
    control.every(KEEPERS_MILLIS, keepers::tick);
  }

  private Keepers keepers() {
    return new Keepers(
        ports.control(),
        ports.registry(),
        ports.membership(),
        ports.config().connections().stream()
            .filter(GatewayConfig.Connection::initiate)
            .map(GatewayConfig.Connection::name)
            .toList(),
        ike::carries,
        ike::step,
        ports.nowMillis());
  }

  private Membership.Listener members() {
    ControlLoop control = ports.control();
    Exclusion exclusion =
        new Exclusion(control, ports.membership(), ports.exclude(), ports.nowMillis());
    return new Membership.Listener() {
      @Override
      public void up(Owner owner) {
        control.execute(
            () -> {
              directory.up(owner);
              exclusion.up(owner);
            });
      }

      @Override
      public void down(Owner owner) {
        control.execute(
            () -> {
              takeOver(owner);
              exclusion.down(owner);
            });
      }

      @Override
      public void left(Owner owner) {
        control.execute(
            () -> {
              takeOver(owner);
              exclusion.left(owner);
            });
      }
    };
  }

  private void takeOver(Owner lost) {
    directory.down(lost);
    sweeper.down(lost);
  }

  private SaStore.RouteListener routes() {
    ControlLoop control = ports.control();
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

  /** What has come and gone in the last second, and where. */
  private void lookAround(Senders senders) {
    senders.keep(directory.ids());
    following.period();
    for (SaDirectory.Carried sa : directory.all()) {
      var _ =
          ports
              .datapath()
              .usage(sa.image().id())
              .thenAcceptAsync(
                  usage -> usage.ifPresent(used -> used(sa, used, senders)), ports.control());
    }
  }

  /** ESP is as good as an answer to a liveness probe (RFC 7296 §2.4), and as a NAT keepalive. */
  private void used(SaDirectory.Carried sa, SaUsage usage, Senders senders) {
    long ikeSpi = sa.image().ikeSpi();
    if (usage.inboundIdleNanos() < HEARD_MILLIS * 1_000_000) {
      ike.step(new Event.PeerHeard(ikeSpi));
    }
    if (senders.sentMore(sa.image().id(), usage.outPackets())) {
      ike.step(new Event.PeerSent(ikeSpi));
    }
    if (drain.view().state() == DrainView.State.SERVING && !contextExport.running()) {
      following.look(sa, usage.inPackets());
    }
  }

  /** IKE SAs of this member, at most {@code max}. */
  public List<SessionView> sessions(int max) {
    return ike.sessions(max);
  }

  /** Images of the IKE SAs of this member as they are now; what is not committed yet included. */
  public List<IkeSaImage> ikeSas() {
    return engine.images().toList();
  }

  /** The SA clusters that this member carries, and under which fence. */
  public Map<Integer, Fence> carried() {
    Map<Integer, Fence> fences = new TreeMap<>();
    directory.all().forEach(sa -> fences.put(sa.image().id(), sa.fence()));
    return fences;
  }

  /** SAs that packets or messages wait for. */
  public int waiting() {
    return directory.waiting() + ike.waiting();
  }

  /**
   * Begins to hand everything over, before this member stops.
   *
   * @param waitMillis for the balancer to send packets elsewhere
   */
  public void beginDrain(long waitMillis) {
    drain.begin(waitMillis);
  }

  /** How far that is. */
  public DrainView draining() {
    return drain.view();
  }

  SaDirectory directory() {
    return directory;
  }

  IkeService ike() {
    return ike;
  }

  Following following() {
    return following;
  }

  Sweeper sweeper() {
    return sweeper;
  }

  Janitor janitor() {
    return janitor;
  }

  Disconnects disconnects() {
    return disconnects;
  }

  /** The store has met another half of the cluster. Any thread; returns at once. */
  public void merged() {
    reunion.merged();
  }

  Reunion reunion() {
    return reunion;
  }

  /** Moves sessions to and from other clusters, as the configuration says with which. */
  Optional<ContextTransfers> transfers() throws IOException {
    Optional<ContextTransfer> settings = ports.config().contextTransfer();
    return settings.isEmpty()
        ? Optional.empty()
        : Optional.of(ContextTransfers.of(settings.get(), ports, contextExport, contextImport));
  }

  /** Hands everything over, before this member stops. */
  Drain drain() {
    return drain;
  }

  private static RouteTable.Spis spisOf(EspSpis esp, IkeSpis ike) {
    return new RouteTable.Spis() {
      @Override
      public void inUse(Route route) {
        route.inboundSpis().forEach(esp::inUse);
        ike.inUse(route.ikeSpi());
      }

      @Override
      public void outOfUse(Route route) {
        route.inboundSpis().forEach(esp::outOfUse);
        ike.outOfUse(route.ikeSpi());
      }
    };
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
}
