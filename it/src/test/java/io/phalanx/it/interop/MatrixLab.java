package io.phalanx.it.interop;

import io.phalanx.it.lab.Charon;
import io.phalanx.it.lab.Lab;
import io.phalanx.it.lab.LabConfig;
import io.phalanx.it.lab.LabPlan;
import io.phalanx.it.lab.LabPlan.ClientPool;
import io.phalanx.it.lab.Pki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Sets the laboratory up for scenarios: certificates and configurations of both sides. */
final class MatrixLab {
  static final String GATEWAY = Lab.GATEWAY;
  static final String GATEWAY6 = "fd99::1";
  static final String SERVER6 = "fd50::10";
  static final int COOKIE_THRESHOLD = 40;
  private static final List<String> MONTH = List.of("--lifetime", "30");

  private MatrixLab() {}

  static LabPlan plan(List<Scenario> scenarios) {
    return plan(
        scenarios,
        List.of(
            new ClientPool("10.77.0.0/24", Lab.CLIENT),
            new ClientPool("fd77::/64", Lab.CLIENT),
            new ClientPool("10.78.0.0/24", "10.97.0.2"),
            new ClientPool("10.79.0.0/24", "fd99::2"),
            new ClientPool("10.80.0.0/24", Lab.CLIENT)));
  }

  /** With other networks behind the tunnels. */
  static LabPlan plan(List<Scenario> scenarios, List<ClientPool> networks) {
    return LabPlan.wide(
        (directory, id, pki) -> members(directory, id, pki, scenarios), MatrixLab::issue, networks);
  }

  private static void issue(Pki pki) throws IOException, InterruptedException {
    for (var key : Scenarios.keys().entrySet()) {
      pki.issue(key.getKey(), key.getValue(), key.getKey() + "@lab.example");
      pki.issue("gateway-" + key.getKey(), key.getValue(), Lab.GATEWAY_ID);
    }
    for (String end : List.of("client", "gateway")) {
      List<String> authority = List.of("--ca", "--lifetime", "30");
      pki.issue("sub-" + end, Pki.Kind.ECDSA_256, Pki.CA, "Intermediate of " + end, authority);
    }
    pki.issue("chain", Pki.Kind.ECDSA_256, "sub-client", "chain@lab.example", MONTH);
    pki.issue("gateway-chain", Pki.Kind.ECDSA_256, "sub-gateway", Lab.GATEWAY_ID, MONTH);
    longChain(pki, "long", "long@lab.example");
    longChain(pki, "gateway-long", Lab.GATEWAY_ID);
    Path leaf = pki.certificate("gateway-chain");
    Files.writeString(
        leaf, Files.readString(leaf) + Files.readString(pki.certificate("sub-gateway")));
  }

  /** Leaf and two intermediates, 5 kB together by many names. */
  private static void longChain(Pki pki, String name, String subject)
      throws IOException, InterruptedException {
    pki.issue(name + "-1", Pki.Kind.ECDSA_256, Pki.CA, name + " 1", padded("--ca"));
    pki.issue(name + "-2", Pki.Kind.ECDSA_256, name + "-1", name + " 2", padded("--ca"));
    pki.issue(name, Pki.Kind.ECDSA_256, name + "-2", subject, padded("--flag", "serverAuth"));
    Path leaf = pki.certificate(name);
    Files.writeString(
        leaf,
        Files.readString(leaf)
            + Files.readString(pki.certificate(name + "-2"))
            + Files.readString(pki.certificate(name + "-1")));
  }

  private static List<String> padded(String... arguments) {
    List<String> all = new ArrayList<>(MONTH);
    all.addAll(List.of(arguments));
    for (int index = 0; index < 24; index++) {
      all.add("--san");
      all.add("one.of.many.names.that.make.a.certificate.long.%d.lab.example".formatted(index));
    }
    return all;
  }

