package io.phalanx.node.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The main class: {@code phalanx COMMAND}. */
@Command(
    name = "phalanx",
    description = "An IKEv2/IPsec gateway that is a cluster.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = VersionCommand.class,
    subcommands = {
      NodeCommand.class,
      DrainCommand.class,
      ClusterCommand.class,
      RedirectCommand.class,
      ContextCommand.class,
      ConfigCommand.class,
      VersionCommand.class,
      CommandLine.HelpCommand.class
    })
public final class Phalanx {
  /** Exit statuses of all commands. */
  public static final int OK = 0;

  public static final int FAILED = 1;

  /** Wrong arguments, environment or configuration: nothing was started. */
  public static final int WRONG_USAGE = 2;

  private Phalanx() {}

  public static void main(String[] arguments) {
    System.exit(run(System.getenv("PHALANX_LOG"), arguments));
  }

  private static int run(@Nullable String logFormat, String[] arguments) {
    if (logFormat != null && !List.of("text", "json").contains(logFormat)) {
      System.err.println("phalanx: PHALANX_LOG must be 'text' or 'json', not '" + logFormat + "'");
      return WRONG_USAGE;
    }
    return commandLine().execute(arguments);
  }

  /** All commands, with our exit statuses. */
  public static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Phalanx());
    for (CommandProvider provider : ServiceLoader.load(CommandProvider.class)) {
      provider.commands().forEach(line::addSubcommand);
    }
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler((fault, command, _) -> failed(fault, command.getErr()));
    return line;
  }

  /** One line for people; the trace goes to the log at its debug level. */
  private static int failed(Exception fault, PrintWriter err) {
    LoggerFactory.getLogger(Phalanx.class).debug("command failed", fault);
    err.println("phalanx: " + Optional.ofNullable(fault.getMessage()).orElse(fault.toString()));
    err.flush();
    return FAILED;
  }
}
