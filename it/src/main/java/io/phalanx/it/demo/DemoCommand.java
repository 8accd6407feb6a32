package io.phalanx.it.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code phalanx demo}. */
@Command(
    name = "demo",
    description = {
      "Start a cluster, bring up a tunnel through it, kill -9 the member that carries it, and"
          + " measure what the peer notices.",
      "Needs no privilege and changes nothing on this machine. The exit status is 0 only if the"
          + " guarantees held."
    },
    mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
  @Option(names = "--members", defaultValue = "3", description = "Default: ${DEFAULT-VALUE}.")
  private int members;

  @Option(
      names = "--kill",
      defaultValue = "1",
      description = "Members to kill, one after the other. Default: ${DEFAULT-VALUE}.")
  private int kills;

  @Option(
      names = "--rate",
      defaultValue = "500",
      paramLabel = "PPS",
      description = "Packets per second in each direction. Default: ${DEFAULT-VALUE}.")
  private int rate;

  @Option(
      names = "--seconds",
      defaultValue = "0",
      paramLabel = "S",
      description = "How long traffic flows. Default: 6, and 4 more for each kill.")
  private int seconds;

  @Option(names = "--json", description = "Print the summary as one JSON object, and nothing else.")
  private boolean json;

  @Option(names = "--keep", description = "Keep configurations and logs, and say where they are.")
  private boolean keep;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    DemoOptions options = options();
    PrintWriter out = spec.commandLine().getOut();
    Screen screen = json ? Screen.silent(out) : Screen.of(out);
    Path directory = Files.createTempDirectory("phalanx-demo-");
    Demo demo = new Demo(options, screen, directory);
    Thread cleaning = new Thread(() -> cleanUp(demo, directory, keep), "clean-up");
    Runtime.getRuntime().addShutdownHook(cleaning);
    Summary summary = demo.run();
    if (json) {
      out.println(new ObjectMapper().writeValueAsString(summary));
    } else {
      screen.line("");
      summary.lines().forEach(screen::line);
      screen.line("");
    }
    out.flush();
    List<String> broken = summary.broken();
    if (broken.isEmpty()) {
      screen.line("All guarantees held.");
      return 0;
    }
    spec.commandLine().getErr().println("phalanx: NOT held: " + String.join("; ", broken));
    spec.commandLine().getErr().flush();
    return 1;
  }

  private DemoOptions options() {
    try {
      return new DemoOptions(members, kills, rate, seconds == 0 ? 6 + 4 * kills : seconds);
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
    }
  }

  private static void cleanUp(Demo demo, Path directory, boolean keep) {
    demo.close();
    if (keep) {
      System.err.println("phalanx: configurations and logs are in " + directory);
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException left) {
      System.err.println("phalanx: left behind " + directory + ": " + left.getMessage());
    }
  }
}
