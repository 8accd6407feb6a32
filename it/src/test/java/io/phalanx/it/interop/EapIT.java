package io.phalanx.it.interop;

import static io.phalanx.it.interop.Steps.each;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.phalanx.it.lab.Faults;
import io.phalanx.it.lab.FreeRadius;
import io.phalanx.it.lab.Gate;
import io.phalanx.it.lab.Lab;
import io.phalanx.it.lab.NoFragments;
import io.phalanx.it.lab.Pki;
import io.phalanx.it.lab.Waiting;
import io.phalanx.it.process.MemberProcess;
import io.phalanx.node.ops.SessionView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * EAP against strongSwan, with FreeRADIUS behind the gateway, and certificate chains of 5 kB over a
 * link that loses every IP fragment; with the owner killed under traffic and before IKE_AUTH.
 */
@Tag("root")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EapIT {
  private static final int IKE_AUTH = 35;
  private static final int PATIENCE_SECONDS = 30;
  // Far below the half-open timeout, and below how long a refusal of ours stays.
  private static final int GIVEN_UP_SECONDS = 5;
  private static final int CHAIN_OCTETS_MIN = 5000;
  private static final Pattern SENT = Pattern.compile("splitting IKE message \\((\\d+) bytes");
  private static final Pattern RECEIVED =
      Pattern.compile("reassembled fragmented IKE message \\((\\d+) bytes");
  private static final String SETTINGS =
      """
      users:
        - {name: alice, password: "%s"}
        - {name: mallory, password: "the password of somebody else"}
      radius:
        servers: [{address: %s, secret: "%s"}]
        accounting: true
        disconnect: "0.0.0.0:3799"
      """
          .formatted(Lab.SECRET, Lab.SERVER, FreeRadius.SECRET);

  private static final Scenario PASSWORD =
      eap("password", "[mschapv2]", "eap-mschapv2", "alice")
          .logs("EAP method EAP_MSCHAPV2 succeeded, MSK established");
  private static final Scenario TLS =
      eap("tls", "[tls], authorities: [\"@ca.pem\"]", "eap-tls", "tls@lab.example")
          .sending("tls")
          .logs("EAP method EAP_TLS succeeded, MSK established");
  private static final Scenario RADIUS =
      eap("radius", "[radius]", "eap-mschapv2", FreeRadius.USER)
          .logs("EAP method EAP_MSCHAPV2 succeeded, MSK established");
  private static final Scenario LONG =
      Scenarios.authentications().stream()
          .filter(each -> each.name().equals("long"))
          .findFirst()
          .orElseThrow()
          .client("fragmentation = yes");
  private static final List<Scenario> GOOD = List.of(PASSWORD, TLS, RADIUS, LONG);

  /** Of this one the client itself says that it gives up. */
  private static final Scenario WRONG =
      eap("wrong-password", "[mschapv2]", "eap-mschapv2", "mallory")
          .logs("EAP-MS-CHAPv2 failed with error ERROR_AUTHENTICATION_FAILURE");

  private static final List<Scenario> BAD =
      List.of(
          WRONG,
          eap("unknown-to-radius", "[radius]", "eap-mschapv2", "nobody")
              .logs("received AUTHENTICATION_FAILED notify error"));

  private static Lab lab;
  private static FreeRadius server;
  private static NoFragments fragments;

  private static Scenario eap(String name, String methods, String auth, String user) {
    return Scenario.psk(name)
        .by(
            new Scenario.Gateway(
                "auth: certificate, certificate: \"@gateway-ecdsa256.pem\","
                    + " key: \"@gateway-ecdsa256.key\"",
                "auth: eap, methods: " + methods,
                ""),
            new Scenario.Client(
                "auth = %s\n eap_id = %s".formatted(auth, user), "auth = pubkey", "", List.of()));
  }

  @BeforeAll
  static void start() throws Exception {
    lab =
        Lab.start(
            MatrixLab.plan(Stream.concat(GOOD.stream(), BAD.stream()).toList())
                .and(
                    SETTINGS,
                    pki ->
                        pki.issue(
                            "tls",
                            Pki.Kind.ECDSA_256,
                            Pki.CA,
                            TLS.identity(),
                            List.of("--lifetime", "30"))));
    server = FreeRadius.start(lab);
    fragments = NoFragments.lose(lab);
  }

  @AfterAll
  static void stop() {
    if (lab != null) {
      lab.close();
    }
  }

  /** Every scenario goes on with the same SAs when the owner is killed, and is accounted for. */
  @TestFactory
  @Order(1)
  List<DynamicNode> shouldSurviveTheOwner() throws Exception {
    Clients clients = new Clients(lab, "together", GOOD);
    return List.of(
        each("connects", GOOD, scenario -> () -> clients.connect(scenario)),
        dynamicTest("has the address of RADIUS", () -> hasAddress(clients)),
        dynamicTest("has sent and received 5 kB", () -> hasLongMessages(clients)),
        dynamicTest("its start is accounted for", () -> awaitRecord("Start")),
        dynamicTest("the owner is killed", clients::killOwnerUnderTraffic),
        each("survives", GOOD, scenario -> () -> clients.survived(scenario)),
        dynamicTest("RADIUS ends its session", () -> disconnected(clients)),
        dynamicTest("both records tell of one session", EapIT::accountedFor),
        dynamicTest("a user of the gateway's own is told as such", EapIT::accountedForAsLocal),
        each("ends", List.of(PASSWORD, TLS, LONG), scenario -> () -> clients.end(scenario)),
        dynamicTest("nothing is left", clients::finish));
  }

  private static void hasAddress(Clients clients) throws Exception {
    assertThat(clients.sas(RADIUS).virtualAddress()).isEqualTo(FreeRadius.ADDRESS);
  }

  private static void hasLongMessages(Clients clients) {
    String log = clients.log(LONG, 0);
    for (Pattern each : List.of(SENT, RECEIVED)) {
      assertThat(each.matcher(log).results().map(size -> Integer.valueOf(size.group(1))))
          .as(each + " in " + log)
          .anyMatch(octets -> octets >= CHAIN_OCTETS_MIN);
    }
  }

  private static void disconnected(Clients clients) throws Exception {
    clients.remember();
    assertThat(server.disconnect(someOther(owner()))).contains("Disconnect-ACK");
    clients.awaitLogged(RADIUS, "received DELETE for IKE_SA", 1);
    clients.awaitSessions(GOOD.size() - 1);
  }

  private static int owner() throws Exception {
    for (MemberProcess member : lab.living()) {
      for (SessionView session : member.admin().sessions()) {
        if (session.connection().equals(RADIUS.name())) {
          return session.owner();
        }
      }
    }
    throw new AssertionError("no member lists " + RADIUS.name());
  }

  private static int someOther(int member) {
    return member % Lab.MEMBERS + 1;
  }

  private static void awaitRecord(String status) {
    Waiting.until("accounting: " + status, PATIENCE_SECONDS, () -> !records(status).isEmpty());
  }

  private static List<Map<String, String>> records(String status) throws IOException {
    return server.accounting().stream()
        .filter(each -> status.equals(each.get("Acct-Status-Type")))
        .filter(each -> FreeRadius.USER.equals(each.get("User-Name")))
        .toList();
  }

  private static void accountedFor() throws IOException {
    awaitRecord("Stop");
    List<Map<String, String>> all = new ArrayList<>(records("Start"));
    all.addAll(records("Stop"));
    assertThat(all)
        .allSatisfy(
            each ->
                assertThat(each)
                    .containsEntry("Class", FreeRadius.CLASS)
                    .containsEntry("Acct-Authentic", "RADIUS"));
    assertThat(all.stream().map(each -> each.getOrDefault("Acct-Session-Id", "")).distinct())
        .singleElement()
        .asString()
        .isNotEmpty();
  }

  private static void accountedForAsLocal() throws IOException {
    assertThat(server.accounting())
        .filteredOn(each -> "alice".equals(each.get("User-Name")))
        .isNotEmpty()
        .allSatisfy(each -> assertThat(each).containsEntry("Acct-Authentic", "Local"));
  }

  /** What is refused leaves nothing behind. */
  @TestFactory
  @Order(2)
  List<DynamicNode> shouldRefuse() throws Exception {
    Clients clients = new Clients(lab, "refused", BAD);
    return List.of(
        each(
            "is refused",
            BAD,
            scenario ->
                () -> {
                  assertThat(clients.charon().initiate(scenario.name())).isFalse();
                  assertThat(clients.log(scenario, 0)).contains(scenario.logged());
                  awaitNoState(scenario.equals(WRONG) ? GIVEN_UP_SECONDS : PATIENCE_SECONDS);
                }),
        dynamicTest("nothing is left", clients::finish));
  }

  private static void awaitNoState(int seconds) {
    for (MemberProcess member : lab.living()) {
      Waiting.until(
          member.name() + " has no state",
          seconds,
          () ->
              member.admin().sessions().isEmpty()
                  && member.admin().metrics().sum("phalanx_ike_halfopen") == 0
                  && member.admin().metrics().sum("phalanx_sa_carried") == 0);
    }
  }

  /** The owner is killed between IKE_SA_INIT and IKE_AUTH. */
  @TestFactory
  @Order(3)
  List<DynamicNode> shouldAuthenticateAtTheSuccessor() throws Exception {
    Clients clients = new Clients(lab, "authentication", GOOD);
    return List.of(
        dynamicTest(
            "the owner is killed before IKE_AUTH",
            () -> {
              try (Gate gate = lab.holdRequests(IKE_AUTH)) {
                clients.startAll();
                clients.awaitHeld(gate, GOOD.size());
                clients.killHalfOpenOwner();
              }
            }),
        each("connects", GOOD, scenario -> () -> clients.connectedByOneAttempt(scenario)),
        dynamicTest("nothing is left", clients::finish));
  }

  /** No IP fragment was sent up to here, and one that is sent is lost indeed. */
  @Test
  @Order(4)
  void shouldHaveNeededNoIpFragment() throws Exception {
    assertThat(fragments.lost("client")).isZero();
    assertThat(fragments.lost("lb")).isZero();
    lab.run("client", "bash", "-c", "! ping -q -c 1 -W 1 -s 4000 " + Lab.GATEWAY);
    lab.run("lb", "bash", "-c", "! ping -q -c 1 -W 1 -s 4000 " + Lab.CLIENT);
    assertThat(fragments.lost("lb")).isPositive();
    assertThat(fragments.lost("client")).isPositive();
  }

  @Test
  @Order(5)
  void shouldHaveLoggedNoFaultAndNoSecret() throws Exception {
    for (MemberProcess member : lab.living()) {
      assertThat(member.log())
          .as("log of " + member.name())
          .noneMatch(Faults::in)
          .noneMatch(line -> line.contains(Lab.SECRET) || line.contains(FreeRadius.SECRET));
    }
  }
}
