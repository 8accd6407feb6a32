package io.phalanx.it.lab;

import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The configuration of a member of the laboratory. */
public final class LabConfig {
  public static final String CLUSTER_KEY = "5a".repeat(32);

  private LabConfig() {}

  /** The members, as they stand under {@code cluster}. */
  public static String members() {
    return IntStream.rangeClosed(1, Lab.MEMBERS)
        .mapToObj(
            each ->
                "    - {id: %d, interlink: \"%s:4600\", store: \"%s:5701\"}"
                    .formatted(each, Lab.frontOf(each), Lab.frontOf(each)))
        .collect(Collectors.joining("\n"));
  }

  /** The configuration of the small laboratory. */
  static String small(Path directory, int id, Pki pki) {
    return """
    member: {id: %d, state-dir: "%s"}
    listen: {addresses: [%s], loops: 1}
    clear:
      tun: {name: phx0, mtu: 1400}
    admin: "%s:9470"
    cluster:
      name: lab
      keys: [{id: 1, secret: "%s"}]
      members:
    %s
      backups: 2
      minimum-members: 1
    pools:
      - {name: road, addresses: [10.77.0.0/24], dns: [10.50.0.10]}
    connections:
      - name: psk
        local: {id: %s, auth: psk}
        remote: {id: %s, auth: psk}
        pool: road
        children: [{name: net, local: [10.50.0.0/24], window: 256}]
      - name: certificate
        local: {id: %s, auth: certificate, certificate: "%s", key: "%s"}
        remote: {id: %s, auth: certificate, authorities: ["%s"]}
        pool: road
        children: [{name: net, local: [10.50.0.0/24], window: 256}]
    preshared-keys: [{ids: [%s], secret: "%s"}]
    """
        .formatted(
            id,
            directory.resolve("state" + id),
            Lab.frontOf(id),
            Lab.frontOf(id),
            CLUSTER_KEY,
            members(),
            Lab.GATEWAY_ID,
            Lab.PSK_ID,
            Lab.GATEWAY_ID,
            pki.certificate(Pki.GATEWAY),
            pki.key(Pki.GATEWAY),
            Lab.CERTIFICATE_ID,
            pki.certificate(Pki.CA),
            Lab.PSK_ID,
            Lab.SECRET);
  }
}
