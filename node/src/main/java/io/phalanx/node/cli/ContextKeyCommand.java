package io.phalanx.node.cli;

import io.phalanx.node.context.TransferKeys;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes the keys by which a cluster is known when sessions move. */
@Command(
    name = "key",
    description = {
      "Make the key pair by which a cluster is known when sessions move: NAME.key and NAME.pub.",
      "All members of the cluster get the .key (context-transfer.key); other clusters the .pub.",
      "Nothing that exists is written over."
    },
    mixinStandardHelpOptions = true)
final class ContextKeyCommand implements Callable<Integer> {
  @Parameters(paramLabel = "NAME", description = "Where the two files go, without their endings.")
  private Path name = Path.of("");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    Path key = Path.of(name + ".key");
    Path pub = Path.of(name + ".pub");
    try {
      TransferKeys.generate(key, pub);
    } catch (FileAlreadyExistsException e) {
      throw new IOException(e.getFile() + " is there already; take another name", e);
    }
    spec.commandLine().getOut().printf("%s%n%s%n", key, pub);
    return Phalanx.OK;
  }
}
