package io.phalanx.it.demo;

import io.phalanx.it.analysis.Arrivals;
import io.phalanx.it.balancer.Backend;
import io.phalanx.it.balancer.Balancer;
import io.phalanx.it.balancer.BalancerConfig;
import io.phalanx.it.process.MemberProcess;
import io.phalanx.node.ops.SessionView;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** Runs the demo and measures. One use. */
final class Demo implements AutoCloseable {
  private static final long TUNNEL_TIMEOUT_NANOS = 60_000_000_000L;
  private static final long TAKEOVER_TIMEOUT_NANOS = 10_000_000_000L;
  private static final long DRAIN_NANOS = 1_000_000_000L;
  private static final long TRIAL_TIMEOUT_NANOS = 5_000_000_000L;
  private static final long POLL_MILLIS = 20;
  private static final int TRIALS = 20;

  private final DemoOptions options;
  private final Screen screen;
  private final Site site;
  private final Fleet fleet;
  private final Recorder recorder = new Recorder();
  private volatile List<Backend> living = List.of();
  private final List<AutoCloseable> open = new ArrayList<>();
  private double takeoverMs;
  private int killed;

  Demo(DemoOptions options, Screen screen, Path directory) throws IOException {
    SecureRandom random = new SecureRandom();
    this.options = options;
    this.screen = screen;
    this.site = Site.choose(random);
    this.fleet = new Fleet(directory, site, new Configs(directory, site, options, random));
  }

  /**
   * @throws IOException if a port is taken or a process fails; the message says which, and why
   * @throws TimeoutException if something does not come up
   */
  Summary run() throws IOException, TimeoutException, InterruptedException {
    screen.event(
        "starting %d members: %d backup copies of each session, changes need %d members"
            .formatted(options.members(), options.backups(), options.minimumMembers()));
    fleet.startMembers(options.members());
    screen.event("members are up: " + pids());
    Balancer balancer =
        keep(
            Balancer.start(
                BalancerConfig.of(
                    site.balancer(), Site.IKE_PORT, Site.NAT_PORT, site.members(options.members())),
                recorder,
                this::backendChanged));
    await("the balancer sees no member", () -> living.size() == options.members());
    screen.event("balancer on %s, all members behind it".formatted(site.balancer()));
    fleet.startInitiator();
    SessionView before = initiatorSession();
    InetAddress virtualAddress = InetAddress.ofLiteral(before.addresses().getFirst());
    screen.event("tunnel is up: %s, %s".formatted(virtualAddress, spis(before)));

    Traffic traffic = keep(new Traffic(site, this::route));
    if (!trial(traffic, virtualAddress, 1, TUNNEL_TIMEOUT_NANOS)) {
      throw new IOException("no packet comes through the tunnel." + logs());
    }
    steadyTraffic(traffic, virtualAddress);
    long lost = both(traffic, Arrivals::lost);
    int exchanges = recorder.exchangesAfterKill();
    String exchangesText = recorder.exchangesAfterKillText();
    Replay replay = Replay.run(balancer, recorder.captured(), living, traffic, fleet, screen);
    boolean works = trial(traffic, virtualAddress, TRIALS, TRIAL_TIMEOUT_NANOS);
    String after = initiatorSpis();
    screen.event("the initiator has now: " + after);
    return new Summary(
        options.members(),
        killed,
        both(traffic, Arrivals::sent),
        lost,
        both(traffic, Arrivals::duplicated),
        longestGapMs(traffic),
        Math.round(takeoverMs * 10) / 10.0,
        !after.equals(spis(before)) || recorder.espSpis() != 2,
        exchanges,
        recorder.sequencesReused(),
        recorder.noncesReused(),
        recorder.numbersSkipped(),
        replay.sent(),
        traffic.replaysDelivered(),
        works,
        exchangesText,
        replay.sentEsp(),
        replay.refused(),
        traffic.deliveredLate(),
        recorder.reuseExamples());
  }

  @Override
  public void close() {
    for (AutoCloseable each : open.reversed()) {
      try {
        each.close();
      } catch (Exception failed) {
        screen.event("closing " + each + " failed: " + failed.getMessage());
      }
    }
    fleet.close();
  }

  /** Traffic for the whole time, with the kills spread over it. */
  private void steadyTraffic(Traffic traffic, InetAddress virtualAddress)
      throws IOException, TimeoutException, InterruptedException {
    screen.event("%d packets per second each way".formatted(options.rate()));
    long start = System.nanoTime();
    long whole = options.seconds() * 1_000_000_000L;
    traffic.start(virtualAddress, options.rate());
    for (int kill = 1; kill <= options.kills(); kill++) {
      watch(traffic, start + whole * kill / (options.kills() + 2));
      kill(traffic);
    }
    watch(traffic, start + whole);
    traffic.stop();
    watch(traffic, System.nanoTime() + DRAIN_NANOS);
    screen.event("traffic has ended: " + status(traffic));
  }

