package io.phalanx.it.interop;

import static io.phalanx.it.interop.Steps.each;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.phalanx.it.lab.Faults;
import io.phalanx.it.lab.Gate;
import io.phalanx.it.lab.Lab;
import io.phalanx.it.lab.OcspResponder;
import io.phalanx.it.lab.Pki;
import io.phalanx.it.process.MemberProcess;
import java.io.IOException;
import java.util.List;
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
 * Certificates of clients that are good or revoked, by a CRL in a file and by OpenSSL's OCSP
 * responder; the owner is killed before it could ask.
 */
@Tag("root")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RevocationIT {
  private static final int IKE_AUTH = 35;
  // Nobody listens there.
  private static final String NOBODY = "http://" + Lab.SERVER + ":2561/";
  private static final String BY_CRL =
      "revocation: strict, crls: [\"@ca.crl\"], follow-certificate: false";

  private static final Scenario CRL_GOOD = scenario("crl-good", BY_CRL);
  private static final Scenario CRL_REVOKED = scenario("crl-revoked", BY_CRL);
  private static final Scenario OCSP_GOOD = scenario("ocsp-good", "revocation: strict");
  private static final Scenario OCSP_REVOKED = scenario("ocsp-revoked", "revocation: if-available");
  private static final Scenario SILENT = scenario("silent", "revocation: if-available");
  private static final Scenario SILENT_STRICT = scenario("silent-strict", "revocation: strict");
  private static final List<Scenario> GOOD = List.of(CRL_GOOD, OCSP_GOOD, SILENT);
  private static final List<Scenario> BAD = List.of(CRL_REVOKED, OCSP_REVOKED, SILENT_STRICT);

  private static Lab lab;

  private static Scenario scenario(String name, String revocation) {
    Scenario usual = Scenario.certificate(name, "gateway-ecdsa256", name, "pubkey");
    return usual.by(
        new Scenario.Gateway(
            usual.gateway().local(), usual.gateway().remote() + ", " + revocation, ""),
        usual.client());
  }

  @BeforeAll
  static void start() throws Exception {
    lab =
        Lab.start(
            MatrixLab.plan(Stream.concat(GOOD.stream(), BAD.stream()).toList())
                .and("", RevocationIT::issue));
    OcspResponder.start(lab, List.of(OCSP_GOOD.name()), List.of(OCSP_REVOKED.name()));
  }

  private static void issue(Pki pki) throws IOException, InterruptedException {
    issue(pki, CRL_GOOD, List.of());
    issue(pki, CRL_REVOKED, List.of());
    issue(pki, OCSP_GOOD, List.of("--ocsp", OcspResponder.PLACE));
    issue(pki, OCSP_REVOKED, List.of("--ocsp", OcspResponder.PLACE));
    issue(pki, SILENT, List.of("--ocsp", NOBODY));
    issue(pki, SILENT_STRICT, List.of("--ocsp", NOBODY));
    pki.revoke(List.of(CRL_REVOKED.name()));
  }

  private static void issue(Pki pki, Scenario scenario, List<String> more)
      throws IOException, InterruptedException {
    List<String> arguments = Stream.concat(Stream.of("--lifetime", "30"), more.stream()).toList();
    pki.issue(scenario.name(), Pki.Kind.ECDSA_256, Pki.CA, scenario.identity(), arguments);
  }

  @AfterAll
  static void stop() {
    if (lab != null) {
      lab.close();
    }
  }

  /** The successor asks again. */
  @TestFactory
  @Order(1)
  List<DynamicNode> shouldLetGoodCertificatesIn() throws Exception {
    Clients clients = new Clients(lab, "good", GOOD);
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

  @TestFactory
  @Order(2)
  List<DynamicNode> shouldRefuseTheOthers() throws Exception {
    Clients clients = new Clients(lab, "bad", BAD);
    return List.of(
        each(
            "is refused",
            BAD,
            scenario ->
                () -> {
                  assertThat(clients.charon().initiate(scenario.name())).isFalse();
                  assertThat(clients.log(scenario, 0))
                      .contains("received AUTHENTICATION_FAILED notify error");
                }),
        dynamicTest("nothing is left", clients::finish));
  }

  @Test
  @Order(3)
  void shouldHaveSaidWhyAndLoggedNoFault() throws Exception {
    StringBuilder all = new StringBuilder();
    for (MemberProcess member : lab.living()) {
      assertThat(member.log())
          .as("log of " + member.name())
          .filteredOn(line -> !line.contains(NOBODY + " does not answer"))
          .noneMatch(Faults::in);
      member.log().forEach(line -> all.append(line).append('\n'));
    }
    assertThat(all.toString())
        .contains(
            CRL_REVOKED.identity() + ": certificate: REVOKED",
            OCSP_REVOKED.identity() + ": certificate: REVOKED",
            SILENT_STRICT.identity() + ": certificate: it is not known whether it was revoked");
  }
}
