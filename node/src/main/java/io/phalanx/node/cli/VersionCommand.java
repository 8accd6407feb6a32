package io.phalanx.node.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "version", description = "Say which version this is, and on what it runs.")
final class VersionCommand implements Callable<Integer>, IVersionProvider {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    spec.commandLine().getOut().println(getVersion()[0]);
    return Phalanx.OK;
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "phalanx %s, Java %s (%s), %s %s"
          .formatted(
              version(),
              Runtime.version(),
              System.getProperty("java.vendor"),
              System.getProperty("os.name"),
              System.getProperty("os.version"))
    };
  }

  /** From the manifest of our jar; classes that lie about unpacked have none. */
  private static String version() {
    return Optional.ofNullable(Phalanx.class.getPackage().getImplementationVersion())
        .orElse("(development)");
  }
}
