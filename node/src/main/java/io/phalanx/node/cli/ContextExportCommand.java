package io.phalanx.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes sessions of a member out of its cluster, into a file. */
@Command(
    name = "export",
    description = {
      "Take the sessions of a member out of its cluster, into a file for another cluster.",
      "From then on they are in the file alone; it is valid for an hour, and can be read by the",
      "other cluster alone. A session stays where something is in its way, which is told."
    },
    mixinStandardHelpOptions = true)
final class ContextExportCommand implements Callable<Integer> {
  private static final Pattern ID = Pattern.compile("[0-9a-f]{16}");

  /** Long: an answer that is not waited for is sessions lost. */
  static final Duration ANSWER_MAX = Duration.ofMinutes(10);

  @Parameters(paramLabel = "HOST:PORT", description = "The admin port of the member.")
  private String admin = "";

  @Option(
      names = "--to",
      required = true,
      paramLabel = "PARTNER",
      description = "The other cluster, by its name in context-transfer.partners.")
  private String partner = "";

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "Where they go; must not exist.")
  private Path file = Path.of("");

  @Option(
      names = "--session",
      paramLabel = "ID",
      description = "Only the session with this id, as /sessions tells it; may be repeated.")
  private List<String> sessions = List.of();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, InterruptedException {
    for (String id : sessions) {
      if (!ID.matcher(id).matches()) {
        throw new ParameterException(
            spec.commandLine(), "--session: '%s' is not 16 hexadecimal digits".formatted(id));
      }
    }
    // Before anything is taken out: what cannot be written must not leave.
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      return export(channel);
    } catch (FileAlreadyExistsException e) {
      throw new IOException(file + " is there already; take another name", e);
    } finally {
      if (Files.exists(file) && Files.size(file) == 0) {
        Files.delete(file);
      }
    }
  }

  private int export(FileChannel channel) throws IOException, InterruptedException {
    String chosen = sessions.stream().map(id -> "&session=" + id).collect(Collectors.joining());
    JsonNode told =
        AdminPage.json(
            AdminPage.of(admin, "/contexts?to=" + partner + chosen)
                .within(ANSWER_MAX)
                .post(new byte[0]));
    ByteBuffer set = ByteBuffer.wrap(told.path("set").binaryValue());
    while (set.hasRemaining()) {
      channel.write(set);
    }
    channel.force(true);
    PrintWriter out = spec.commandLine().getOut();
    told.path("left").forEach(line -> out.println("left " + line.asText()));
    out.printf("%d sessions are in %s%n", told.path("sessions").asInt(), file);
    return told.path("left").isEmpty() ? Phalanx.OK : Phalanx.FAILED;
  }
}
