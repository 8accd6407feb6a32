package io.phalanx.node.cli;

import io.phalanx.replication.link.ClusterFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Makes certificates for members whose own are about to end, or who are new. */
@Command(
    name = "renew",
    description = {
      "Make new certificates for members, also for ones that join a cluster.",
      "A running member reads its files again for its next connection once they have changed."
    },
    mixinStandardHelpOptions = true)
final class ClusterRenewCommand implements Callable<Integer> {
  @Option(
      names = "--members",
      required = true,
      split = ",",
      paramLabel = "ID",
      description = "For whom: 1,2,3.")
  private List<Integer> members = List.of();

  @Option(
      names = "--in",
      required = true,
      paramLabel = "DIRECTORY",
      description = "Where phalanx cluster init has put the authority; the files go there, too.")
  private Path directory = Path.of("");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    ClusterFiles files = new ClusterFiles(directory, new SecureRandom());
    try {
      files
          .renew(new TreeSet<>(members), Instant.now())
          .forEach(spec.commandLine().getOut()::println);
    } catch (NoSuchFileException e) {
      throw new IOException("there is no file " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    return Phalanx.OK;
  }
}