  private void kill(Traffic traffic) throws IOException, InterruptedException, TimeoutException {
    SessionView session =
        fleet.session().orElseThrow(() -> new IOException("no member lists the session"));
    int owner = session.children().getFirst().owner();
    MemberProcess victim = fleet.member(owner);
    screen.event("kill -9 of the owner, %s (pid %d)".formatted(victim.name(), victim.pid()));
    recorder.killing(victim.name());
    traffic.killing(site.member(owner).address());
    long killedNanos = System.nanoTime();
    victim.kill();
    killed++;
    long deadline = killedNanos + TAKEOVER_TIMEOUT_NANOS;
    while (recorder.survivorSentNanos().isEmpty() || traffic.survivorDeliveredNanos().isEmpty()) {
      if (System.nanoTime() - deadline > 0) {
        throw new TimeoutException(
            "no survivor carries the tunnel after %d s.%s"
                .formatted(TAKEOVER_TIMEOUT_NANOS / 1_000_000_000, logs()));
      }
      Thread.sleep(1);
    }
    double tookMs =
        (Math.max(
                    recorder.survivorSentNanos().getAsLong(),
                    traffic.survivorDeliveredNanos().getAsLong())
                - killedNanos)
            / 1e6;
    takeoverMs = Math.max(takeoverMs, tookMs);
    screen.event("taken over after %.0f ms: %s".formatted(tookMs, status(traffic)));
  }

  private void watch(Traffic traffic, long untilNanos) throws InterruptedException {
    long lastShown = 0;
    while (untilNanos - System.nanoTime() > 0) {
      if (System.nanoTime() - lastShown > 250_000_000L) {
        screen.live(status(traffic));
        lastShown = System.nanoTime();
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  /** Whether as many fresh packets come through both ways, retrying each until the time is up. */
  private boolean trial(Traffic traffic, InetAddress virtualAddress, int count, long timeoutNanos)
      throws InterruptedException {
    long network = traffic.towardsNetwork(Traffic.Stream.TRIAL).arrived();
    long client = traffic.towardsClient(Traffic.Stream.TRIAL).arrived();
    long deadline = System.nanoTime() + timeoutNanos;
    while (System.nanoTime() - deadline < 0) {
      if (traffic.towardsNetwork(Traffic.Stream.TRIAL).arrived() >= network + count
          && traffic.towardsClient(Traffic.Stream.TRIAL).arrived() >= client + count) {
        return true;
      }
      traffic.send(Traffic.Stream.TRIAL, virtualAddress);
      Thread.sleep(POLL_MILLIS);
    }
    return false;
  }

  private void backendChanged(Backend backend, boolean up, String why, List<Backend> now) {
    living = now;
    if (!up) {
      screen.event("the balancer drops %s (%s)".formatted(backend.name(), why));
    }
  }

  /** The protected network's route: to the member that the balancer has for the client too. */
  private InetSocketAddress route() {
    return Balancer.choice(site.initiator(), living)
        .map(member -> site.clear(member.address()))
        .orElseGet(() -> site.clear(site.member(1).address()));
  }

  private SessionView initiatorSession()
      throws IOException, TimeoutException, InterruptedException {
    long deadline = System.nanoTime() + TUNNEL_TIMEOUT_NANOS;
    while (System.nanoTime() - deadline < 0) {
      Optional<SessionView> session =
          fleet.initiator().admin().sessions().stream()
              .filter(each -> !each.children().isEmpty() && !each.addresses().isEmpty())
              .findFirst();
      if (session.isPresent()) {
        return session.get();
      }
      Thread.sleep(POLL_MILLIS);
    }
    throw new TimeoutException("the tunnel does not come up." + logs());
  }

  /** All SPIs that the initiator has now. */
  private String initiatorSpis() throws IOException, InterruptedException {
    return String.join(
        "; ", fleet.initiator().admin().sessions().stream().map(Demo::spis).sorted().toList());
  }

  private static String spis(SessionView session) {
    List<String> children =
        session.children().stream()
            .sorted(Comparator.comparing(SessionView.Child::spiInbound))
            .map(child -> child.spiInbound() + "/" + child.spiOutbound())
            .toList();
    return "IKE SPIs %s/%s, ESP SPIs %s"
        .formatted(session.spiInitiator(), session.spiResponder(), String.join(" ", children));
  }

  private String status(Traffic traffic) {
    return "%d sent, %d under way or lost, %d duplicated, longest gap %.0f ms"
        .formatted(
            both(traffic, Arrivals::sent),
            both(traffic, Arrivals::lost),
            both(traffic, Arrivals::duplicated),
            longestGapMs(traffic));
  }

  private static double longestGapMs(Traffic traffic) {
    return Math.round(
            Math.max(
                    traffic.towardsNetwork(Traffic.Stream.STEADY).longestGapNanos(),
                    traffic.towardsClient(Traffic.Stream.STEADY).longestGapNanos())
                / 1e5)
        / 10.0;
  }

  private static long both(Traffic traffic, ToLongFunction<Arrivals> value) {
    return Stream.of(
            traffic.towardsNetwork(Traffic.Stream.STEADY),
            traffic.towardsClient(Traffic.Stream.STEADY))
        .mapToLong(value)
        .sum();
  }

  private void await(String otherwise, BooleanSupplier condition)
      throws TimeoutException, InterruptedException {
    long deadline = System.nanoTime() + TUNNEL_TIMEOUT_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new TimeoutException(otherwise + "." + logs());
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private String pids() {
    return String.join(
        ", ",
        fleet.living().stream()
            .map(member -> "%s (pid %d)".formatted(member.name(), member.pid()))
            .toList());
  }

  private String logs() {
    StringBuilder text = new StringBuilder();
    List<MemberProcess> all = new ArrayList<>(fleet.living());
    fleet.startedInitiator().ifPresent(all::add);
    for (MemberProcess process : all) {
      text.append("%n%s, last lines:%n%s".formatted(process.name(), process.lastLines()));
    }
    return text.toString();
  }

  private <T extends AutoCloseable> T keep(T closeable) {
    open.add(closeable);
    return closeable;
  }
}
