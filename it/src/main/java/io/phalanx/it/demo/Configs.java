package io.phalanx.it.demo;

import io.phalanx.it.balancer.Backend;
import io.phalanx.replication.link.ClusterFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Writes the configuration files of a demo, with fresh secrets, readable by the owner only. */
final class Configs {
  private static final String CLUSTER = "demo";

  private final Path directory;
  private final Site site;
  private final DemoOptions options;
  private final String presharedKey;
  private final String initiatorKey;

  Configs(Path directory, Site site, DemoOptions options, SecureRandom random) throws IOException {
    this.directory = directory;
    this.site = site;
    this.options = options;
    this.presharedKey = Base64.getEncoder().encodeToString(octets(random));
    new ClusterFiles(directory, random)
        .create(
            CLUSTER,
            IntStream.rangeClosed(1, options.members())
                .boxed()
                .collect(Collectors.toCollection(TreeSet::new)),
            Instant.now());
    this.initiatorKey = HexFormat.of().formatHex(octets(random));
  }

  Path member(int id) throws IOException {
    Backend member = site.member(id);
    String text =
        """
        member: {id: %d, state-dir: %s}
        listen: {addresses: [%s], ike-port: %d, nat-port: %d, loops: 1}
        clear:
          datagrams: {bind: "%s", peer: "%s", mtu: 1400}
        admin: "%s"
        cluster:
          name: %s
          keyring: %s
          tls: {authorities: [%s], certificate: %s, key: %s}
          members:
        %s
          backups: %d
          minimum-members: %d
        pools:
          - {name: road, addresses: ["%s"]}
        connections:
          - name: road-warriors
            local: {id: gw.demo.example, auth: psk}
            remote: {id: "%%any", auth: psk}
            pool: road
            children:
              - {name: net, local: ["%s"], remote: [dynamic], esp-proposals: [aes128gcm16]}
        preshared-keys: [{secret: "%s"}]
        """
            .formatted(
                id,
                state(member.name()),
                member.address().getHostAddress(),
                member.ikePort(),
                member.natPort(),
                text(site.clear(member.address())),
                text(site.protectedNetwork()),
                text(member.readiness()),
                CLUSTER,
                ClusterFiles.KEYRING,
                ClusterFiles.AUTHORITY,
                ClusterFiles.certificate(id),
                ClusterFiles.key(id),
                members(site.members(options.members())),
                options.backups(),
                options.minimumMembers(),
                Site.POOL,
                Site.PROTECTED_NET,
                presharedKey);
    return write(member.name(), text);
  }

  /** The road warrior: a member-of-one that initiates. */
  Path initiator() throws IOException {
    InetAddress host = site.initiator();
    String text =
        """
        member: {id: %d, state-dir: %s}
        listen: {addresses: [%s], ike-port: %d, nat-port: %d, loops: 1}
        clear:
          datagrams: {bind: "%s", peer: "%s", mtu: 1400}
        admin: "%s"
        cluster:
          name: initiator
          keys: [{id: 1, secret: "%s"}]
          members: [{id: %d, interlink: "%s", store: "%s"}]
        connections:
          - name: gateway
            local: {id: warrior@demo.example, auth: psk}
            remote: {id: gw.demo.example, auth: psk, address: "%s"}
            request-addresses: [ipv4]
            initiate: true
            children:
              - {name: net, local: [dynamic], remote: ["%s"], esp-proposals: [aes128gcm16]}
        preshared-keys: [{secret: "%s"}]
        """
            .formatted(
                Site.INITIATOR_ID,
                state("initiator"),
                host.getHostAddress(),
                Site.IKE_PORT,
                Site.NAT_PORT,
                text(site.clear(host)),
                text(site.application()),
                text(site.initiatorAdmin()),
                initiatorKey,
                Site.INITIATOR_ID,
                text(site.interlink(host)),
                text(site.store(host)),
                text(new InetSocketAddress(site.balancer(), Site.IKE_PORT)),
                Site.PROTECTED_NET,
                presharedKey);
    return write("initiator", text);
  }

  private String members(List<Backend> members) {
    return members.stream()
        .map(
            member ->
                "    - {id: %s, interlink: \"%s\", store: \"%s\"}"
                    .formatted(
                        member.name().substring("member-".length()),
                        text(site.interlink(member.address())),
                        text(site.store(member.address()))))
        .collect(Collectors.joining("\n"));
  }

  private String state(String name) {
    return '"' + directory.resolve("state-" + name).toString() + '"';
  }

  private Path write(String name, String text) throws IOException {
    Path file = directory.resolve(name + ".yaml");
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.writeString(file, text);
  }

  private static String text(InetSocketAddress endpoint) {
    return endpoint.getAddress().getHostAddress() + ":" + endpoint.getPort();
  }

  private static byte[] octets(SecureRandom random) {
    byte[] octets = new byte[32];
    random.nextBytes(octets);
    return octets;
  }
}
