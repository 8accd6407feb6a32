package io.phalanx.it.sim;

import io.phalanx.it.analysis.ProbePacket;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.memory.PartitionedStore;
import io.phalanx.replication.memory.StoreNode;
import io.phalanx.replication.table.Stored;
import io.phalanx.replication.table.Tables;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * One run: a whole cluster, its store, its peers and what goes wrong, in one thread under virtual
 * time.
 *
 * <p>First everything comes up, then things go wrong, then nothing does any more: packets of every
 * session must arrive both ways, and nothing must be left once the peers have gone.
 */
final class Simulation implements Gateway.Outside, Peer.Outside {
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000 * MILLI;
  private static final long PEERS_START_NANOS = 1500 * MILLI;
  private static final long RECOVERY_NANOS = 12 * SECOND;
  private static final long LAST_WORDS_NANOS = 6 * SECOND;

  /** Twice through the store, and some more: what a commit that was cut short has left is gone. */
  private static final long JANITOR_NANOS = 200 * SECOND;

  private static final int TIMERS_MAX = 2000;
  private static final long HEALTH_NANOS = 200 * MILLI;
  private static final long STREAM_NANOS_MAX = 80 * MILLI;
  private static final long BURST_GAP_NANOS = 3 * MILLI;
  private static final int BURST_PER_MILLE = 700;
  private static final int PACKET_OCTETS = 64;

  /** Enough to pass what a successor takes for seen, and then some that must arrive. */
  private static final int LAST_PACKETS = 60;

  private static final int LAST_PACKETS_SURE = 10;

  private final Plan plan;
  private final Timeline timeline = new Timeline();
  private final Dice dice;
  private final Trace trace;
  private final Checks checks;
  private final Network network;
  private final Fabric fabric;
  private final Cluster cluster;
  private final List<Peer> peers = new ArrayList<>();
  private final Map<Integer, Integer> towards = new TreeMap<>();
  private final Map<Integer, Integer> fromHost = new TreeMap<>();
  private final TreeMap<Integer, Integer> sentDown = new TreeMap<>();
  private boolean calm;

  private Simulation(Plan plan, Optional<Trace.Teller> teller) {
    this.plan = plan;
    this.dice = new Dice(plan.seed()).of("run");
    this.trace =
        teller.map(to -> Trace.telling(timeline, to)).orElseGet(() -> Trace.silent(timeline));
    this.checks = new Checks(trace);
    this.network = new Network(timeline, dice.of("network"));
    this.fabric = new Fabric(plan, timeline, network, trace);
    this.cluster =
        new Cluster(
            plan,
            timeline,
            dice.of("cluster"),
            network,
            checks,
            trace,
            new PartitionedStore(fabric, Sites.backups(plan.members()), plan.members() / 2 + 1),
            this);
    for (int number = 0; number < plan.peers(); number++) {
      Dice own = dice.of("peer", number);
      Life life =
          new Life(timeline, own.of("turns"), checks, "peer " + number, 0, 1_700_000_000_000L);
      peers.add(new Peer(number, life, own, this));
    }
  }

  /**
   * @param violation what was wrong; empty for nothing
   * @param hash of all that happened
   */
  record Result(Plan plan, Optional<String> violation, long hash, long steps, int packets) {}

  static Result run(Plan plan) {
    return new Simulation(plan, Optional.empty()).run();
  }

  static Result run(Plan plan, Trace.Teller teller) {
    return new Simulation(plan, Optional.of(teller)).run();
  }

  private Result run() {
    cluster.startAll();
    watchHealth();
    for (Peer peer : peers) {
      timeline.after(PEERS_START_NANOS + dice.between(0, 500 * MILLI), peer::start);
      streamUp(peer);
      streamDown(peer);
    }
    for (Plan.Planned planned : plan.faults()) {
      timeline.at(planned.atNanos(), () -> strike(planned.fault()));
    }
    passUntil(plan.nanos());
    calmDown();
    passUntil(plan.nanos() + RECOVERY_NANOS);
    exchangeLastWords();
    end();
    return new Result(
        plan, checks.violation(), trace.hash(), timeline.happened(), checks.arrived());
  }

  private boolean violated() {
    return checks.violation().isPresent();
  }

  private void passUntil(long nanos) {
    timeline.runUntil(nanos, this::violated);
  }

  // Traffic

  private void streamUp(Peer peer) {
    if (!calm) {
      peer.sendUp();
      timeline.after(pause(), () -> streamUp(peer));
    }
  }

  private void streamDown(Peer peer) {
    if (!calm) {
      sendDown(peer);
      timeline.after(pause(), () -> streamDown(peer));
    }
  }

  private long pause() {
    return dice.chance(BURST_PER_MILLE)
        ? dice.between(0, BURST_GAP_NANOS)
        : dice.between(0, 10 * STREAM_NANOS_MAX);
  }

