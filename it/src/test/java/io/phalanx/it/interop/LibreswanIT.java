package io.phalanx.it.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.phalanx.it.lab.Faults;
import io.phalanx.it.lab.Gate;
import io.phalanx.it.lab.Lab;
import io.phalanx.it.lab.Pluto;
import io.phalanx.it.lab.Pluto.Sas;
import io.phalanx.it.lab.Waiting;
import io.phalanx.it.process.MemberProcess;
import io.phalanx.node.ops.SessionView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

/**
 * libreswan, as far as it goes without ESP in the kernel: how it authenticates, its suites,
 * extended sequence numbers and transport mode as negotiated, and its rekeys; each with the owner
 * killed.
 */
@Tag("root")
class LibreswanIT {
  private static final int IKE_AUTH = 35;
  private static final int CREATE_CHILD_SA = 36;
  private static final int PATIENCE_SECONDS = 20;
  private static final String IKE = "aes_gcm256-sha2_256;dh19";
  private static final String ESP = "aes_gcm128";
  private static final String TRANSPORT =
      """
        - name: transport
          local: {id: %s, auth: psk}
          remote: {id: transport@lab.example, auth: psk}
          children: [{name: host, local: [dynamic], esp-proposals: [aes128gcm16], mode: transport}]
      """
          .formatted(Lab.GATEWAY_ID);

  /**
   * @param scenario the gateway's side, and the name of both
   * @param lines of pluto's connection
   * @param logged what it says once it is connected
   */
  private record Connection(Scenario scenario, String lines, String logged) {
    String name() {
      return scenario.name();
    }

    /** The section of {@code ipsec.conf}. */
    String section() {
      String lines =
          """
          ikev2=insist
          left=%s
          leftid=%s
          right=%s
          rightid=@%s
          leftupdown=""
          initial-contact=no
          retransmit-interval=500
          retransmit-timeout=60s
          dpddelay=5
          """
                  .formatted(
                      scenario.way().gateway().contains(":") ? "fd99::2" : Lab.CLIENT,
                      scenario.identity(),
                      scenario.way().gateway(),
                      Lab.GATEWAY_ID)
              + this.lines;
      return "conn " + name() + "\n" + lines.indent(4) + "\n";
    }
  }

  private static final String TUNNEL =
      """
      leftmodecfgclient=yes
      leftsubnet=0.0.0.0/0
      rightsubnet=10.50.0.0/24
      narrowing=yes
      """;

  private static final List<Connection> ALL =
      Stream.of(authentications(), suites(), more()).flatMap(List::stream).toList();

  private static Lab lab;
  private static Pluto pluto;

  private static Connection psk(String name, String ike, String esp, String libre, String more) {
    return new Connection(
        Scenario.psk(name).suites(ike, esp), TUNNEL + "authby=secret\n" + libre + more, "");
  }

  private static String suites(String ike, String esp) {
    return "ike=%s\nesp=%s\n".formatted(ike, esp);
  }

  private static List<Connection> authentications() {
    List<Connection> all = new ArrayList<>();
    all.add(psk("psk", "aes256gcm16-prfsha256-ecp256", "aes128gcm16-ecp256", suites(IKE, ESP), ""));
    Map<String, String> methods =
        Map.of(
            "rsa2048-pss", "rsa-sha2_256",
            "rsa3072-pss", "rsa-sha2_512",
            "ecdsa256", "ecdsa-sha2_256",
            "ecdsa384", "ecdsa-sha2_384",
            "ecdsa521", "ecdsa-sha2_512",
            "chain", "ecdsa",
            "long", "ecdsa");
    for (Scenario scenario : Scenarios.authentications()) {
      Optional.ofNullable(methods.get(scenario.name()))
          .ifPresent(
              method ->
                  all.add(
                      new Connection(
                          scenario,
                          TUNNEL
                              + suites("aes_gcm256-sha2_256;dh31", ESP)
                              + "pfs=no\nauthby=%s\nleftcert=%s\nleftsendcert=always\nsendca=all\n"
                                  .formatted(method, scenario.name()),
                          "authenticated peer")));
    }
    return all;
  }

