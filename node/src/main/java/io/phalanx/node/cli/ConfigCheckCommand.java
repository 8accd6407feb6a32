package io.phalanx.node.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "check",
    description = "Say all that is wrong with a configuration, each with its line and a remedy.",
    mixinStandardHelpOptions = true)
final class ConfigCheckCommand implements Callable<Integer> {
  @Parameters(arity = "0..1", paramLabel = "FILE", description = "The file to check.")
  private Path file = Path.of("");

  @Option(names = "-c", paramLabel = "FILE", description = "The same, as 'node' takes it.")
  private Path option = Path.of("");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    boolean both = given(file) && given(option);
    if (both || (!given(file) && !given(option))) {
      throw new ParameterException(spec.commandLine(), "name one file: phalanx config check FILE");
    }
    Path checked = given(file) ? file : option;
    if (Configuration.load(checked, spec.commandLine().getErr()).isEmpty()) {
      return Phalanx.WRONG_USAGE;
    }
    spec.commandLine().getOut().println(checked + ": right");
    return Phalanx.OK;
  }

  private static boolean given(Path path) {
    return !path.toString().isEmpty();
  }
}
