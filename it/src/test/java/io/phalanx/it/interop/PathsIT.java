package io.phalanx.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.it.lab.Background;
import io.phalanx.it.lab.Faults;
import io.phalanx.it.lab.Flood;
import io.phalanx.it.lab.Gate;
import io.phalanx.it.lab.Lab;
import io.phalanx.it.lab.Waiting;
import io.phalanx.it.process.MemberProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * strongSwan where the way to the gateway, or the client itself, does something unforeseen; and the
 * owner is killed just then.
 */
@Tag("root")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PathsIT {
  private static final String PROBE = "parsed INFORMATIONAL response";

  private static Lab lab;
  private final List<Clients> all = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    lab = Lab.start(MatrixLab.plan(Scenarios.all()));
  }

  @AfterAll
  static void stop() {
    if (lab != null) {
      lab.close();
    }
  }

  @AfterEach
  void clientsGone() throws Exception {
    for (Clients each : all) {
      each.abandon();
    }
  }

  private Clients clients(String name, String namespace, Scenario scenario) throws Exception {
    Clients clients = new Clients(lab, name, namespace, List.of(scenario));
    all.add(clients);
    return clients;
  }

  private Clients client(Scenario scenario) throws Exception {
    return clients(scenario.name(), "client", scenario);
  }

  @Test
  @Order(1)
  void shouldServeTwoClientsBehindOneNatThatForgetsThem() throws Exception {
    Scenario first = Scenarios.near().getFirst();
    Scenario second = Scenarios.near().getLast();
    Clients near1 = clients("near1", "near1", first);
    Clients near2 = clients("near2", "near2", second);
    near1.connect(first);
    near2.connect(second);
    Set<String> endpoints = near1.endpoints();

    near1.disturb(lab::rebind);
    near1.unchanged(first);
    assertThat(near1.endpoints()).doesNotContainAnyElementsOf(endpoints);

    Clients.killOwnerUnderTraffic(List.of(near1, near2), () -> {});
    near1.survived(first);
    near2.survived(second);

    Clients.killOwnerUnderTraffic(List.of(near1, near2), lab::rebind);
    near1.survived(first);
    near2.survived(second);
    near1.finish();
    near2.finish();
  }

  @Test
  @Order(2)
  void shouldServeAClientOverIpv6() throws Exception {
    Scenario scenario = Scenarios.overIpv6();
    Clients client = client(scenario);
    client.connect(scenario);
    client.killOwnerUnderTraffic();
    client.survived(scenario);
    client.finish();
  }

  @Test
  @Order(3)
  void shouldAnswerTheProbesOfAClient() throws Exception {
    Scenario scenario = Scenarios.probing();
    Clients client = client(scenario);
    client.connect(scenario);
    client.remember();
    client.awaitLogged(scenario, PROBE, 2);
    client.killOwner();
    client.remember();
    client.awaitLogged(scenario, PROBE, 2);
    client.unchanged(scenario);
    client.finish();
  }

  @Test
  @Order(4)
  void shouldProbeAClientAndForgetOneThatIsSilent() throws Exception {
    Scenario scenario = Scenarios.probed();
    Clients client = client(scenario);
    client.connect(scenario);
    client.remember();
    client.awaitLogged(scenario, "parsed INFORMATIONAL request", 2);
    client.killOwner();
    client.remember();
    client.awaitLogged(scenario, "parsed INFORMATIONAL request", 2);
    client.unchanged(scenario);
    client.reviveAll();

    client.charon().freeze();
    client.killOwner();
    client.awaitSessions(0);
    client.charon().thaw();
    client.finish();
  }

  @Test
  @Order(5)
  void shouldTakeAClientBackThatCrashed() throws Exception {
    Scenario scenario = Scenarios.crashing();
    Clients first = clients("crashing-1", "client", scenario);
    first.connect(scenario);
    first.crash();
    Clients second = clients("crashing-2", "client", scenario);
    second.connect(scenario);
    second.awaitSessions(1);
    second.crash();
    second.killOwner();
    Clients third = clients("crashing-3", "client", scenario);
    third.connect(scenario);
    third.awaitSessions(1);
    third.finish();
  }

  @Test
  @Order(7)
  void shouldServeAClientInAFlood() throws Exception {
    Scenario scenario = Scenarios.cookie();
    Background flood = lab.java("client", "flood", Flood.class, Lab.GATEWAY, "500", "5000");
    awaitFlooded();
    Clients client = client(scenario);
    client.connect(scenario);
    client.killOwnerUnderTraffic();
    client.survived(scenario);
    client.end(scenario);

    awaitFlooded();
    CompletableFuture<Boolean> connected;
    try (Gate gate = lab.holdCookies()) {
      client.remember();
      connected = client.start(scenario);
      client.awaitHeld(gate, 1);
      killFlooded();
    }
    assertThat(connected.join()).as(() -> client.log(scenario, 0)).isTrue();
    flood.close();
    client.finish();
    Waiting.until(
        "no handshake is half-open", 60, () -> halfOpen(1) + halfOpen(2) + halfOpen(3) == 0);
  }

  @Test
  @Order(8)
  void shouldFollowAClientThatMoves() throws Exception {
    Scenario scenario = Scenarios.moving();
    Clients client = client(scenario);
    client.connect(scenario);
    Set<String> endpoints = client.endpoints();
    client.disturb(lab::takeOtherLink);
    client.moved(scenario);
    assertThat(client.endpoints()).doesNotContainAnyElementsOf(endpoints);

    client.killOwnerUnderTraffic();
    client.moved(scenario);

    Clients.killOwnerUnderTraffic(List.of(client), lab::takeFirstLink);
    client.moved(scenario);
    client.finish();
  }

  @Test
  @Order(100)
  void shouldHaveLoggedNoFaultAndNoKey() throws Exception {
    for (MemberProcess member : lab.living()) {
      assertThat(member.log())
          .as("log of " + member.name())
          .noneMatch(Faults::in)
          .noneMatch(line -> line.contains(Lab.SECRET));
    }
  }

  private static void awaitFlooded() {
    Waiting.until("a member asks for cookies", 30, () -> flooded() != 0);
  }

  private static void killFlooded() throws Exception {
    lab.member(flooded()).kill();
  }

  /** The member that the flood makes ask for cookies; 0 if none does. */
  private static int flooded() throws Exception {
    for (int id = 1; id <= Lab.MEMBERS; id++) {
      if (halfOpen(id) >= MatrixLab.COOKIE_THRESHOLD) {
        return id;
      }
    }
    return 0;
  }

  private static long halfOpen(int id) throws Exception {
    MemberProcess member = lab.member(id);
    return member.alive() ? member.admin().metrics().sum("phalanx_ike_halfopen") : 0;
  }
}