  private static List<Connection> suites() {
    Map<String, String> ike = new TreeMap<>();
    ike.put("aes128gcm16-prfsha384-ecp384", "aes_gcm128-sha2_384;dh20");
    ike.put("aes256gcm16-prfsha512-ecp521", "aes_gcm256-sha2_512;dh21");
    ike.put("aes256-sha256-modp2048", "aes256-sha2_256;dh14");
    ike.put("aes256-sha512-modp4096", "aes256-sha2_512;dh16");
    Map<String, String> esp = new TreeMap<>();
    esp.put("aes256gcm16-esn", "aes_gcm256");
    esp.put("aes128gcm16-noesn", "aes_gcm128");
    esp.put("chacha20poly1305", "chacha20_poly1305");
    esp.put("aes128ccm16", "aes_ccm128");
    esp.put("aes256-sha512", "aes256-sha2_512");
    esp.put("aes128-sha1", "aes128-sha1");
    List<Connection> all = new ArrayList<>();
    ike.forEach(
        (ours, theirs) ->
            all.add(psk("ike-" + ours, ours, Scenario.ESP, suites(theirs, ESP), "pfs=no\n")));
    esp.forEach(
        (ours, theirs) ->
            all.add(
                new Connection(
                    Scenario.psk("esp-" + ours).suites("aes256gcm16-prfsha256-ecp256", ours),
                    TUNNEL
                        + "authby=secret\n"
                        + suites(IKE, theirs)
                        + "pfs=no\n"
                        + (ours.endsWith("noesn") ? "esn=no\n" : "esn=either\n"),
                    ours.endsWith("noesn") ? "{ESPinUDP=>" : "{ESPinUDP/ESN=>")));
    return all;
  }

  private static List<Connection> more() {
    return List.of(
        psk(
            "invalid-ke",
            "aes256gcm16-prfsha256-ecp256",
            Scenario.ESP,
            suites("aes_gcm256-sha2_256;dh20,aes_gcm256-sha2_256;dh19", ESP),
            "pfs=no\n"),
        new Connection(
            Scenario.psk("over-ipv6")
                .suites("aes256gcm16-prfsha256-ecp256", Scenario.ESP)
                .way(new Scenario.Way(MatrixLab.GATEWAY6, "over-six", "", Lab.SERVER)),
            TUNNEL + "authby=secret\npfs=no\n" + suites(IKE, ESP),
            ""),
        new Connection(
            Scenario.psk("split-dns")
                .suites("aes256gcm16-prfsha256-ecp256", Scenario.ESP)
                .way(new Scenario.Way(Lab.GATEWAY, "split", "", Lab.SERVER)),
            TUNNEL + "authby=secret\npfs=no\n" + suites(IKE, ESP),
            "Received INTERNAL_DNS_DOMAIN: corp.lab.example"));
  }

  /**
   * To a member directly: in transport mode libreswan does not look through a rewritten address of
   * its peer, as a balancer makes them (RFC 7296 §2.23.1).
   */
  private static Connection transport() {
    return new Connection(
        Scenario.psk("transport").way(new Scenario.Way(Lab.frontOf(1), "", "", "")),
        "type=transport\nauthby=secret\npfs=no\n" + suites(IKE, ESP),
        "IPsec transport");
  }

  @BeforeAll
  static void start() throws Exception {
    lab =
        Lab.start(
            MatrixLab.plan(ALL.stream().map(Connection::scenario).toList())
                .and(TRANSPORT, pki -> {}));
    pluto =
        lab.pluto(
            "libreswan",
            Stream.concat(ALL.stream(), Stream.of(transport()))
                .map(Connection::section)
                .collect(Collectors.joining()),
            authentications().stream()
                .map(Connection::name)
                .filter(each -> !each.equals("psk"))
                .toList(),
            List.of("sub-client"));
    for (Connection each : ALL) {
      pluto.add(each.name());
    }
    pluto.add(transport().name());
  }

  @AfterAll
  static void stop() {
    if (lab != null) {
      lab.close();
    }
  }

  /** One life of every connection, and four owners. */
  @TestFactory
  List<DynamicNode> shouldServeLibreswan() {
    List<Connection> both = authentications();
    List<Connection> rest = ALL.stream().filter(each -> !both.contains(each)).toList();
    Map<String, Sas> before = new TreeMap<>();
    return List.of(
        dynamicTest(
            "the owner is killed before IKE_AUTH",
            () -> {
              try (Gate gate = lab.holdRequests(IKE_AUTH)) {
                for (Connection each : both) {
                  pluto.begin(each.name());
                }
                awaitHeld(gate, both.size());
                killOwner();
              }
            }),
        each("connects by one attempt", both, each -> () -> connected(each, 1)),
        dynamicTest("the owner is back", LibreswanIT::reviveAll),
        each(
            "connects",
            rest,
            each ->
                () -> {
                  assertThat(pluto.initiate(each.name())).as(() -> story(each)).isTrue();
                  connected(each, each.name().equals("invalid-ke") ? 2 : 1);
                }),
        dynamicTest("the owner is killed", LibreswanIT::killOwner),
        each("rekeys its Child SA", ALL, each -> () -> rekeyedChild(each)),
        each("rekeys its IKE SA", ALL, each -> () -> rekeyedIke(each)),
        dynamicTest("the owner is back again", LibreswanIT::reviveAll),
        dynamicTest(
            "the owner is killed in the rekeys of IKE SAs",
            () -> {
              try (Gate gate = lab.holdResponses("client", CREATE_CHILD_SA)) {
                for (Connection each : both) {
                  before.put(each.name(), pluto.sas(each.name()));
                  pluto.rekeyIke(each.name());
                }
                awaitHeld(gate, both.size());
                killOwner();
              }
            }),
        each(
            "has a new IKE SA",
            both,
            each ->
                () ->
                    awaitNewIke(each, Optional.ofNullable(before.get(each.name())).orElseThrow())),
        each("began once", ALL, each -> () -> assertThat(attempts(each)).isLessThan(3)),
        each(
            "ends",
            ALL,
            each ->
                () -> {
                  pluto.terminate(each.name());
                  assertThat(pluto.sas(each.name()).ike()).isEmpty();
                }),
        dynamicTest("nothing is left", LibreswanIT::nothingIsLeft));
  }

