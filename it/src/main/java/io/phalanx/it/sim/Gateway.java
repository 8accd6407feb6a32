package io.phalanx.it.sim;

import io.netty.buffer.Unpooled;
import io.phalanx.config.GatewayConfig;
import io.phalanx.config.GatewayConfig.ClusterKey;
import io.phalanx.config.GatewayConfig.ClusterMember;
import io.phalanx.datapath.flow.DatapathSettings;
import io.phalanx.datapath.flow.GatewayDatapath;
import io.phalanx.node.ike.Credentials;
import io.phalanx.node.ops.DrainView;
import io.phalanx.node.revocation.FetchLimits;
import io.phalanx.node.revocation.RevocationChecker;
import io.phalanx.node.runtime.MemberCore;
import io.phalanx.node.runtime.Switchboard;
import io.phalanx.replication.Owner;
import io.phalanx.replication.Registry;
import io.phalanx.replication.identity.EspSpis;
import io.phalanx.replication.identity.MemberNonces;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.interlink.InterlinkCore;
import io.phalanx.replication.interlink.InterlinkSettings;
import io.phalanx.replication.lease.LeaseKeeper;
import io.phalanx.replication.memory.StoreHost;
import io.phalanx.replication.seal.Keyring;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * One process of a member: what {@code Assembly} makes of sockets, threads and Hazelcast, over
 * strands, wires and the simulated store. The parts are those of production.
 */
final class Gateway {
  private static final int PROBATION = 3;
  private static final long HEARTBEATS_PER_TICK = 2;

  /** Peers have no certificates, so it is never asked. */
  private static final RevocationChecker REVOCATION =
      new RevocationChecker(FetchLimits.DEFAULT, new SecureRandom(), InstantSource.system());

  /** What a member does in the world. */
  interface Outside {
    /**
     * @param message as the peer reads it; on the wire it may have a marker before it
     */
    void ike(int member, InetSocketAddress to, boolean natPort, byte[] message, byte[] wire);

    void esp(int member, InetSocketAddress to, byte[] packet);

    void interlink(int from, int to, byte[] datagram);

    void accepted(int member, byte[] packet);

    void exclude(Gateway by, int member);
  }

  private final int member;
  private final Life life;
  private final Dice dice;
  private final Outside outside;
  private final GatewayConfig config;
  private final Strand control;
  private final Strand packets;
  private final Strand interlinkStrand;
  private final Strand leaseStrand;
  private final Strand partitions;
  private final Strand answers;
  private Optional<Parts> parts = Optional.empty();
  private Optional<InterlinkCore> interlink = Optional.empty();

  private record Parts(MemberCore core, GatewayDatapath datapath, LeaseKeeper leases) {}

  Gateway(int member, int members, Life life, Dice dice, Outside outside) {
    this.member = member;
    this.life = life;
    this.dice = dice;
    this.outside = outside;
    config = Sites.member(member, members);
    control = life.strand();
    packets = life.strand();
    interlinkStrand = life.strand();
    leaseStrand = life.strand();
    partitions = life.strand();
    answers = life.strand();
  }

  static DatapathSettings settings(GatewayConfig config) {
    return new DatapathSettings(
        config.listen().addresses(),
        Ports.IKE_PORT,
        Ports.NAT_PORT,
        1024,
        1 << 20,
        16,
        20_000,
        5_000,
        5_000_000,
        0,
        false);
  }

  int member() {
    return member;
  }

  Life life() {
    return life;
  }

  StoreHost host() {
    return new StoreHost() {
      @Override
      public void partition(Runnable task) {
        partitions.execute(task);
      }

      @Override
      public void answer(Runnable task) {
        answers.execute(task);
      }
    };
  }

  /** Its strand of partitions does nothing for a while. */
  void pauseStore(long nanos) {
    partitions.pause(nanos);
  }

  /**
   * Starts, as far as the store lets it.
   *
   * @param incarnation it has; the first moments go by before it acts
   */
  void start(WatchedStore store, Registry registry, int incarnation) {
    Owner self = new Owner(member, incarnation);
    SecureRandom random = new SeededRandom(dice.of("random"));
    Switchboard switchboard = new Switchboard(control.control());
    InterlinkCore link = link(self, random, switchboard);
    interlink = Optional.of(link);
    long beatNanos = config.cluster().heartbeat().toNanos();
    interlinkStrand.execute(link::beat);
    interlinkStrand.every(beatNanos, link::beat);
    interlinkStrand.every(beatNanos / HEARTBEATS_PER_TICK, () -> link.tick(life.nanos()));
    interlinkStrand.after(
        PROBATION * config.cluster().suspectAfter().toNanos(),
        () -> assemble(self, random, switchboard, link, store, registry));
  }

  private InterlinkCore link(Owner self, SecureRandom random, Switchboard switchboard) {
    Keyring keyring = new Keyring(config.cluster().keys());
    Map<Integer, InetSocketAddress> others =
        config.cluster().members().stream()
            .filter(each -> each.id() != member)
            .collect(Collectors.toMap(ClusterMember::id, ClusterMember::interlink));
    List<ClusterKey> keys =
        keyring.ids().stream()
            .map(id -> new ClusterKey(id, keyring.derive(id, "interlink", 32)))
            .toList();
    InterlinkSettings settings =
        new InterlinkSettings(
            self,
            new InetSocketAddress(0),
            others,
            keys,
            config.cluster().heartbeat(),
            config.cluster().suspectAfter(),
            random.nextLong());
    return new InterlinkCore(
        settings,
        switchboard,
        switchboard,
        (to, datagram, _) -> {
          outside.interlink(member, to, datagram);
          return true;
        },
        life.nanos());
  }

