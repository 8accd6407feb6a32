package io.phalanx.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Has a member hand over all that it owns, and waits until it has. */
@Command(
    name = "drain",
    description = {
      "Empty a member that is to be stopped.",
      "It is not ready from then on, and hands its sessions to the others; no packet is lost.",
      "Ends with 0 only when nothing is left. Then stop the process."
    },
    mixinStandardHelpOptions = true)
final class DrainCommand implements Callable<Integer> {
  private static final long POLL_MILLIS = 200;

  @Parameters(paramLabel = "HOST:PORT", description = "The admin port of the member.")
  private String admin = "";

  @Option(
      names = "--wait",
      paramLabel = "MILLISECONDS",
      defaultValue = "2000",
      description = "Time for the balancer to notice (default: ${DEFAULT-VALUE}).")
  private int waitMillis;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "120",
      description = "Give up then, with status 1; the member goes on (default: ${DEFAULT-VALUE}).")
  private int timeoutSeconds;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    long deadline = System.nanoTime() + Duration.ofSeconds(timeoutSeconds).toNanos();
    String told = "";
    JsonNode progress =
        AdminPage.json(AdminPage.of(admin, "/drain?wait=" + waitMillis).post(new byte[0]));
    while (true) {
      String line = line(progress);
      if (!line.equals(told)) {
        out.println(line);
        out.flush();
        told = line;
      }
      if (progress.path("state").asText().equals("DRAINED")) {
        return Phalanx.OK;
      }
      if (System.nanoTime() - deadline > 0) {
        out.println("not drained after " + timeoutSeconds + " s");
        return Phalanx.FAILED;
      }
      Thread.sleep(POLL_MILLIS);
      progress = AdminPage.json(AdminPage.of(admin, "/drain").get());
    }
  }

  private static String line(JsonNode progress) {
    return "%s: %d sessions, %d SAs left"
        .formatted(
            progress.path("state").asText().toLowerCase(Locale.ROOT),
            progress.path("sessions").asInt(),
            progress.path("saClusters").asInt());
  }
}
