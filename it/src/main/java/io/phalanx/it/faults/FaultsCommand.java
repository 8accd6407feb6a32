package io.phalanx.it.faults;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.phalanx.it.lab.Namespaces;
import io.phalanx.it.lab.Shell;
import io.phalanx.it.process.JavaCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code phalanx faults}. A JVM cannot change its namespace, so the command makes the namespaces
 * and starts itself once more in one of them.
 */
@Command(
    name = "faults",
    description = {
      "Run a cluster under load in network namespaces of its own, and strike it.",
      "For each fault: gap, loss, duplicates, skipped numbers, rekeys, numbers used twice, and what"
          + " was accepted when everything was sent once more. Needs root.",
      "The exit status is 0 only if nothing happened twice, no session was lost, and none had to"
          + " rekey or to authenticate anew."
    },
    mixinStandardHelpOptions = true)
public final class FaultsCommand implements Callable<Integer> {
  /** Which passes to make over each fault, as they are called on the command line. */
  enum Passes {
    idle,
    load,
    both;

    private List<Boolean> idlePasses() {
      return switch (this) {
        case idle -> List.of(true);
        case load -> List.of(false);
        case both -> List.of(true, false);
      };
    }
  }

  @Parameters(
      arity = "0..*",
      paramLabel = "FAULT",
      description =
          "none kill freeze cable one-way partition rolling storm store-pause. Default: all.")
  private List<String> faults = new ArrayList<>();

  @Option(names = "--members", defaultValue = "3", description = "Default: ${DEFAULT-VALUE}.")
  private int members;

  @Option(
      names = "--sessions",
      defaultValue = "300",
      description = "Of all members together. Default: ${DEFAULT-VALUE}.")
  private int sessions;

  @Option(
      names = "--rate",
      defaultValue = "1500",
      paramLabel = "PPS",
      description = "Packets a second each way, of all together. Default: ${DEFAULT-VALUE}.")
  private int rate;

  @Option(
      names = "--when",
      defaultValue = "both",
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Passes passes = Passes.both;

  @Option(
      names = "--lead",
      defaultValue = "5",
      paramLabel = "SECONDS",
      description = "Of traffic before a fault strikes. Default: ${DEFAULT-VALUE}.")
  private int lead;

  @Option(
      names = "--heap",
      defaultValue = "256",
      paramLabel = "MB",
      description = "Of each member. Default: ${DEFAULT-VALUE}.")
  private int heap;

  @Option(names = "--json", description = "Print one JSON object for each fault, and nothing else.")
  private boolean json;

  @Option(names = "--keep", description = "Keep configurations and logs, and say where they are.")
  private boolean keep;

  @Option(names = "--inside", hidden = true)
  private String inside = "";

  @Option(names = "--directory", hidden = true)
  private Path directory = Path.of("");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    FaultsOptions options = options();
    return inside.isEmpty() ? outside(options) : run(options);
  }

  private FaultsOptions options() {
    try {
      return new FaultsOptions(
          members,
          sessions,
          rate,
          faults.isEmpty()
              ? Arrays.asList(Fault.values())
              : faults.stream().map(Fault::of).toList(),
          passes.idlePasses(),
          lead,
          heap);
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
    }
  }

  private int outside(FaultsOptions options) throws IOException, InterruptedException {
    if (!Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
      throw new IOException("network namespaces need root: run 'sudo ./phalanx faults'");
    }
    Path files = Files.createTempDirectory("phalanx-faults-");
    Namespaces namespaces = new Namespaces();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> cleanUp(namespaces, files), "clean-up"));
    new Ground(namespaces, options.members()).make();
    List<String> again = new ArrayList<>();
    again.addAll(spec.commandLine().getParseResult().originalArgs());
    again.addAll(List.of("--inside", namespaces.prefix(), "--directory", files.toString()));
    Process process =
        new ProcessBuilder(
                Shell.join(
                    namespaces.enter(Ground.LOAD),
                    JavaCommand.measured(List.of("-Xmx3g", "-XX:+UseSerialGC"), again)))
            .inheritIO()
            .start();
    return process.waitFor();
  }

  private int run(FaultsOptions options) throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    if (!json) {
      out.println(TrialResult.heading());
      out.flush();
    }
    List<TrialResult> results;
    try (FaultsRun run = new FaultsRun(options, new Namespaces(inside), directory)) {
      results = run.run(result -> tell(out, result));
    }
    return results.stream().allMatch(result -> result.broken().isEmpty()) ? 0 : 1;
  }

  private void tell(PrintWriter out, TrialResult result) {
    try {
      out.println(json ? new ObjectMapper().writeValueAsString(result) : result.line());
    } catch (IOException impossible) {
      throw new AssertionError("a result is plain data", impossible);
    }
    if (!json && !result.broken().isEmpty()) {
      out.println("  NOT held: " + String.join("; ", result.broken()));
      result.load().oddities().forEach(line -> out.println("  " + line));
    }
    out.flush();
  }

  private void cleanUp(Namespaces namespaces, Path files) {
    namespaces.close();
    if (keep) {
      System.err.println("phalanx: configurations and logs are in " + files);
      return;
    }
    try (Stream<Path> all = Files.walk(files)) {
      for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException left) {
      System.err.println("phalanx: left behind " + files + ": " + left.getMessage());
    }
  }
}
