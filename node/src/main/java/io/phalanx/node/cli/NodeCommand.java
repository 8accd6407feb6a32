package io.phalanx.node.cli;

import io.phalanx.config.GatewayConfig;
import io.phalanx.node.runtime.Member;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a member until the process is told to end (SIGTERM, SIGINT). */
@Command(
    name = "node",
    description = "Run a member of the cluster.",
    mixinStandardHelpOptions = true)
final class NodeCommand implements Callable<Integer> {
  @Option(
      names = {"-c", "--config"},
      required = true,
      paramLabel = "FILE",
      description = "The member's configuration (YAML).")
  private Path file = Path.of("");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    Optional<GatewayConfig> config = Configuration.load(file, spec.commandLine().getErr());
    if (config.isEmpty()) {
      return Phalanx.WRONG_USAGE;
    }
    Member member = Member.start(config.get());
    Runtime.getRuntime().addShutdownHook(new Thread(() -> leave(member), "shutdown"));
    new CountDownLatch(1).await();
    return Phalanx.OK;
  }

  private static void leave(Member member) {
    try {
      member.leave();
    } catch (InterruptedException hurried) {
      member.close();
    }
  }
}
