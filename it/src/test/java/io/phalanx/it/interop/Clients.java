package io.phalanx.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.it.lab.Charon;
import io.phalanx.it.lab.Charon.Sas;
import io.phalanx.it.lab.Gate;
import io.phalanx.it.lab.Lab;
import io.phalanx.it.lab.Pings;
import io.phalanx.it.lab.Waiting;
import io.phalanx.it.process.MemberProcess;
import io.phalanx.node.ops.SessionView;
import java.io.IOException;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The clients of some scenarios: one strongSwan, with a connection for each.
 *
 * <p>The bounds are generous, for a machine that has other things to do; the sharp one on gaps is
 * {@link TunnelIT}'s.
 */
final class Clients {
  private static final int GAP_MILLIS_MAX = 5000;
  // By then what was under way when something happened has arrived.
  private static final int SETTLING_MILLIS = 500;
  private static final int PATIENCE_SECONDS = 30;
  private static final int LIFETIME_SECONDS = 60;
  private static final int REPLIES = 3;
  private static final Pattern ANEW =
      Pattern.compile(
          "generating (IKE_SA_INIT|IKE_AUTH|CREATE_CHILD_SA) request|parsed CREATE_CHILD_SA"
              + " request");
  private static final Pattern INIT = Pattern.compile("generating IKE_SA_INIT request");

  private static final int LOG_LINES_SHOWN = 16;

  private final Lab lab;
  private final String name;
  private final String namespace;
  private final List<Scenario> scenarios;
  private final Charon charon;
  private final Map<String, CompletableFuture<Boolean>> started = new TreeMap<>();
  private final Set<String> carrying = new TreeSet<>();
  private Optional<Pings> pings = Optional.empty();
  private Map<String, Sas> before = Map.of();
  private int logBefore;
  private long killedMillis;

  Clients(Lab lab, String name, List<Scenario> scenarios) throws Exception {
    this(lab, name, "client", scenarios);
  }

  Clients(Lab lab, String name, String namespace, List<Scenario> scenarios) throws Exception {
    this.lab = lab;
    this.name = name;
    this.namespace = namespace;
    this.scenarios = scenarios;
    this.charon = lab.charon(namespace, name);
    try {
      MatrixLab.load(lab, charon, scenarios);
    } catch (IOException refused) {
      charon.close(); // it holds the ports that the next one needs
      throw refused;
    }
  }

  Charon charon() {
    return charon;
  }

  /** Brings one up, alone, and shows that it is what it should be and carries traffic. */
  void connect(Scenario scenario) throws Exception {
    assertThat(charon.initiate(scenario.name())).as(() -> story(scenario, 0)).isTrue();
    String log = log(scenario, 0);
    scenario.logged().forEach(each -> assertThat(log).contains(each));
    Sas sas = sas(scenario);
    assertThat(sas.children()).isEqualTo(1);
    assertThat(sas.virtualAddress()).isNotEmpty();
    assertThat(ping(scenario, sas)).as("a ping through " + scenario.name()).isTrue();
    carrying.add(scenario.name());
    Waiting.until(
        "a member lists " + scenario.name(),
        PATIENCE_SECONDS,
        () -> sessions().stream().anyMatch(each -> each.connection().equals(scenario.name())));
  }

  private boolean ping(Scenario scenario, Sas sas) throws Exception {
    try {
      lab.run(
          namespace,
          "ping",
          "-n",
          "-q",
          "-c",
          "" + REPLIES,
          "-w",
          "" + GAP_MILLIS_MAX / 1000,
          "-i",
          "0.1",
          "-I",
          sas.virtualAddress(),
          scenario.way().server());
      return true;
    } catch (IOException noReply) {
      return false;
    }
  }

