package io.phalanx.it.loadgen;

import io.phalanx.config.ConfigLoader;
import io.phalanx.config.GatewayConfig;
import io.phalanx.config.LoadResult;
import java.io.IOException;
import java.nio.file.Path;

/** The configuration of one peer: a member of one, that initiates. */
final class PeerConfig {
  /** The one connection of a peer. */
  static final String CONNECTION = "gateway";

  private PeerConfig() {}

  static GatewayConfig of(LoadPlan plan, int peer) throws IOException {
    return switch (ConfigLoader.parse(text(plan, peer), Path.of("/"), 1)) {
      case LoadResult.Loaded(var loaded, _) -> loaded;
      case LoadResult.Refused(var errors) -> throw new IOException("our own: " + errors);
    };
  }

  // No NAT is between: the peers' sockets are theirs. What else is named here is never opened.
  private static String text(LoadPlan plan, int peer) {
    return """
    member: {id: 1, state-dir: "/nonexistent"}
    listen: {addresses: [%1$s], ike-port: %2$d, nat-port: %3$d, loops: 1}
    clear:
      datagrams: {bind: "127.0.0.1:1", peer: "127.0.0.1:2", mtu: 1400}
    admin: "127.0.0.1:3"
    cluster:
      name: peer
      keys: [{id: 1, secret: "%4$s"}]
      members: [{id: 1, interlink: "127.0.0.1:4", store: "127.0.0.1:5"}]
    ike: {nat-keepalive: never}
    connections:
      - name: %5$s
        local: {id: "peer-%6$d@load.example", auth: psk}
        remote: {id: "%7$s", auth: psk, address: "%8$s:%2$d"}
        ike-proposals: [%9$s]
        request-addresses: [ipv4]
        initiate: true
        dpd: %10$s
        children:
          - {name: net, local: [dynamic], remote: ["%11$s"], esp-proposals: [%12$s]}
    preshared-keys: [{secret: "%13$s"}]
    """
        .formatted(
            plan.sources().of(peer).getAddress().getHostAddress(),
            plan.ikePort(),
            plan.natPort(),
            "00".repeat(31) + "01",
            CONNECTION,
            peer,
            plan.gatewayId(),
            plan.gateway().getHostAddress(),
            plan.ikeSuite(),
            plan.dpd().isZero() ? "never" : plan.dpd().toSeconds() + "s",
            plan.network(),
            plan.espSuite(),
            quoted(plan.secret()));
  }

  private static String quoted(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"");
  }
}
