package io.phalanx.node.cli;

import io.phalanx.replication.link.ClusterFiles;
import java.io.IOException;
import java.io.PrintWriter;
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

/** Makes the authority, the keyring and the certificates of a new cluster. */
@Command(
    name = "init",
    description = {
      "Make the files of a new cluster: an authority, a keyring, a certificate for each member.",
      "Nothing that exists is written over."
    },
    mixinStandardHelpOptions = true)
final class ClusterInitCommand implements Callable<Integer> {
  @Option(
      names = "--name",
      required = true,
      paramLabel = "NAME",
      description = "The cluster's name, as in cluster.name of the configuration.")
  private String name = "";

  @Option(
      names = "--members",
      required = true,
      split = ",",
      paramLabel = "ID",
      description = "The members' ids, as in member.id: 1,2,3.")
  private List<Integer> members = List.of();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIRECTORY",
      description = "Where the files go; made if it is missing.")
  private Path directory = Path.of("");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    ClusterFiles files = new ClusterFiles(directory, new SecureRandom());
    try {
      files.create(name, new TreeSet<>(members), Instant.now()).forEach(out::println);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    out.printf(
        """
        Each member needs %s, %s and its own two files, readable by it alone.
        Keep %s where no member is: it makes certificates (phalanx cluster renew).
        """,
        ClusterFiles.AUTHORITY, ClusterFiles.KEYRING, ClusterFiles.AUTHORITY_KEY);
    return Phalanx.OK;
  }
}