  private int sendDown(Peer peer) {
    int number = sentDown.merge(peer.down(), 1, Integer::sum);
    byte[] packet =
        new ProbePacket(Sites.host(), Sites.inner(peerOf(peer)), peer.down(), number)
            .encode(PACKET_OCTETS);
    int member = fromHost.getOrDefault(peerOf(peer), 1);
    cluster.gateway(member).ifPresent(gateway -> gateway.clearReceived(packet));
    return number;
  }

  private int peerOf(Peer peer) {
    return peers.indexOf(peer);
  }

  // The balancer

  private void watchHealth() {
    List<Integer> serving = cluster.serving();
    for (int peer = 0; peer < plan.peers(); peer++) {
      if (!serving.isEmpty()) {
        balance(towards, peer, serving);
        balance(fromHost, peer, serving);
      }
    }
    timeline.after(HEALTH_NANOS, this::watchHealth);
  }

  private void balance(Map<Integer, Integer> table, int peer, List<Integer> serving) {
    if (!serving.contains(table.getOrDefault(peer, 0))) {
      table.put(peer, serving.get(dice.below(serving.size())));
    }
  }

  // Wires

  @Override
  public void send(int peer, boolean natPort, byte[] octets) {
    trace.datagram("peer->", peer, towards.getOrDefault(peer, 0), octets);
    if (!WireText.opens(octets)) {
      network.record(peer, natPort, octets);
    }
    network.far(() -> toCluster(peer, natPort, octets));
  }

  private void toCluster(int peer, boolean natPort, byte[] octets) {
    cluster
        .gateway(towards.getOrDefault(peer, 1))
        .ifPresent(
            gateway -> gateway.udpReceived(natPort, octets.clone(), Sites.peer(peer, natPort)));
  }

  @Override
  public void ike(int member, InetSocketAddress to, boolean natPort, byte[] message, byte[] wire) {
    checks.ikeSent(member, message);
    toPeer(member, to, natPort, wire);
  }

  @Override
  public void esp(int member, InetSocketAddress to, byte[] packet) {
    checks.espSent(member, packet);
    toPeer(member, to, true, packet);
  }

  private void toPeer(int member, InetSocketAddress to, boolean natPort, byte[] wire) {
    int peer = Sites.peerAt(to);
    trace.datagram("member->", member, peer, wire);
    if (peer >= 0 && peer < peers.size()) {
      network.far(() -> peers.get(peer).received(natPort, wire.clone()));
    }
  }

  @Override
  public void interlink(int from, int to, byte[] datagram) {
    network.near(
        from,
        to,
        () -> cluster.gateway(to).ifPresent(gateway -> gateway.interlinkReceived(from, datagram)));
  }

  @Override
  public void accepted(int where, byte[] packet) {
    boolean peer =
        ProbePacket.decode(java.nio.ByteBuffer.wrap(packet))
            .filter(p -> p.direction() % 2 == 1)
            .isPresent();
    checks.accepted((peer ? "peer " : "member ") + where, packet);
  }

  @Override
  public void exclude(Gateway by, int member) {
    timeline.after(dice.between(MILLI, 20 * MILLI), () -> cluster.exclude(by, member));
  }

  @Override
  public void note(String what) {
    trace.note(what);
  }

  // Faults

  private void strike(Fault fault) {
    trace.note("FAULT " + fault);
    switch (fault) {
      case Fault.Crash(int member, long down) -> {
        cluster.crash(member);
        timeline.after(down, () -> cluster.start(member));
      }
      case Fault.CrashAtCommit(int member, boolean after, long down) -> {
        cluster.crashAtCommit(member, after);
        timeline.after(
            2 * SECOND,
            () -> {
              cluster.crash(member);
              timeline.after(down, () -> cluster.start(member));
            });
      }
      case Fault.Freeze(int member, long nanos) -> {
        cluster.freeze(member);
        timeline.after(nanos, () -> cluster.thaw(member));
      }
      case Fault.Cut(List<Integer> members, long nanos) -> {
        TreeSet<Integer> some = new TreeSet<>(members);
        TreeSet<Integer> others = new TreeSet<>();
        for (int member = 1; member <= plan.members(); member++) {
          if (!some.contains(member)) {
            others.add(member);
          }
        }
        network.cut(some, others);
        timeline.after(nanos, () -> network.heal(some, others));
      }
      case Fault.OneWay(int from, int to, long nanos) -> {
        network.silence(from, to);
        timeline.after(nanos, () -> network.unsilence(from, to));
      }
      case Fault.SetBack(int member, long millis) -> cluster.setBack(member, millis);
      case Fault.PauseStore(int member, long nanos) -> cluster.pauseStore(member, nanos);
      case Fault.LoseBackups(int perMille, long nanos) -> {
        fabric.loseBackups(perMille);
        timeline.after(nanos, () -> fabric.loseBackups(0));
      }
      case Fault.Rough(int perMille, long nanos) -> {
        network.rough(perMille);
        timeline.after(nanos, () -> network.rough(0));
      }
      case Fault.Rebalance(int peer) -> {
        List<Integer> serving = cluster.serving();
        if (!serving.isEmpty()) {
          (dice.chance(500) ? towards : fromHost)
              .put(peer, serving.get(dice.below(serving.size())));
        }
      }
      case Fault.Drain(int member, long down) -> {
        cluster.drain(member);
        awaitDrained(member, down, 0);
      }
      case Fault.Replay(int peer, int datagrams) ->
          network
              .recorded(peer, datagrams)
              .forEach(
                  each -> timeline.after(dice.between(0, 200 * MILLI), () -> toAny(peer, each)));
      case Fault.Rekey(int peer, boolean ikeSa) -> peers.get(peer).rekey(ikeSa);
    }
  }

