package io.phalanx.it.bench;

import io.phalanx.replication.link.ClusterFiles;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Who is where, and with what configuration: everything on loopback addresses of one random block.
 *
 * @param block such as {@code 127.81.17}
 * @param certificates present for {@link Authentication#ECDSA}
 */
record Lot(
    String block,
    Path directory,
    int members,
    String suite,
    String secret,
    Optional<Certificates> certificates) {
  static final String CLUSTER = "bench";
  static final int IKE_PORT = 10_500;
  static final int NAT_PORT = 14_500;
  private static final String GATEWAY = Certificates.identity(Certificates.GATEWAY);
  private static final String CLIENT = Certificates.identity(Certificates.CLIENT);

  InetAddress member(int id) {
    return InetAddress.ofLiteral(block + "." + (10 + id));
  }

  InetAddress client() {
    return InetAddress.ofLiteral(block + ".2");
  }

  InetSocketAddress admin(int id) {
    return new InetSocketAddress(member(id), 19_470);
  }

  String memberText(int id) {
    return """
    member: {id: %1$d, state-dir: "%2$s/state-%1$d"}
    listen: {addresses: [%3$s], ike-port: %4$d, nat-port: %5$d, loops: 1}
    clear:
      datagrams: {bind: "%3$s:19000", peer: "%6$s.3:19000", mtu: 1400}
    admin: "%3$s:19470"
    cluster:
      name: %15$s
      keyring: %7$s
      tls: {authorities: [%16$s], certificate: %17$s, key: %18$s}
      members:
    %8$s
      backups: %9$d
    ike: {half-open-max: 5000, cookie-threshold: 5000, half-open-per-source: 0, requests-per-source: 0}
    connections:
      - name: clients
        local: {id: %10$s, %11$s}
        remote: {id: "%%any", %12$s}
        ike-proposals: [%13$s]
        children:
          - {name: net, local: [10.0.0.0/8], remote: [20.0.0.0/6], esp-proposals: [aes128gcm16]}
    %14$s
    """
        .formatted(
            id,
            directory,
            member(id).getHostAddress(),
            IKE_PORT,
            NAT_PORT,
            block,
            ClusterFiles.KEYRING,
            IntStream.rangeClosed(1, members)
                .mapToObj(this::listed)
                .collect(Collectors.joining("\n")),
            members > 1 ? 1 : 0,
            GATEWAY,
            own(Certificates.GATEWAY),
            peer(),
            suite,
            keys(),
            CLUSTER,
            ClusterFiles.AUTHORITY,
            ClusterFiles.certificate(id),
            ClusterFiles.key(id));
  }

  /**
   * The configuration of an initiator with this many connections, each for an address of its own.
   */
  String clientText(int batch, int connections, int member) {
    String each =
        IntStream.range(0, connections)
            .mapToObj(index -> connection(batch * connections + index, index, member))
            .collect(Collectors.joining("\n"));
    return """
    member: {id: 1, state-dir: "%1$s/state-client"}
    listen: {addresses: [%2$s], ike-port: %3$d, nat-port: %4$d, loops: 1}
    clear:
      datagrams: {bind: "%2$s:19000", peer: "%2$s:19001", mtu: 1400}
    admin: "%2$s:19470"
    cluster:
      name: clients
      keys: [{id: 1, secret: "%5$s"}]
      members: [{id: 1, interlink: "%2$s:14600", store: "%2$s:15701"}]
    connections:
    %6$s
    %7$s
    """
        .formatted(directory, client().getHostAddress(), IKE_PORT, NAT_PORT, secret, each, keys());
  }

  private String connection(int number, int index, int member) {
    String id = certificates.isPresent() ? CLIENT : "client-%d.bench.example".formatted(number);
    return """
      - name: c%d
        local: {id: %s, %s}
        remote: {id: %s, %s, address: "%s:%d"}
        ike-proposals: [%s]
        dpd: never
        children:
          - {name: net, local: ["20.%d.%d.%d/32"], remote: [10.0.0.0/8], esp-proposals: [aes128gcm16]}
    """
        .stripTrailing()
        .formatted(
            index,
            id,
            own(Certificates.CLIENT),
            GATEWAY,
            peer(),
            member(member).getHostAddress(),
            IKE_PORT,
            suite,
            number >> 16 & 0xff,
            number >> 8 & 0xff,
            number & 0xff);
  }

  private String own(String name) {
    return certificates
        .map(
            made ->
                "auth: certificate, certificate: \"%s\", key: \"%s\""
                    .formatted(made.certificate(name), made.key(name)))
        .orElse("auth: psk");
  }

  private String peer() {
    return certificates
        .map(made -> "auth: certificate, authorities: [\"%s\"]".formatted(made.authority()))
        .orElse("auth: psk");
  }

  private String keys() {
    return certificates.isPresent() ? "" : "preshared-keys: [{secret: \"%s\"}]".formatted(secret);
  }

  private String listed(int id) {
    String address = member(id).getHostAddress();
    return "    - {id: %d, interlink: \"%s:14600\", store: \"%s:15701\"}"
        .formatted(id, address, address);
  }
}
