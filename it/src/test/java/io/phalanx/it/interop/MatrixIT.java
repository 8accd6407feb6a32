package io.phalanx.it.interop;

import static io.phalanx.it.interop.Steps.each;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.phalanx.it.lab.Faults;
import io.phalanx.it.lab.Gate;
import io.phalanx.it.lab.Lab;
import io.phalanx.it.process.MemberProcess;
import java.util.ArrayList;
import java.util.List;
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
 * The matrix: each {@linkplain Scenarios scenario} of strongSwan through three members, with the
 * owner killed under its traffic, and in the middle of each of its exchanges.
 *
 * <p>One kill serves all scenarios of a table: they come from one client, so they have one owner.
 */
@Tag("root")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MatrixIT {
  private static final int IKE_AUTH = 35;
  private static final int CREATE_CHILD_SA = 36;

  private static Lab lab;

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

  /** Every scenario connects and goes on with the same SAs when the owner is killed. */
  @TestFactory
  @Order(1)
  List<DynamicNode> shouldSurviveTheOwner() throws Exception {
    List<Scenario> scenarios = Scenarios.together();
    Clients clients = new Clients(lab, "together", scenarios);
    return List.of(
        each("connects", scenarios, scenario -> () -> clients.connect(scenario)),
        dynamicTest("the owner is killed", clients::killOwnerUnderTraffic),
        each("survives", scenarios, scenario -> () -> clients.survived(scenario)),
        each("ends", scenarios, scenario -> () -> clients.end(scenario)),
        dynamicTest("nothing is left", clients::finish));
  }

  /** The owner is killed between IKE_SA_INIT and IKE_AUTH. */
  @TestFactory
  @Order(2)
  List<DynamicNode> shouldAuthenticateAtTheSuccessor() throws Exception {
    List<Scenario> scenarios = Scenarios.authentications();
    Clients clients = new Clients(lab, "authentication", scenarios);
    return List.of(
        dynamicTest(
            "the owner is killed before IKE_AUTH",
            () -> {
              try (Gate gate = lab.holdRequests(IKE_AUTH)) {
                clients.startAll();
                clients.awaitHeld(gate, scenarios.size());
                clients.killHalfOpenOwner();
              }
            }),
        each("connects", scenarios, scenario -> () -> clients.connectedByOneAttempt(scenario)),
        dynamicTest("nothing is left", clients::finish));
  }

  /** The owner is killed after it has answered IKE_AUTH, and nobody has got the answer. */
  @TestFactory
  @Order(3)
  List<DynamicNode> shouldGetTheSameAnswerFromTheSuccessor() throws Exception {
    List<Scenario> scenarios = Scenarios.authentications();
    Clients clients = new Clients(lab, "answer", scenarios);
    return List.of(
        dynamicTest(
            "the owner is killed after IKE_AUTH",
            () -> {
              try (Gate gate = lab.holdResponses("client", IKE_AUTH)) {
                clients.startAll();
                clients.awaitHeld(gate, scenarios.size());
                clients.killOwner();
              }
            }),
        each("connects", scenarios, scenario -> () -> clients.connectedByOneAttempt(scenario)),
        dynamicTest("nothing is left", clients::finish));
  }

  /** Both rekeys, under traffic; once undisturbed, once with the answers lost and the owner. */
  @TestFactory
  @Order(4)
  List<DynamicNode> shouldRekey() throws Exception {
    List<Scenario> scenarios = Scenarios.rekeyed();
    Clients clients = new Clients(lab, "rekey", scenarios);
    List<DynamicNode> steps = new ArrayList<>();
    steps.add(each("connects", scenarios, scenario -> () -> clients.connect(scenario)));
    steps.add(dynamicTest("traffic begins", clients::beginTraffic));
    steps.add(each("rekeys its Child SA", scenarios, s -> () -> clients.rekeyChild(s)));
    steps.add(each("rekeys its IKE SA", scenarios, s -> () -> clients.rekeyIke(s)));
    steps.add(
        dynamicTest(
            "the owner is killed in the rekeys of Child SAs",
            () -> {
              try (Gate gate = lab.holdResponses("client", CREATE_CHILD_SA)) {
                clients.startRekeys(true);
                clients.awaitHeld(gate, scenarios.size());
                clients.killOwner();
              }
            }));
    steps.add(each("has a new Child SA", scenarios, s -> () -> clients.childRekeyed(s)));
    steps.add(
        dynamicTest(
            "the owner is killed in the rekeys of IKE SAs",
            () -> {
              try (Gate gate = lab.holdResponses("client", CREATE_CHILD_SA)) {
                clients.startRekeys(false);
                clients.awaitHeld(gate, scenarios.size());
                clients.killOwner();
              }
            }));
    steps.add(each("has a new IKE SA", scenarios, s -> () -> clients.ikeRekeyed(s)));
    steps.add(each("had traffic all the time", scenarios, s -> () -> clients.hadTraffic(s)));
    steps.add(dynamicTest("nothing is left", clients::finish));
    return steps;
  }

  /** By the client, undisturbed and with the owner killed; and because the time is up. */
  @TestFactory
  @Order(5)
  List<DynamicNode> shouldAuthenticateAnew() throws Exception {
    List<Scenario> scenarios = Scenarios.reauthenticated();
    Clients clients = new Clients(lab, "reauthentication", scenarios);
    return List.of(
        each("connects", scenarios, scenario -> () -> clients.connect(scenario)),
        dynamicTest("all authenticate anew", clients::startReauthentications),
        each("is another IKE SA", scenarios, scenario -> () -> clients.reauthenticated(scenario)),
        dynamicTest(
            "the owner is killed before IKE_AUTH",
            () -> {
              try (Gate gate = lab.holdRequests(IKE_AUTH)) {
                clients.startReauthentications();
                clients.awaitHeld(gate, scenarios.size());
                clients.killHalfOpenOwner();
              }
            }),
        each("is yet another IKE SA", scenarios, s -> () -> clients.reauthenticated(s)),
        dynamicTest("the time is up", () -> clients.timeIsUp(scenarios.getFirst())),
        dynamicTest("nothing is left", clients::finish));
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
}