  @Test
  void shouldAgreeOnTransportMode() throws Exception {
    Connection connection = transport();
    assertThat(pluto.initiate(connection.name())).as(() -> story(connection)).isTrue();
    connected(connection, 1);
    rekeyedChild(connection);
    rekeyedIke(connection);
    pluto.terminate(connection.name());
    nothingIsLeft();
  }

  private static void connected(Connection connection, int attempts) throws Exception {
    Waiting.until(
        connection.name() + " is up", PATIENCE_SECONDS, () -> pluto.sas(connection.name()).up());
    assertThat(story(connection)).contains(connection.logged());
    assertThat(attempts(connection)).isEqualTo(attempts);
    assertThat(sessions().keySet()).contains(connection.name());
  }

  private static void rekeyedChild(Connection connection) throws Exception {
    Sas old = pluto.sas(connection.name());
    assertThat(old.up()).isTrue();
    pluto.rekeyChild(connection.name());
    Waiting.until(
        connection.name() + " has one new Child SA under its IKE SA",
        PATIENCE_SECONDS,
        () -> {
          Sas now = pluto.sas(connection.name());
          return now.up()
              && now.ike().equals(old.ike())
              && Collections.disjoint(now.childSpis(), old.childSpis());
        });
  }

  private static void rekeyedIke(Connection connection) throws Exception {
    Sas old = pluto.sas(connection.name());
    pluto.rekeyIke(connection.name());
    awaitNewIke(connection, old);
  }

  private static void awaitNewIke(Connection connection, Sas old) {
    Waiting.until(
        connection.name() + " has a new IKE SA over its Child SA",
        PATIENCE_SECONDS,
        () -> {
          Sas now = pluto.sas(connection.name());
          return now.up()
              && !now.ike().equals(old.ike())
              && now.childSpis().equals(old.childSpis());
        });
  }

  /** How many IKE SAs it has begun; one more for each COOKIE or INVALID_KE_PAYLOAD. */
  private static int attempts(Connection connection) {
    return story(connection).split("sent IKE_SA_INIT request", -1).length - 1;
  }

  private static String story(Connection connection) {
    try {
      return String.join("\n", pluto.log(connection.name()));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static void awaitHeld(Gate gate, int count) {
    Waiting.until(count + " messages are held", PATIENCE_SECONDS, () -> gate.held() >= count);
  }

  /** The member that has the most of them, established or not. */
  private static void killOwner() throws Exception {
    Map<Integer, Long> owned = new TreeMap<>();
    for (int id = 1; id <= Lab.MEMBERS; id++) {
      MemberProcess member = lab.member(id);
      if (member.alive()) {
        int self = id;
        long open = member.admin().metrics().sum("phalanx_ike_halfopen");
        long established =
            member.admin().sessions().stream().filter(each -> each.owner() == self).count();
        owned.put(id, open + established);
      }
    }
    lab.member(Collections.max(owned.entrySet(), Map.Entry.comparingByValue()).getKey()).kill();
  }

  private static void reviveAll() throws Exception {
    for (int id = 1; id <= Lab.MEMBERS; id++) {
      if (!lab.member(id).alive()) {
        lab.revive(id);
      }
    }
  }

  /** All sessions that a member knows of, by connection. */
  private static Map<String, SessionView> sessions() throws Exception {
    Map<String, SessionView> all = new TreeMap<>();
    for (MemberProcess member : lab.living()) {
      member.admin().sessions().forEach(each -> all.put(each.connection(), each));
    }
    return all;
  }

  private static void nothingIsLeft() throws Exception {
    Waiting.until("no session is left", PATIENCE_SECONDS, () -> sessions().isEmpty());
    for (MemberProcess member : lab.living()) {
      assertThat(member.log())
          .as("log of " + member.name())
          .noneMatch(Faults::in)
          .noneMatch(line -> line.contains(Lab.SECRET));
    }
  }

  private static DynamicNode each(
      String what, List<Connection> connections, Function<Connection, Executable> test) {
    return Steps.each(what, connections, Connection::name, test);
  }
}
