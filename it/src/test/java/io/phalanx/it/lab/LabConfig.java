package io.phalanx.it.lab;

import io.phalanx.replication.link.ClusterFiles;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The configuration of a member of the laboratory. */
public final class LabConfig {
  /** The directory of the cluster's keyring and certificates. */
  static final String CLUSTER_FILES = "cluster";

  private LabConfig() {}

  /** What stands under {@code cluster}, for this member. */
  public static String cluster(Path directory, int id) {
    Path files = directory.resolve(CLUSTER_FILES);
    return """
      name: lab
      keyring: "%s"
      tls: {authorities: ["%s"], certificate: "%s", key: "%s"}
      members:
    %s
      backups: 2
      minimum-members: 1
    """
        .stripTrailing()
        .formatted(
            files.resolve(ClusterFiles.KEYRING),
            files.resolve(ClusterFiles.AUTHORITY),
            files.resolve(ClusterFiles.certificate(id)),
            files.resolve(ClusterFiles.key(id)),
            members());
  }

  private static String members() {
    return IntStream.rangeClosed(1, Lab.MEMBERS)
        .mapToObj(
            each ->
                "    - {id: %d, interlink: \"%s:4600\", store: \"%s:5701\"}"
                    .formatted(each, Lab.frontOf(each), Lab.frontOf(each)))
        .collect(Collectors.joining("\n"));
  }

  /** The configuration of the small laboratory. */
  static String small(Path directory, int id, Pki pki) {
    return small(directory, id, pki, cluster(directory, id));
  }

  /** The same, with something else under {@code cluster}. */
  public static String small(Path directory, int id, Pki pki, String cluster) {
    return """
    member: {id: %d, state-dir: "%s"}
    listen: {addresses: [%s], loops: 1}
    clear:
      tun: {name: phx0, mtu: 1400}
    admin: "%s:9470"
    cluster:
    %s
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
            cluster,
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
