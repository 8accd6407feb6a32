package io.phalanx.it.loadgen;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code phalanx loadgen}. */
@Command(
    name = "loadgen",
    description = {
      "Bring up many IKEv2 peers with a pre-shared key and send ESP through their tunnels.",
      "Each has a virtual address and a socket of its own; a host inside has to echo UDP (port 7).",
      "Point it only at gateways that are yours."
    },
    mixinStandardHelpOptions = true)
public final class LoadgenCommand implements Callable<Integer> {
  @Option(names = "--gateway", required = true, description = "Address to call; a literal.")
  private String gateway = "";

  @Option(names = "--ike-port", defaultValue = "500", description = "Default: ${DEFAULT-VALUE}.")
  private int ikePort;

  @Option(names = "--nat-port", defaultValue = "4500", description = "Default: ${DEFAULT-VALUE}.")
  private int natPort;

  @Option(
      names = "--source",
      required = true,
      paramLabel = "ADDRESS[+COUNT]",
      description = "Addresses of this machine that peers call from, in turn.")
  private String source = "";

  @Option(
      names = "--psk-file",
      required = true,
      paramLabel = "FILE",
      description = "Holds the pre-shared key.")
  private Path secret = Path.of("");

  @Option(
      names = "--gateway-id",
      required = true,
      paramLabel = "ID",
      description = "What the gateway has to call itself.")
  private String gatewayId = "";

  @Option(
      names = "--ike-suite",
      defaultValue = "aes128gcm16-prfsha256-curve25519",
      description = "Default: ${DEFAULT-VALUE}.")
  private String ikeSuite = "";

  @Option(
      names = "--esp-suite",
      defaultValue = "aes128gcm16",
      description = "Default: ${DEFAULT-VALUE}.")
  private String espSuite = "";

  @Option(names = "--sessions", defaultValue = "100", description = "Default: ${DEFAULT-VALUE}.")
  private int sessions;

  @Option(
      names = "--under-way",
      defaultValue = "32",
      description = "Handshakes at once. Default: ${DEFAULT-VALUE}.")
  private int underWay;

  @Option(
      names = "--target",
      required = true,
      description = "Inner IPv4 address that echoes UDP at port 7.")
  private String target = "";

  @Option(
      names = "--network",
      required = true,
      paramLabel = "PREFIX",
      description = "What lies behind the gateway.")
  private String network = "";

  @Option(
      names = "--rate",
      defaultValue = "1000",
      description = "Packets a second, of all together. Default: ${DEFAULT-VALUE}.")
  private int rate;

  @Option(
      names = "--payload",
      defaultValue = "100",
      description = "Octets of an inner packet, headers included. Default: ${DEFAULT-VALUE}.")
  private int payload;

  @Option(
      names = "--seconds",
      defaultValue = "10",
      description = "Of traffic. Default: ${DEFAULT-VALUE}.")
  private int seconds;

  @Option(
      names = "--dpd",
      defaultValue = "0",
      paramLabel = "SECONDS",
      description = "Between liveness checks of an idle peer; 0: none. Default: ${DEFAULT-VALUE}.")
  private int dpdSeconds;

  @Option(
      names = "--check",
      description =
          "Look for sequence numbers and IVs used twice, and send every packet once more at the"
              + " end: none may be echoed again.")
  private boolean check;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    LoadPlan plan = plan();
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter progress = spec.commandLine().getErr();
    try (LoadGenerator generator = new LoadGenerator(plan, Way.direct(plan))) {
      LoadReport report =
          generator.run(
              phase -> {
                progress.println("phalanx: " + phase);
                progress.flush();
              });
      out.println(json ? new ObjectMapper().writeValueAsString(report) : text(report));
      out.flush();
      return report.clean() ? 0 : 1;
    }
  }

  private LoadPlan plan() throws IOException {
    try {
      return new LoadPlan(
          InetAddress.ofLiteral(gateway),
          ikePort,
          natPort,
          Sources.parse(source),
          Files.readString(secret).strip(),
          gatewayId,
          ikeSuite,
          espSuite,
          sessions,
          underWay,
          InetAddress.ofLiteral(target),
          network,
          rate,
          payload,
          Duration.ofSeconds(seconds),
          Duration.ofSeconds(dpdSeconds),
          check);
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
    }
  }

  private static String text(LoadReport report) {
    return """
    %d peers, set up in %.1f s
    packets     %d sent, %d lost, %d duplicated
    round trip  median %.1f ms, 99%% within %.1f ms, at most %.1f ms
    gaps        the longest of each peer: median %.1f ms, 99%% within %.1f ms, at most %.1f ms
    rekeys      %d of Child SAs, %d of IKE SAs; %d re-authentications, %d reconnects
    numbers     %d used twice, %d skipped or lost; %d packets not authentic
    replay      %d sent once more, %d accepted again, %d accepted that had been lost%s\
    """
        .formatted(
            report.peers(),
            report.setUpSeconds(),
            report.sent(),
            report.lost(),
            report.duplicated(),
            report.roundTripMillis().median(),
            report.roundTripMillis().p99(),
            report.roundTripMillis().most(),
            report.longestGapMillis().median(),
            report.longestGapMillis().p99(),
            report.longestGapMillis().most(),
            report.childRekeys(),
            report.ikeRekeys(),
            report.reauthentications(),
            report.reconnects(),
            report.repeatedNumbers(),
            report.skippedNumbers(),
            report.notAuthentic(),
            report.replaysSent(),
            report.replaysAccepted(),
            report.lateAccepted(),
            report.oddities().isEmpty() ? "" : "\n" + String.join("\n", report.oddities()));
  }
}
