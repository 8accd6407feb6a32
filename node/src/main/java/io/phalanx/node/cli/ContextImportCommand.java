package io.phalanx.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes sessions out of a file into a cluster. */
@Command(
    name = "import",
    description = {
      "Take the sessions of a file into a cluster; one of its members goes on with them.",
      "A file can be taken once. Its peers' packets have to come here next: that is up to you."
    },
    mixinStandardHelpOptions = true)
final class ContextImportCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "HOST:PORT", description = "The admin port of a member.")
  private String admin = "";

  @Parameters(index = "1", paramLabel = "FILE", description = "What export has written.")
  private Path file = Path.of("");

  @Option(
      names = "--from",
      required = true,
      paramLabel = "PARTNER",
      description = "The cluster that made it, by its name in context-transfer.partners.")
  private String partner = "";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    JsonNode told =
        AdminPage.json(
            AdminPage.of(admin, "/contexts?from=" + partner)
                .within(ContextExportCommand.ANSWER_MAX)
                .post(Files.readAllBytes(file)));
    told.path("left").forEach(line -> out.println("left " + line.asText()));
    out.printf("%d sessions are here%n", told.path("sessions").asInt());
    return told.path("left").isEmpty() ? Phalanx.OK : Phalanx.FAILED;
  }
}