  /** Begins to bring all up at once. */
  void startAll() {
    for (Scenario scenario : scenarios) {
      started.put(
          scenario.name(),
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return charon.initiate(scenario.name());
                } catch (IOException | InterruptedException failed) {
                  throw new IllegalStateException(failed);
                }
              },
              task -> Thread.ofVirtual().start(task)));
    }
  }

  /** What {@link #startAll} has begun comes to its end, by the first and only IKE_SA_INIT. */
  void connectedByOneAttempt(Scenario scenario) throws Exception {
    CompletableFuture<Boolean> start =
        Optional.ofNullable(started.get(scenario.name())).orElseThrow();
    assertThat(start.join()).as(() -> story(scenario, 0)).isTrue();
    assertThat(INIT.matcher(log(scenario, 0)).results().count()).isEqualTo(1);
    assertThat(sas(scenario).children()).isEqualTo(1);
    assertThat(ping(scenario, sas(scenario))).as("a ping through " + scenario.name()).isTrue();
  }

  /** Waits until the gate holds a message of each, or as many of some. */
  void awaitHeld(Gate gate, int count) {
    Waiting.until(count + " messages are held", PATIENCE_SECONDS, () -> gate.held() >= count);
  }

  /** Pings through all that have carried traffic, until the end. */
  void beginTraffic() throws Exception {
    Map<String, Sas> up = charon.all();
    Map<String, Pings.Way> ways = new TreeMap<>();
    for (Scenario scenario : scenarios) {
      Sas sas = Charon.sas(scenario.name(), up);
      if (carrying.contains(scenario.name()) && !sas.virtualAddress().isEmpty()) {
        ways.put(scenario.name(), new Pings.Way(sas.virtualAddress(), scenario.way().server()));
      }
    }
    assertThat(ways).as("connections that are up").isNotEmpty();
    pings.ifPresent(Pings::close);
    Pings all = lab.pings(namespace, name, ways);
    pings = Optional.of(all);
    awaitReplies(ways.keySet(), 0);
  }

  private void awaitReplies(Set<String> names, long afterMillis) {
    Waiting.until(
        "replies to " + names,
        PATIENCE_SECONDS,
        () -> {
          for (String each : names) {
            if (pings.orElseThrow().repliesAfter(each, afterMillis) < REPLIES) {
              return false;
            }
          }
          return true;
        });
  }

  /** Kills the owner under the traffic of all, waits until all have some again, and revives it. */
  void killOwnerUnderTraffic() throws Exception {
    killOwnerUnderTraffic(List.of(this), () -> {});
  }

  /** Something to do. */
  @FunctionalInterface
  interface Step {
    void run() throws Exception;
  }

  /**
   * Likewise, the owner of several clients, of the first one at least; and does something while it
   * is dead.
   */
  static void killOwnerUnderTraffic(List<Clients> all, Step meanwhile) throws Exception {
    for (Clients each : all) {
      each.beginTraffic();
      each.remember();
    }
    int owner = all.getFirst().owner();
    for (Clients each : all) {
      each.kill(owner);
    }
    meanwhile.run();
    for (Clients each : all) {
      each.awaitReplies(each.carrying, each.killedMillis);
    }
    all.getFirst().lab.revive(owner);
  }

  /** Does something under the traffic of all, and waits until all have some again. */
  void disturb(Step step) throws Exception {
    beginTraffic();
    remember();
    killedMillis = System.currentTimeMillis();
    step.run();
    awaitReplies(carrying, killedMillis + SETTLING_MILLIS);
  }

  /** Kills the owner of all; {@link #finish} revives it. */
  void killOwner() throws Exception {
    kill(owner());
  }

  /** Likewise, of what is not yet authenticated. */
  void killHalfOpenOwner() throws Exception {
    int[] owner = new int[1];
    Waiting.until(
        "a member has all half-open IKE SAs",
        PATIENCE_SECONDS,
        () -> {
          for (int id = 1; id <= Lab.MEMBERS; id++) {
            MemberProcess member = lab.member(id);
            if (member.alive()
                && member.admin().metrics().sum("phalanx_ike_halfopen") >= scenarios.size()) {
              owner[0] = id;
            }
          }
          return owner[0] != 0;
        });
    kill(owner[0]);
  }

  private void kill(int owner) throws Exception {
    lab.member(owner).kill();
    killedMillis = System.currentTimeMillis();
  }

  /** Where the gateway believes its peers to be. */
  Set<String> endpoints() throws Exception {
    return sessions().stream().map(SessionView::endpoint).collect(Collectors.toSet());
  }

  /** Waits until the members know of so many sessions of these clients. */
  void awaitSessions(int count) {
    Waiting.until(
        count + " sessions of " + name, PATIENCE_SECONDS, () -> sessions().size() == count);
  }

  /**
   * The member that owns most of the IKE SAs of these clients. After a take-over they need not all
   * be at one: each survivor takes what it comes upon first.
   */
  private int owner() {
    Map<Integer, Long> owned = new TreeMap<>();
    Waiting.until(
        "the sessions have an owner",
        PATIENCE_SECONDS,
        () -> {
          owned.clear();
          sessions().forEach(session -> owned.merge(session.owner(), 1L, Long::sum));
          return !owned.isEmpty();
        });
    return Collections.max(owned.entrySet(), Map.Entry.comparingByValue()).getKey();
  }

  /** Sessions of these clients; each is listed by its owner, and perhaps by others. */
  private Collection<SessionView> sessions() throws Exception {
    Set<String> names = scenarios.stream().map(Scenario::name).collect(Collectors.toSet());
    Map<String, SessionView> all = new TreeMap<>();
    for (MemberProcess member : lab.living()) {
      for (SessionView session : member.admin().sessions()) {
        if (names.contains(session.connection())) {
          all.put(session.id(), session);
        }
      }
    }
    return all.values();
  }

  /** After {@link #killOwnerUnderTraffic}: the client has noticed a gap, if anything. */
  void survived(Scenario scenario) throws Exception {
    unchanged(scenario);
    assertThat(pings.orElseThrow().gapMillis(scenario.name(), killedMillis))
        .isLessThan(GAP_MILLIS_MAX);
  }

  /**
   * The IKE SA and the addresses are those that were, with one Child SA: strongSwan rekeys that
   * after a move, as its userspace ESP cannot be told another endpoint.
   */
  void moved(Scenario scenario) throws Exception {
    Sas old = Charon.sas(scenario.name(), before);
    Waiting.until(
        scenario.name() + " has its IKE SA and one Child SA",
        PATIENCE_SECONDS,
        () -> {
          Sas now = sas(scenario);
          return now.ikeSpis().equals(old.ikeSpis())
              && now.virtualAddress().equals(old.virtualAddress())
              && now.children() == 1;
        });
    assertThat(INIT.matcher(log(scenario, logBefore)).find()).isFalse();
    assertThat(ping(scenario, sas(scenario))).as("a ping after the move").isTrue();
  }

  /** The SAs are those that were, and no exchange has dealt with them. */
  void unchanged(Scenario scenario) throws Exception {
    assertThat(before).as("connections that were up").containsKey(scenario.name());
    assertThat(sas(scenario)).isEqualTo(before.get(scenario.name()));
    assertThat(ANEW.matcher(log(scenario, logBefore)).results().map(each -> each.group()))
        .isEmpty();
  }

  /** Waits until the client's log has a text so often since {@link #remember}. */
  void awaitLogged(Scenario scenario, String text, int count) {
    Waiting.until(
        scenario.name() + " has logged: " + text,
        PATIENCE_SECONDS,
        () -> log(scenario, logBefore).split(Pattern.quote(text), -1).length > count);
  }

  /** Brings one up that takes several attempts, such as one with a COOKIE. */
  CompletableFuture<Boolean> start(Scenario scenario) {
    startAll();
    return Optional.ofNullable(started.get(scenario.name())).orElseThrow();
  }

  /** The gateway answers a DELETE. */
  void end(Scenario scenario) throws Exception {
    carrying.remove(scenario.name());
    assertThat(charon.terminate(scenario.name())).as(() -> story(scenario, logBefore)).isTrue();
  }

  void rekeyChild(Scenario scenario) throws Exception {
    remember();
    charon.rekeyChild(scenario.name());
    childRekeyed(scenario);
  }

  void rekeyIke(Scenario scenario) throws Exception {
    remember();
    charon.rekeyIke(scenario.name());
    ikeRekeyed(scenario);
  }

  /** Waits until a client authenticates anew, as the gateway has said that it must. */
  void timeIsUp(Scenario scenario) throws Exception {
    remember();
    Sas old = sas(scenario);
    Waiting.until(
        scenario.name() + " authenticates anew before its time is up",
        LIFETIME_SECONDS,
        () -> !sas(scenario).ikeSpis().equals(old.ikeSpis()));
    reauthenticated(scenario);
  }

  /** Begins to authenticate all anew. */
  void startReauthentications() throws Exception {
    remember();
    for (Scenario scenario : scenarios) {
      charon.reauthenticate(scenario.name());
    }
  }

  /** A new IKE SA with a new Child SA is in place of the old ones, at the same address. */
  void reauthenticated(Scenario scenario) {
    Sas old = Charon.sas(scenario.name(), before);
    Waiting.until(
        scenario.name() + " has authenticated anew",
        PATIENCE_SECONDS,
        () -> {
          Sas now = sas(scenario);
          return now.children() == 1
              && !now.ikeSpis().equals(old.ikeSpis())
              && !now.childSpis().equals(old.childSpis())
              && now.virtualAddress().equals(old.virtualAddress())
              && ping(scenario, now);
        });
  }

  /** Begins the rekeys of all. */
  void startRekeys(boolean children) throws Exception {
    remember();
    for (Scenario scenario : scenarios) {
      if (children) {
        charon.rekeyChild(scenario.name());
      } else {
        charon.rekeyIke(scenario.name());
      }
    }
  }

  /** Keeps what is, for what is to be compared with it. */
  void remember() throws Exception {
    before = charon.all();
    logBefore = charon.log().length();
  }

  void childRekeyed(Scenario scenario) {
    Sas old = Charon.sas(scenario.name(), before);
    Waiting.until(
        scenario.name() + " has one new Child SA under its IKE SA",
        PATIENCE_SECONDS,
        () -> {
          Sas now = sas(scenario);
          return now.ikeSpis().equals(old.ikeSpis())
              && now.children() == 1
              && !now.childSpis().equals(old.childSpis());
        });
  }

  void ikeRekeyed(Scenario scenario) {
    Sas old = Charon.sas(scenario.name(), before);
    Waiting.until(
        scenario.name() + " has a new IKE SA over its Child SA",
        PATIENCE_SECONDS,
        () -> {
          Sas now = sas(scenario);
          return !now.ikeSpis().isEmpty()
              && !now.ikeSpis().equals(old.ikeSpis())
              && now.childSpis().equals(old.childSpis())
              && now.virtualAddress().equals(old.virtualAddress());
        });
  }

  /** No longer gap than the bound from the first reply on, until now. */
  void hadTraffic(Scenario scenario) throws Exception {
    long now = System.currentTimeMillis();
    awaitReplies(Set.of(scenario.name()), now);
    List<Long> replies = pings.orElseThrow().replies(scenario.name());
    for (int index = 1; index < replies.size(); index++) {
      assertThat(replies.get(index) - replies.get(index - 1)).isLessThan(GAP_MILLIS_MAX);
    }
  }

  Sas sas(Scenario scenario) throws Exception {
    return Charon.sas(scenario.name(), charon.all());
  }

  /** The end of what the client has to say of one connection, and of the members' logs, once. */
  private String story(Scenario scenario, int from) {
    List<String> lines = log(scenario, from).lines().toList();
    return String.join(
            "\n", lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size()))
        + "\n"
        + lab.membersLogs();
  }

  /** What the client's log has on one connection, from an offset on. */
  String log(Scenario scenario, int from) {
    try {
      return charon
          .log()
          .substring(from)
          .lines()
          .filter(line -> line.contains("<" + scenario.name() + "|"))
          .collect(Collectors.joining("\n"));
    } catch (IOException unreadable) {
      return "(no log: " + unreadable.getMessage() + ")";
    }
  }

  /** Starts whom it has killed. */
  void reviveAll() throws Exception {
    for (int id = 1; id <= Lab.MEMBERS; id++) {
      if (!lab.member(id).alive()) {
        lab.revive(id);
      }
    }
  }

  /** SIGKILL: what it had it has lost, and tells nobody. */
  void crash() throws Exception {
    pings.ifPresent(Pings::close);
    charon.kill();
  }

  /** Ends the client, whatever has become of it, and starts whom it has killed. */
  void abandon() throws Exception {
    pings.ifPresent(Pings::close);
    charon.close();
    reviveAll();
  }

  /** Ends all, and waits until no member knows of any; revives who was killed. */
  void finish() throws Exception {
    pings.ifPresent(Pings::close);
    reviveAll();
    for (Scenario scenario : scenarios) {
      if (!sas(scenario).ikeSpis().isEmpty()) {
        charon.terminate(scenario.name());
      }
    }
    charon.close();
    awaitSessions(0);
  }
}
