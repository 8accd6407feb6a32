package io.phalanx.it.sim;

import io.phalanx.it.sim.WatchedStore.CrashPoint;
import io.phalanx.replication.Owner;
import io.phalanx.replication.identity.SerialNumbers;
import io.phalanx.replication.memory.MemoryStore;
import io.phalanx.replication.memory.PartitionedStore;
import io.phalanx.replication.memory.StoreNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The members: their processes, which come and go, and the store that these make up. What Hazelcast
 * finds out by itself (connections that break, halves that meet) is found out here, a little late.
 */
final class Cluster {
  private static final long MILLI = 1_000_000;
  private static final long LOOK_NANOS = 250 * MILLI;
  private static final long AGAIN_NANOS = 200 * MILLI;
  private static final long WALL_MILLIS = 1_700_000_000_000L;
  private static final int DRIFT_PER_MILLE_MAX = 2;
  private static final int LOOKS_BEFORE_MERGE = 4;

  /** What stays of a member when its process ends. */
  private static final class Machine {
    int lastIncarnation = -1;
    long wallMillis = WALL_MILLIS;
    int lives;
    Optional<Running> process = Optional.empty();
  }

  private record Running(Gateway gateway, StoreNode node, Optional<WatchedStore> store) {
    boolean serves() {
      return gateway.ready();
    }
  }

  private final Plan plan;
  private final Timeline timeline;
  private final Dice dice;
  private final Network network;
  private final Checks checks;
  private final Trace trace;
  private final PartitionedStore store;
  private final Gateway.Outside outside;
  private final TreeMap<Integer, Machine> machines = new TreeMap<>();
  private int apartLooks;

  Cluster(
      Plan plan,
      Timeline timeline,
      Dice dice,
      Network network,
      Checks checks,
      Trace trace,
      PartitionedStore store,
      Gateway.Outside outside) {
    this.plan = plan;
    this.timeline = timeline;
    this.dice = dice;
    this.network = network;
    this.checks = checks;
    this.trace = trace;
    this.store = store;
    this.outside = outside;
    for (int member = 1; member <= plan.members(); member++) {
      machines.put(member, new Machine());
    }
  }

  void startAll() {
    machines.keySet().forEach(this::start);
    look();
  }

  private Machine machine(int member) {
    return machines.getOrDefault(member, new Machine());
  }

  /** A process starts: joins the store, takes an incarnation, then goes on. */
  void start(int member) {
    Machine machine = machine(member);
    if (machine.process.isPresent()) {
      return;
    }
    Dice own = dice.of("member " + member, machine.lives++);
    Life life =
        new Life(
            timeline,
            own.of("turns"),
            checks,
            "member " + member,
            own.between(0, 2 * DRIFT_PER_MILLE_MAX) - DRIFT_PER_MILLE_MAX,
            machine.wallMillis);
    Gateway gateway = new Gateway(member, plan.members(), life, own, outside);
    StoreNode node =
        store.join(
            member,
            gateway.host(),
            first -> running(first) && !network.cut(member, first.member()));
    trace.note("member " + member + " starts");
    machine.process = Optional.of(new Running(gateway, node, Optional.empty()));
    takeIncarnation(machine, gateway, node, node.ports());
  }

  private void takeIncarnation(
      Machine machine, Gateway gateway, StoreNode node, MemoryStore.Ports ports) {
    int minutes = (int) (gateway.life().millis() / 60_000) & 0xffff;
    int proposed =
        machine.lastIncarnation < 0
            ? minutes
            : SerialNumbers.above(machine.lastIncarnation, minutes);
    var _ =
        ports
            .registry()
            .nextIncarnation(gateway.member(), proposed)
            .thenAccept(
                noted -> {
                  if (noted.isPresent()) {
                    begin(machine, gateway, node, ports, noted.get());
                  } else {
                    timeline.after(
                        AGAIN_NANOS,
                        () -> {
                          if (!gateway.life().dead()) {
                            takeIncarnation(machine, gateway, node, ports);
                          }
                        });
                  }
                });
  }

  private void begin(
      Machine machine, Gateway gateway, StoreNode node, MemoryStore.Ports ports, int noted) {
    int incarnation =
        plan.mutation() == Mutation.INCARNATION_AGAIN && machine.lastIncarnation >= 0
            ? machine.lastIncarnation
            : noted;
    machine.lastIncarnation = incarnation;
    WatchedStore watched =
        new WatchedStore(
            ports.saStore(), ports.leaseStore(), checks, plan.mutation(), () -> crashed(gateway));
    machine.process = Optional.of(new Running(gateway, node, Optional.of(watched)));
    trace.note("member " + gateway.member() + " is " + new Owner(gateway.member(), incarnation));
    gateway.start(watched, ports.registry(), incarnation);
  }

