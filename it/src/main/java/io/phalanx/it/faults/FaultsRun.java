package io.phalanx.it.faults;

import io.phalanx.it.balancer.Backend;
import io.phalanx.it.lab.Namespaces;
import io.phalanx.it.loadgen.LoadPlan;
import io.phalanx.it.loadgen.Sources;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** A cluster, its balancer and the host inside, for as many trials as are wanted. */
final class FaultsRun implements AutoCloseable {
  /** Bounds a trial whose fault does not end; rolling restarts are the longest. */
  private static final Duration TRIAL_MAX = Duration.ofMinutes(4);

  private static final int UNDER_WAY = 64;
  private static final int PACKET_OCTETS = 100;

  private final FaultsOptions options;
  private final String secret;
  private final Members members;
  private final List<AutoCloseable> open = new ArrayList<>();

  FaultsRun(FaultsOptions options, Namespaces namespaces, Path directory) {
    SecureRandom random = new SecureRandom();
    this.options = options;
    this.secret = hex(random);
    this.members =
        new Members(
            new Ground(namespaces, options.members()), directory, secret, options.memberJvm());
  }

  private static String hex(SecureRandom random) {
    byte[] octets = new byte[32];
    random.nextBytes(octets);
    return HexFormat.of().formatHex(octets);
  }

  /** Runs what the options name; each result is told when it is there. */
  List<TrialResult> run(Consumer<TrialResult> told)
      throws IOException, InterruptedException, TimeoutException {
    open.add(members);
    members.startAll();
    Front front = new Front(members.ground());
    open.add(front);
    open.add(new Inside(front::back));
    List<TrialResult> results = new ArrayList<>();
    for (Fault fault : options.faults()) {
      for (boolean idle : options.idle()) {
        awaitAll(front);
        TrialResult result = Trial.run(fault, idle, options.leadSeconds(), plan(), members, front);
        told.accept(result);
        results.add(result);
      }
    }
    return results;
  }

  private void awaitAll(Front front) throws IOException, InterruptedException, TimeoutException {
    members.awaitWhole();
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (front.live().size() < options.members()) {
      if (System.nanoTime() - deadline > 0) {
        throw new TimeoutException(
            "the balancer has only " + front.live().stream().map(Backend::name).toList());
      }
      Thread.sleep(50);
    }
  }

  private LoadPlan plan() {
    return new LoadPlan(
        Ground.FRONT,
        Ground.IKE_PORT,
        Ground.NAT_PORT,
        new Sources(Ground.PEERS, Ground.PEERS_MAX),
        secret,
        Members.GATEWAY_ID,
        "aes128gcm16-prfsha256-curve25519",
        "aes128gcm16",
        options.sessions(),
        UNDER_WAY,
        Ground.INSIDE,
        Ground.NETWORK,
        options.packetsPerSecond(),
        PACKET_OCTETS,
        TRIAL_MAX,
        Duration.ZERO,
        true);
  }

  @Override
  public void close() {
    for (AutoCloseable each : open.reversed()) {
      try {
        each.close();
      } catch (Exception failed) {
        System.err.println("closing " + each + " failed: " + failed.getMessage());
      }
    }
  }
}
