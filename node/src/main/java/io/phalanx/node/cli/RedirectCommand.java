package io.phalanx.node.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Has a member send its peers to another gateway. */
@Command(
    name = "redirect",
    description = {
      "Send the peers of a member to another gateway (RFC 5685).",
      "Those that are connected and those that come, as far as they can go; the others stay.",
      "It holds until the member ends: `redirect-to` of the configuration is for longer."
    },
    mixinStandardHelpOptions = true)
final class RedirectCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "HOST:PORT", description = "The admin port of the member.")
  private String admin = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      defaultValue = "",
      paramLabel = "GATEWAY",
      description = "Address or name of the other gateway; without it, no peer is sent away again.")
  private String gateway = "";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    String to = URLEncoder.encode(gateway, StandardCharsets.UTF_8);
    out.print(AdminPage.of(admin, "/redirect?to=" + to).post(new byte[0]));
    out.flush();
    return Phalanx.OK;
  }
}
