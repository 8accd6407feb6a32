package io.phalanx.it.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code phalanx bench ike}. */
@Command(
    name = "ike",
    description = {
      "New IKE SAs, each with a Child SA, per second and what CPU time one costs the gateway.",
      "Real members as processes, all on one core, with a replicating store; needs no privilege."
    },
    mixinStandardHelpOptions = true)
public final class IkeBenchCommand implements Callable<Integer> {
  @Option(
      names = "--auth",
      split = ",",
      defaultValue = "psk,ecdsa",
      description = "psk, ecdsa or both. Default: ${DEFAULT-VALUE}.")
  private List<Authentication> authentications = List.of();

  @Option(
      names = "--members",
      defaultValue = "3",
      description = "Each image on two of them; 1: without replication. Default: ${DEFAULT-VALUE}.")
  private int members;

  @Option(
      names = "--suite",
      defaultValue = "aes128gcm16-prfsha256-curve25519",
      description = "Of the IKE SAs. Default: ${DEFAULT-VALUE}.")
  private String suite = "";

  @Option(names = "--rounds", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--count",
      defaultValue = "2000",
      description = "IKE SAs in each round. Default: ${DEFAULT-VALUE}.")
  private int count;

  @Option(
      names = "--warm-up",
      defaultValue = "8000",
      description = "IKE SAs before the first round. Default: ${DEFAULT-VALUE}.")
  private int warmUp;

  @Option(
      names = "--under-way",
      defaultValue = "32",
      description = "Handshakes at once. Default: ${DEFAULT-VALUE}.")
  private int underWay;

  @Option(
      names = "--profile",
      paramLabel = "FILE",
      description = "Write a flight recording of the first member.")
  private Optional<Path> recording = Optional.empty();

  @Option(names = "--json", description = "Print one JSON object for each kind, and nothing else.")
  private boolean json;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    if (!json) {
      out.printf(
          "%d members on one core, %s, medians of %d rounds of %d%n%n%-6s %8s %12s %8s %8s%n",
          members,
          members > 1 ? "each image on two" : "no replication",
          rounds,
          count,
          "auth",
          "SAs/s",
          "CPU ms/SA",
          "p50 ms",
          "p99 ms");
      out.flush();
    }
    for (Authentication authentication : authentications) {
      IkeRound median = IkeRound.median(measure(authentication));
      out.println(json ? asJson(authentication, median) : line(authentication, median));
      out.flush();
    }
    return 0;
  }

  private List<IkeRound> measure(Authentication authentication) throws Exception {
    Path directory = Files.createTempDirectory("phalanx-bench-");
    IkeBench bench = new IkeBench(directory, authentication, members, suite);
    Thread cleaning = new Thread(() -> cleanUp(bench, directory), "clean-up");
    Runtime.getRuntime().addShutdownHook(cleaning);
    try {
      recording.ifPresent(bench::profile);
      return bench.run(rounds, count, warmUp, underWay);
    } finally {
      Runtime.getRuntime().removeShutdownHook(cleaning);
      cleanUp(bench, directory);
    }
  }

  private static String line(Authentication authentication, IkeRound figures) {
    return String.format(
        Locale.ROOT,
        "%-6s %8.0f %12.2f %8.1f %8.1f",
        authentication,
        figures.perSecond(),
        figures.cpuMillis(),
        figures.medianMillis(),
        figures.slowMillis());
  }

  private String asJson(Authentication authentication, IkeRound figures) throws IOException {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("auth", authentication.toString());
    all.put("suite", suite);
    all.put("members", members);
    all.put("rounds", rounds);
    all.put("sasPerSecond", figures.perSecond());
    all.put("cpuMillisPerSa", figures.cpuMillis());
    all.put("medianMillis", figures.medianMillis());
    all.put("p99Millis", figures.slowMillis());
    return new ObjectMapper().writeValueAsString(all);
  }

  private static void cleanUp(IkeBench bench, Path directory) {
    bench.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException left) {
      System.err.println("phalanx: left behind " + directory + ": " + left.getMessage());
    }
  }
}