  // Faults

  private Optional<Running> process(int member) {
    return machine(member).process;
  }

  void crash(int member) {
    process(member).ifPresent(process -> crashed(process.gateway()));
  }

  private void crashed(Gateway gateway) {
    int member = gateway.member();
    Optional<Running> process =
        process(member).filter(its -> its.gateway() == gateway && !gateway.life().dead());
    process.ifPresent(
        its -> {
          trace.note("member " + member + " has crashed");
          end(its);
        });
  }

  private void end(Running process) {
    int member = process.gateway().member();
    process.gateway().life().kill();
    machine(member).process = Optional.empty();
    store.died(process.node());
    network.forget(member);
    // Connections break at once where the machine lives on; that it does not come back, later.
    processes()
        .forEach(
            other ->
                timeline.after(
                    dice.between(MILLI, 30 * MILLI), () -> other.gateway().storeLost(member)));
    timeline.after(dice.between(50 * MILLI, 400 * MILLI), () -> exclude(process.node()));
  }

  private void exclude(StoreNode gone) {
    processes().forEach(other -> exclude(other, gone));
  }

  /** One that stands still notices when it goes on. */
  private void exclude(Running by, StoreNode gone) {
    if (by.gateway().life().running()) {
      store.exclude(by.node(), gone);
    } else if (!by.gateway().life().dead()) {
      timeline.after(LOOK_NANOS, () -> exclude(by, gone));
    }
  }

  void crashAtCommit(int member, boolean after) {
    process(member)
        .flatMap(Running::store)
        .ifPresent(watched -> watched.crashAtCommit(after ? CrashPoint.AFTER : CrashPoint.BEFORE));
  }

  void freeze(int member) {
    process(member).ifPresent(process -> process.gateway().life().freeze());
  }

  void thaw(int member) {
    process(member).ifPresent(process -> process.gateway().life().thaw());
  }

  void setBack(int member, long millis) {
    machine(member).wallMillis -= millis;
    process(member).ifPresent(process -> process.gateway().life().setBack(millis));
  }

  void pauseStore(int member, long nanos) {
    process(member).ifPresent(process -> process.gateway().pauseStore(nanos));
  }

  void drain(int member) {
    process(member).ifPresent(process -> process.gateway().beginDrain());
  }

  boolean drained(int member) {
    return process(member).filter(process -> process.gateway().drained()).isPresent();
  }

  /** Ends a process as an operator does: it says goodbye, and hands its partitions over. */
  void stop(int member) {
    process(member)
        .ifPresent(
            process -> {
              trace.note("member " + member + " stops");
              if (process.node().hasQuorum()) {
                store.repair(process.node());
              }
              process.gateway().goodbye();
              end(process);
            });
  }

  /** One member puts another one out of the store. */
  void exclude(Gateway by, int member) {
    process(by.member())
        .filter(process -> process.gateway() == by && by.life().running())
        .ifPresent(process -> store.exclude(process.node(), member));
  }

  // What the store finds out

  private void look() {
    timeline.after(LOOK_NANOS, this::look);
    for (StoreNode node : store.oneOfEach()) {
      if (running(node)) {
        store.notice(node);
      }
    }
    List<StoreNode> groups = store.oneOfEach();
    apartLooks = groups.size() > 1 ? apartLooks + 1 : 0;
    if (apartLooks >= LOOKS_BEFORE_MERGE && connected()) {
      store.merge(groups.get(0), groups.get(1));
      gateways().forEach(Gateway::merged);
      apartLooks = 0;
    } else if (connected()) {
      groups.stream().filter(store::wantsRepair).forEach(store::repair);
      groups.forEach(store::synchronize);
    }
  }

  private boolean running(StoreNode node) {
    return process(node.member())
        .filter(process -> process.node() == node && process.gateway().life().running())
        .isPresent();
  }

  private boolean connected() {
    List<Running> all = processes();
    return all.stream()
        .allMatch(
            one ->
                one.gateway().life().running()
                    && all.stream()
                        .noneMatch(
                            other ->
                                network.cut(one.gateway().member(), other.gateway().member())));
  }

  private List<Running> processes() {
    List<Running> all = new ArrayList<>();
    machines.values().forEach(machine -> machine.process.ifPresent(all::add));
    return all;
  }

  // Who is there

  Optional<Gateway> gateway(int member) {
    return process(member).map(Running::gateway);
  }

  List<Gateway> gateways() {
    return processes().stream().map(Running::gateway).toList();
  }

  /** Members that a balancer would take for healthy. */
  List<Integer> serving() {
    return processes().stream()
        .filter(Running::serves)
        .filter(process -> process.node().hasQuorum())
        .map(process -> process.gateway().member())
        .toList();
  }

  PartitionedStore store() {
    return store;
  }
}