  private void assemble(
      Owner self,
      SecureRandom random,
      Switchboard switchboard,
      InterlinkCore link,
      WatchedStore store,
      Registry registry) {
    link.endProbation();
    MemberNonces nonces =
        new MemberNonces(
            member, self.incarnation(), () -> CompletableFuture.completedStage(Optional.empty()));
    EspSpis espSpis = MemberCore.espSpis(config, registry);
    GatewayDatapath datapath =
        GatewayDatapath.over(
            settings(config),
            List.of(packets.packetLoop()),
            new Ports(new Wires()),
            new ClearSide(packet -> outside.accepted(member, packet)),
            switchboard,
            link,
            nonces,
            espSpis::plausible,
            random,
            life::nanos);
    LeaseTurns turns = new LeaseTurns();
    LeaseKeeper leases = new LeaseKeeper(store, datapath, switchboard, turns::wake);
    turns.keeper = Optional.of(leases);
    MemberCore core =
        MemberCore.build(
            new MemberCore.Ports(
                config,
                Credentials.NONE,
                self,
                control.control(),
                store,
                registry,
                link,
                link,
                datapath,
                leases,
                nonces,
                espSpis,
                Optional.empty(),
                REVOCATION,
                other -> outside.exclude(this, other),
                random,
                life::millis),
            switchboard);
    core.run();
    parts = Optional.of(new Parts(core, datapath, leases));
  }

  /** The lease thread: turns when it is woken, and when the keeper said. */
  private final class LeaseTurns {
    private Optional<LeaseKeeper> keeper = Optional.empty();
    private boolean woken;

    void wake() {
      if (!woken) {
        woken = true;
        leaseStrand.execute(this::turn);
      }
    }

    private void turn() {
      woken = false;
      long due = keeper.orElseThrow().turn(life::nanos);
      if (due != Long.MAX_VALUE) {
        leaseStrand.after(Math.max(0, due - life.nanos()), this::wake);
      }
    }
  }

  private final class Wires implements Ports.Wire {
    @Override
    public void ike(InetSocketAddress to, boolean natPort, byte[] message, byte[] wire) {
      outside.ike(member, to, natPort, message, wire);
    }

    @Override
    public void esp(InetSocketAddress to, byte[] packet) {
      outside.esp(member, to, packet);
    }
  }

  void interlinkReceived(int from, byte[] datagram) {
    interlinkStrand.executePacket(
        () -> interlink.ifPresent(link -> link.received(from, datagram, life.nanos())));
  }

  /** The store has lost its connections to a member. */
  void storeLost(int other) {
    interlinkStrand.execute(() -> interlink.ifPresent(link -> link.doubt(other)));
  }

  /** The store has met another half of the cluster. */
  void merged() {
    parts.ifPresent(its -> its.core().merged());
  }

  void udpReceived(boolean natPort, byte[] octets, InetSocketAddress from) {
    packets.executePacket(
        () ->
            parts.ifPresent(
                its ->
                    its.datapath()
                        .udpReceived(0, 0, natPort, Unpooled.wrappedBuffer(octets), from, 0)));
  }

  void clearReceived(byte[] packet) {
    packets.executePacket(
        () -> parts.ifPresent(its -> its.datapath().clearReceived(0, packet, 0, packet.length)));
  }

  void beginDrain() {
    control.execute(() -> parts.ifPresent(its -> its.core().beginDrain(0)));
  }

  boolean drained() {
    return parts
        .filter(its -> its.core().draining().state() == DrainView.State.DRAINED)
        .isPresent();
  }

  /** Says goodbye, as a process that is stopped does. */
  void goodbye() {
    interlink.ifPresent(InterlinkCore::close);
  }

  boolean ready() {
    return parts.isPresent() && life.running();
  }

  List<IkeSaImage> ikeSas() {
    return parts.map(its -> its.core().ikeSas()).orElse(List.of());
  }

  /** What is here that should not be once all sessions have ended; some IKE SAs end in a while. */
  String left() {
    if (parts.isEmpty()) {
      return "member " + member + " is not up";
    }
    MemberCore core = parts.get().core();
    List<String> ikeSas =
        core.ikeSas().stream()
            .filter(image -> image.expiresAtMillis() == 0 && image.requests().isEmpty())
            .map(image -> "%016x %s".formatted(image.localSpi(), image.phase()))
            .toList();
    int leases = parts.get().leases().size();
    int tasks =
        control.waiting() + packets.waiting() + leaseStrand.waiting() + partitions.waiting();
    return ikeSas.isEmpty()
            && core.carried().isEmpty()
            && core.waiting() == 0
            && leases == 0
            && tasks < 8
        ? ""
        : "member %d has IKE SAs %s, %d SA clusters, %d leases, %d that wait, %d tasks"
            .formatted(member, ikeSas, core.carried().size(), leases, core.waiting(), tasks);
  }
}