  private void awaitDrained(int member, long down, int looks) {
    if (cluster.drained(member) || looks > 40) {
      cluster.stop(member);
      timeline.after(down, () -> cluster.start(member));
    } else {
      timeline.after(100 * MILLI, () -> awaitDrained(member, down, looks + 1));
    }
  }

  private void toAny(int peer, Network.Recorded recorded) {
    List<Gateway> all = cluster.gateways();
    if (!all.isEmpty()) {
      all.get(dice.below(all.size()))
          .udpReceived(
              recorded.natPort(), recorded.octets().clone(), Sites.peer(peer, recorded.natPort()));
    }
  }

  // The end

  private void calmDown() {
    trace.note("nothing goes wrong any more");
    calm = true;
  }

  private void exchangeLastWords() {
    if (cluster.store().lost()) {
      return; // what is lost, is lost whole: its peers find out in minutes
    }
    List<Integer> up = new ArrayList<>();
    List<Integer> down = new ArrayList<>();
    for (int i = 0; i < LAST_PACKETS; i++) {
      for (Peer peer : peers) {
        int numberUp = peer.sendUp();
        int numberDown = sendDown(peer);
        if (i >= LAST_PACKETS - LAST_PACKETS_SURE) {
          up.add(numberUp);
          down.add(numberDown);
        }
      }
      passUntil(timeline.nowNanos() + 20 * MILLI);
    }
    passUntil(timeline.nowNanos() + SECOND);
    for (int i = 0; i < up.size() && !violated(); i++) {
      Peer peer = peers.get(i % peers.size());
      if (!checks.arrived(peer.up(), up.get(i))) {
        checks.violated("a packet of peer %d does not arrive".formatted(peerOf(peer)));
      }
      if (!checks.arrived(peer.down(), down.get(i))) {
        checks.violated("a packet to peer %d does not arrive".formatted(peerOf(peer)));
      }
      if (peer.established() != 1) {
        checks.violated(
            "peer %d has authenticated %d times".formatted(peerOf(peer), peer.established()));
      }
    }
  }

  private void end() {
    peers.forEach(Peer::terminate);
    passUntil(timeline.nowNanos() + LAST_WORDS_NANOS);
    if (cluster.store().lost()) {
      return; // peers of lost sessions find out in minutes, and what is left, then
    }
    if (left().isPresent()) {
      passUntil(timeline.nowNanos() + JANITOR_NANOS);
      left().ifPresent(what -> checks.violated("at the end, " + what));
    }
  }

  /** What is left of the sessions, in members or in the store. */
  private Optional<String> left() {
    for (Gateway gateway : cluster.gateways()) {
      String left = gateway.left();
      if (!left.isEmpty()) {
        return Optional.of(left);
      }
    }
    StoreNode node = cluster.store().oneOfEach().getFirst();
    for (String table : List.of(Tables.IKE_SAS, Tables.SA_CLUSTERS, Tables.ROUTES, Tables.SPIS)) {
      Map<Object, Stored> left = new TreeMap<>(cluster.store().entries(node, table));
      if (table.equals(Tables.IKE_SAS)) {
        left.keySet().removeAll(expiring());
      }
      if (!left.isEmpty()) {
        return Optional.of("the store has " + table + " " + left.keySet());
      }
    }
    return timeline.waiting() > TIMERS_MAX
        ? Optional.of("%d timers wait".formatted(timeline.waiting()))
        : Optional.empty();
  }

  /** Half-open ones, begun by somebody with a record, and those that answer for a last while. */
  private Set<Long> expiring() {
    return cluster.gateways().stream()
        .flatMap(gateway -> gateway.ikeSas().stream())
        .filter(image -> image.expiresAtMillis() != 0 || !image.requests().isEmpty())
        .map(IkeSaImage::localSpi)
        .collect(Collectors.toSet());
  }
}
