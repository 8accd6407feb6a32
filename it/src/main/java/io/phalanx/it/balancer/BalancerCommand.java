package io.phalanx.it.balancer;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code phalanx balancer}: the balancer as a process of its own. */
@Command(
    name = "balancer",
    description = "Run a small UDP balancer in front of members (for trials and tests).",
    mixinStandardHelpOptions = true)
public final class BalancerCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(BalancerCommand.class);

  @Option(
      names = "--listen",
      required = true,
      description = "Address that peers reach; a literal, no name.")
  private String listen = "";

  @Option(names = "--ike-port", defaultValue = "500", description = "Default: ${DEFAULT-VALUE}.")
  private int ikePort;

  @Option(names = "--nat-port", defaultValue = "4500", description = "Default: ${DEFAULT-VALUE}.")
  private int natPort;

  @Option(
      names = "--backend",
      required = true,
      paramLabel = "NAME=ADDRESS:IKE:NAT@ADMIN-ADDRESS:PORT",
      description = "A member: its UDP ports and its admin port. Repeat for each.")
  private List<String> backends = List.of();

  @Option(
      names = "--check-every",
      defaultValue = "50",
      paramLabel = "MS",
      description = "Between readiness checks. Default: ${DEFAULT-VALUE} ms.")
  private int checkMillis;

  @Option(
      names = "--on-change",
      paramLabel = "CMD",
      description =
          "Run by sh when a backend comes or goes, with BACKEND, STATE (up or down) and LIVE"
              + " (names of all living ones) in its environment.")
  private Optional<String> onChange = Optional.empty();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    BalancerConfig config = config();
    CountDownLatch end = new CountDownLatch(1);
    try (ChangeCommand command = new ChangeCommand(onChange);
        Balancer balancer = Balancer.start(config, PacketTap.NONE, told(command))) {
      log.info(
          "balancer listens on {} and {} for {} backends",
          balancer.address(Port.IKE),
          balancer.address(Port.NAT),
          config.backends().size());
      Thread closing = new Thread(end::countDown, "shutdown");
      Runtime.getRuntime().addShutdownHook(closing);
      end.await();
    }
    return 0;
  }

  private static Balancer.Listener told(ChangeCommand command) {
    return (backend, up, why, live) -> {
      log.info(
          "backend {} {} ({}), living: {}",
          backend.name(),
          up ? "up" : "down",
          why,
          Balancer.names(live));
      command.changed(backend, up, live);
    };
  }

  private BalancerConfig config() {
    try {
      List<Backend> parsed = backends.stream().map(Backend::parse).toList();
      BalancerConfig usual =
          BalancerConfig.of(InetAddress.ofLiteral(listen), ikePort, natPort, parsed);
      return usual.withChecksEvery(Duration.ofMillis(checkMillis));
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
    }
  }
}
