package io.phalanx.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
  private static final Duration ANSWER_MAX = Duration.ofSeconds(5);

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
    URI page = URI.create("http://" + admin + "/drain");
    HttpRequest begin =
        HttpRequest.newBuilder(URI.create(page + "?wait=" + waitMillis))
            .POST(HttpRequest.BodyPublishers.noBody())
            .timeout(ANSWER_MAX)
            .build();
    HttpRequest look = HttpRequest.newBuilder(page).timeout(ANSWER_MAX).build();
    long deadline = System.nanoTime() + Duration.ofSeconds(timeoutSeconds).toNanos();
    String told = "";
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(ANSWER_MAX).build()) {
      JsonNode progress = ask(client, begin);
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
        progress = ask(client, look);
      }
    }
  }

  private static JsonNode ask(HttpClient client, HttpRequest request)
      throws IOException, InterruptedException {
    HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException("the member says: " + answer.body().strip());
    }
    return new ObjectMapper().readTree(answer.body());
  }

  private static String line(JsonNode progress) {
    return "%s: %d sessions, %d SAs left"
        .formatted(
            progress.path("state").asText().toLowerCase(Locale.ROOT),
            progress.path("sessions").asInt(),
            progress.path("saClusters").asInt());
  }
}
