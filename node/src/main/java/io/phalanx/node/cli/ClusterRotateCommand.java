package io.phalanx.node.cli;

import io.phalanx.replication.link.ClusterFiles;
import io.phalanx.replication.link.KeyRotation.Step;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Brings a running cluster to another key. */
@Command(
    name = "rotate",
    description = {
      "Change the key of a cluster, in three steps: add, use, retire.",
      "After each step, give the keyring to all members and restart them, one after the other:"
          + " drained, so that nothing is lost.",
      "Before retire, wait until all IKE and Child SAs were rekeyed once."
    },
    mixinStandardHelpOptions = true)
final class ClusterRotateCommand implements Callable<Integer> {
  @Option(
      names = "--in",
      required = true,
      paramLabel = "DIRECTORY",
      description = "Where the keyring is, cluster.keys.")
  private Path directory = Path.of("");

  @Parameters(
      paramLabel = "STEP",
      description = {
        "add: a new key, with which nobody seals as yet;",
        "use: members seal with it;",
        "retire: members do not open with the old one any more."
      })
  private Step step = Step.ADD;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    try {
      spec.commandLine()
          .getOut()
          .println(new ClusterFiles(directory, new SecureRandom()).rotate(step));
    } catch (NoSuchFileException e) {
      throw new IOException("there is no file " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    spec.commandLine().getOut().println(whatNext());
    return Phalanx.OK;
  }

  private String whatNext() {
    return switch (step) {
      case ADD -> "Give it to every member, restart all one by one, then: rotate use.";
      case USE ->
          "Give it to every member, restart all one by one, wait until every IKE and Child SA was"
              + " rekeyed, then: rotate retire.";
      case RETIRE -> "Give it to every member and restart all one by one.";
    };
  }
}