  private static String members(Path directory, int id, Pki pki, List<Scenario> scenarios) {
    return """
    member: {id: %d, state-dir: "%s"}
    listen: {addresses: [%s, "fd60::1%d"], loops: 1}
    clear:
      tun: {name: phx0, mtu: 1400}
    admin: "%s:9470"
    cluster:
    %s
    ike:
      retransmit-first: 400ms
      retransmit-base: 1.5
      retransmit-tries: 5
      cookie-threshold: %d
      half-open-timeout: 15s
      half-open-per-source: 0
      requests-per-source: 0
    pools:
      - {name: road, addresses: [10.77.0.0/24], dns: [10.50.0.10]}
      - {name: six, addresses: ["fd77::/64"]}
      - {name: near, addresses: [10.78.0.0/24]}
      - {name: over-six, addresses: [10.79.0.0/24]}
      - {name: split, addresses: [10.80.0.0/24], dns: [10.50.0.10], domains: [corp.lab.example]}
    preshared-keys: [{secret: "%s"}]
    connections:
    """
            .formatted(
                id,
                directory.resolve("state" + id),
                Lab.frontOf(id),
                id,
                Lab.frontOf(id),
                LabConfig.cluster(directory, id),
                COOKIE_THRESHOLD,
                Lab.SECRET)
        + scenarios.stream().map(each -> connection(each, pki)).collect(Collectors.joining());
  }

  private static String connection(Scenario scenario, Pki pki) {
    return """
      - name: %s
        local: {id: %s, %s}
        remote: {id: %s, %s}
        pool: %s
        ike-proposals: [%s]
        children: [{name: net, local: [%s], esp-proposals: [%s], window: 256}]%s
    """
        .formatted(
            scenario.name(),
            Lab.GATEWAY_ID,
            files(scenario.gateway().local(), pki),
            scenario.identity(),
            files(scenario.gateway().remote(), pki),
            scenario.way().pool(),
            scenario.ike().replace(",", ", "),
            scenario.way().server().contains(":") ? "\"fd50::/64\"" : "10.50.0.0/24",
            scenario.esp().replace(",", ", "),
            scenario.gateway().more());
  }

  /** {@code @NAME} stands for a file of the laboratory's certificates. */
  private static String files(String text, Pki pki) {
    return text.replace("@", pki.certificate("x").getParent() + "/");
  }

  /** Loads a client with these scenarios. */
  static void load(Lab lab, Charon charon, List<Scenario> scenarios)
      throws IOException, InterruptedException {
    Set<String> certificates = new LinkedHashSet<>();
    scenarios.forEach(each -> certificates.addAll(each.client().certificates()));
    charon.add("x509ca", lab.pki().certificate(Pki.CA));
    for (String name : certificates) {
      if (name.startsWith("sub-") || name.startsWith("long-")) {
        charon.add("x509ca", lab.pki().certificate(name));
      } else {
        charon.add("x509", lab.pki().certificate(name));
        charon.add("private", lab.pki().key(name));
      }
    }
    charon.load(
        "connections {\n"
            + IntStream.range(0, scenarios.size())
                .mapToObj(index -> clientConnection(scenarios.get(index), index + 1))
                .collect(Collectors.joining())
            + "}\nsecrets {\n ike-all {\n secret = \""
            + Lab.SECRET
            + "\"\n }\n eap-all {\n secret = \""
            + Lab.SECRET
            + "\"\n }\n}\n");
  }

  /**
   * One connection of the client.
   *
   * @param reqid its Child SAs' request id: left to itself, strongSwan 5.9.8 gives two that
   *     authenticate anew at the same time the same one, and sends the packets of one by the other
   */
  private static String clientConnection(Scenario scenario, int reqid) {
    boolean ownProposals = scenario.client().more().contains("proposals =");
    return """
      %s {
        version = 2
        remote_addrs = %s
        vips = %s
        %s
        keyingtries = 1
        send_cert = always
        rekey_time = 4h
        %s
        %s
        local {
          id = %s
    %s
        }
        remote {
          id = %s
    %s
        }
        children {
          %s {
            remote_ts = %s
            esp_proposals = %s
            rekey_time = 1h
            reqid = %d
          }
        }
      }
    """
        .formatted(
            scenario.name(),
            scenario.way().gateway(),
            scenario.way().addresses(),
            scenario.client().more().contains("mobike =") ? "" : "mobike = no",
            ownProposals ? "" : "proposals = " + scenario.ike(),
            scenario.client().more(),
            scenario.identity(),
            indent(scenario.client().local()),
            Lab.GATEWAY_ID,
            indent(scenario.client().remote()),
            scenario.name(),
            scenario.way().server().contains(":") ? "fd50::/64" : "10.50.0.0/24",
            scenario.esp(),
            reqid);
  }

  private static String indent(String lines) {
    return Arrays.stream(lines.split("\n", -1))
        .map(line -> "      " + line.strip())
        .collect(Collectors.joining("\n"));
  }
}
