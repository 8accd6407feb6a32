package io.phalanx.it.sim;

import io.phalanx.config.ConfigLoader;
import io.phalanx.config.GatewayConfig;
import io.phalanx.config.LoadResult;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Who is where, and configured how. Nothing of it exists but in the simulation. */
final class Sites {
  static final String CONNECTION = "gateway";

  /** With fewer members one copy beside the owner's is all there can be. */
  private static final int MEMBERS_FOR_TWO_BACKUPS = 5;

  private static final String GATEWAY = "192.0.2.1";
  private static final String SECRET = "5a".repeat(32);
  private static final Map<String, GatewayConfig> READ = new ConcurrentHashMap<>();

  private Sites() {}

  static InetSocketAddress gateway(boolean natPort) {
    return new InetSocketAddress(
        InetAddress.ofLiteral(GATEWAY), natPort ? Ports.NAT_PORT : Ports.IKE_PORT);
  }

  static InetSocketAddress peer(int peer, boolean natPort) {
    return new InetSocketAddress(
        InetAddress.ofLiteral("198.51.100." + (1 + peer)),
        natPort ? Ports.NAT_PORT : Ports.IKE_PORT);
  }

  /** The peer at an address. */
  static int peerAt(InetSocketAddress address) {
    return (address.getAddress().getAddress()[3] & 0xff) - 1;
  }

  static InetAddress inner(int peer) {
    return InetAddress.ofLiteral("203.0.113." + (1 + peer));
  }

  static InetAddress host() {
    return InetAddress.ofLiteral("10.0.0.1");
  }

  static int backups(int members) {
    return members < MEMBERS_FOR_TWO_BACKUPS ? 1 : 2;
  }

  static GatewayConfig member(int id, int members) {
    return read(
        """
        member: {id: %d, state-dir: "/nowhere"}
        listen: {addresses: [%s], loops: 1}
        clear: {datagrams: {bind: "127.0.0.1:19000", peer: "127.0.0.1:19001", mtu: 1400}}
        admin: "127.0.0.1:19470"
        cluster:
          name: simulated
          store-security: plain
          keys: [{id: 1, secret: "%s"}]
          backups: %d
          members:
        %s
        ike: {half-open-per-source: 0, requests-per-source: 0, retransmit-tries: 12, retransmit-base: 1.4}
        connections:
          - name: %s
            local: {id: gateway.example, auth: psk}
            remote: {id: "%%any", auth: psk}
            ike-proposals: [aes128gcm16-prfsha256-curve25519]
            dpd: 3s
            children:
              - {name: net, local: [10.0.0.0/8], remote: [203.0.113.0/24], esp-proposals: [aes128gcm16-noesn]}
        preshared-keys: [{secret: "%s"}]
        """
            .formatted(id, GATEWAY, SECRET, backups(members), listed(members), CONNECTION, SECRET));
  }

  private static String listed(int members) {
    return IntStream.rangeClosed(1, members)
        .mapToObj(
            id ->
                "    - {id: %1$d, interlink: \"127.0.1.%1$d:14600\", store: \"127.0.1.%1$d:15701\"}"
                    .formatted(id))
        .collect(Collectors.joining("\n"));
  }

  static GatewayConfig peer(int peer) {
    return read(
        """
        member: {id: 1, state-dir: "/nowhere"}
        listen: {addresses: [%s], loops: 1}
        clear: {datagrams: {bind: "127.0.0.1:19000", peer: "127.0.0.1:19001", mtu: 1400}}
        admin: "127.0.0.1:19470"
        cluster:
          name: peer
          keys: [{id: 1, secret: "%s"}]
          members: [{id: 1, interlink: "127.0.2.1:14600", store: "127.0.2.1:15701"}]
        ike: {retransmit-tries: 12, retransmit-base: 1.4}
        connections:
          - name: %s
            local: {id: peer-%d.example, auth: psk}
            remote: {id: gateway.example, auth: psk, address: "%s:500"}
            ike-proposals: [aes128gcm16-prfsha256-curve25519]
            dpd: 2s
            children:
              - {name: net, local: ["%s/32"], remote: [10.0.0.0/8], esp-proposals: [aes128gcm16-noesn]}
        preshared-keys: [{secret: "%s"}]
        """
            .formatted(
                peer(peer, false).getAddress().getHostAddress(),
                SECRET,
                CONNECTION,
                peer,
                GATEWAY,
                inner(peer).getHostAddress(),
                SECRET));
  }

  private static GatewayConfig read(String text) {
    return READ.computeIfAbsent(
        text,
        _ ->
            switch (ConfigLoader.parse(text, Path.of("/"), 1)) {
              case LoadResult.Loaded(var loaded, _) -> loaded;
              case LoadResult.Refused(var errors) ->
                  throw new IllegalStateException("our own configuration: " + errors);
            });
  }
}
