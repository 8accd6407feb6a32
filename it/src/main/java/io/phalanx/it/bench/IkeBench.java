package io.phalanx.it.bench;

import io.phalanx.it.process.AdminClient;
import io.phalanx.it.process.MemberProcess;
import io.phalanx.replication.link.ClusterFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * New IKE SAs against a real cluster: each member a process, the store with its backups, sockets.
 * All members share one core where the machine has more, so the rate is what one core does; the
 * initiators have the others.
 */
final class IkeBench implements AutoCloseable {
  private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
  private static final List<String> JVM = List.of("-Xmx768m", "-XX:+UseSerialGC");

  private final Path directory;
  private final Lot lot;
  private final List<String> jvm = new ArrayList<>(JVM);
  private final List<MemberProcess> members = new ArrayList<>();

  IkeBench(Path directory, Authentication authentication, int members, String suite)
      throws IOException, InterruptedException, GeneralSecurityException {
    SecureRandom random = new SecureRandom();
    byte[] secret = new byte[32];
    random.nextBytes(secret);
    this.directory = directory;
    new ClusterFiles(directory, random)
        .create(
            Lot.CLUSTER,
            IntStream.rangeClosed(1, members)
                .boxed()
                .collect(Collectors.toCollection(TreeSet::new)),
            Instant.now());
    this.lot =
        new Lot(
            "127.%d.%d".formatted(random.nextInt(64, 254), random.nextInt(1, 254)),
            directory,
            members,
            suite,
            HexFormat.of().formatHex(secret),
            authentication == Authentication.ECDSA
                ? Optional.of(Certificates.make(directory))
                : Optional.empty());
  }

  /** Records where the first member spends its time, for the JDK's Mission Control. */
  void profile(Path recording) {
    jvm.add("-XX:StartFlightRecording:filename=" + recording + ",settings=profile");
  }

  /** Rounds of so many IKE SAs, after as many again to warm up, if not more. */
  List<IkeRound> run(int rounds, int count, int warmUp, int underWay)
      throws IOException, InterruptedException, TimeoutException {
    start();
    List<IkeRound> measured = new ArrayList<>();
    try (Initiators initiators = new Initiators(lot)) {
      initiators.bringUp(warmUp, underWay);
      for (int round = 0; round < rounds; round++) {
        long cpuBefore = cpuNanos();
        long start = System.nanoTime();
        long[] latencies = initiators.bringUp(count, underWay);
        long elapsed = System.nanoTime() - start;
        if (initiators.lost() > 0) {
          throw new IOException(
              "%d IKE SAs of this round got no answer, so its figures say nothing: measure again on a"
                      .formatted(initiators.lost())
                  + " machine that has nothing else to do");
        }
        measured.add(IkeRound.of(elapsed, cpuNanos() - cpuBefore, latencies));
      }
    }
    return measured;
  }

  private void start() throws IOException, InterruptedException, TimeoutException {
    for (int id = 1; id <= lot.members(); id++) {
      Path config = directory.resolve("member-" + id + ".yaml");
      Files.createFile(
          config,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(config, lot.memberText(id));
      members.add(
          MemberProcess.measured(
              "member-" + id,
              oneCore(),
              id == 1 ? jvm : JVM,
              config,
              directory.resolve("member-" + id + ".log"),
              AdminClient.of(lot.admin(id))));
    }
    for (MemberProcess member : members) {
      member.awaitReady(START_TIMEOUT);
    }
  }

  private static List<String> oneCore() {
    return Runtime.getRuntime().availableProcessors() > 1
            && Files.exists(Path.of("/usr/bin/taskset"))
        ? List.of("taskset", "-c", "0")
        : List.of();
  }

  private long cpuNanos() {
    return members.stream().mapToLong(member -> member.cpu().toNanos()).sum();
  }

  @Override
  public void close() {
    members.parallelStream().forEach(MemberProcess::close);
  }
}
