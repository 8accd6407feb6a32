package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.GatewayConfig;
import io.phalanx.config.GatewayConfig.RevocationPolicy;
import io.phalanx.config.IdentityNotation;
import io.phalanx.config.IdentityPattern;
import io.phalanx.node.auth.Credential;
import io.phalanx.node.auth.RevocationStatus;
import io.phalanx.node.auth.TestCa;
import io.phalanx.node.auth.TrustAnchors;
import io.phalanx.replication.image.IkeSaImage;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** IKE_AUTH with certificates (RFC 7427). */
final class CertificateTest {
  private static final TestCa CA = TestCa.root("CN=Our CA");
  private static final TestCa STRANGER = TestCa.root("CN=Another CA");
  private static final String RSA = "RSA/2048/ike";
  private static final String ECDSA = "EC/secp256r1/ike";

  private final Configs left = Configs.left();
  private final Configs right = Configs.right();

  CertificateTest() {
    left.ownAuthentication = certificate();
    left.peerAuthentication = certificate();
    right.ownAuthentication = certificate();
    right.peerAuthentication = certificate();
  }

  private static GatewayConfig.Authentication certificate() {
    return new GatewayConfig.Certificate(Optional.empty(), Optional.empty(), List.of());
  }

  private static Credentials credentials(String name, String keySpec, TestCa issuer) {
    return credentials(name, keySpec, issuer, Duration.ofDays(20));
  }

  private static Credentials credentials(
      String dns, String subject, String keySpec, TestCa issuer, TestCa... intermediates) {
    KeyPair keys = TestCa.keys(keySpec);
    StringBuilder chain =
        new StringBuilder(TestCa.pem(new TestCa.Template(subject, keys).dns(dns).signedBy(issuer)));
    for (TestCa each : intermediates) {
      chain.append(TestCa.pem(each.certificate()));
    }
    Credential own =
        Credential.ofPem(
            chain.toString(), TestCa.pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
    TrustAnchors anchors = TrustAnchors.ofPem(List.of(TestCa.pem(CA.certificate())));
    return new Credentials(Map.of("conn", own), Map.of("conn", anchors));
  }

  private static Credentials credentials(
      String name, String keySpec, TestCa issuer, Duration validity) {
    KeyPair keys = TestCa.keys(keySpec);
    X509Certificate certificate =
        new TestCa.Template("CN=" + name, keys)
            .dns(name)
            .valid(TestCa.NOW.minus(Duration.ofDays(30)), TestCa.NOW.plus(validity))
            .signedBy(issuer);
    Credential own =
        Credential.ofPem(
            TestCa.pem(certificate), TestCa.pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
    TrustAnchors anchors = TrustAnchors.ofPem(List.of(TestCa.pem(CA.certificate())));
    return new Credentials(Map.of("conn", own), Map.of("conn", anchors));
  }

  private World connected(Credentials ofLeft, Credentials ofRight) {
    World world = new World(left, ofLeft, right, ofRight, 1);
    world.nowMillis = TestCa.NOW.toEpochMilli();
    world.connect();
    return world;
  }

  @Test
  void shouldConnectWithRsaAndEcdsa() {
    for (String ofLeft : List.of(RSA, ECDSA)) {
      for (String ofRight : List.of(RSA, ECDSA)) {
        World world =
            connected(
                credentials("left.example", ofLeft, CA), credentials("right.example", ofRight, CA));
        EstablishTest.assertSameChild(world);
      }
    }
  }

  @Test
  void shouldConnectWithEveryKindOfKey() {
    for (String kind :
        List.of("EC/secp384r1/ike", "EC/secp521r1/ike", "Ed25519/0/ike", "Ed448/0/ike")) {
      EstablishTest.assertSameChild(
          connected(credentials("left.example", kind, CA), credentials("right.example", kind, CA)));
    }
  }

  @Test
  void shouldConnectByAnyKindOfIdentityThatAPatternAllows() {
    left.ownId = IdentityNotation.parse("C=DE, O=Branch, CN=left").toOptional().orElseThrow();
    right.peerId =
        IdentityNotation.parsePattern("C=DE, O=Branch, CN=*")
            .toOptional()
            .map(IdentityPattern::identity);
    Credentials named = credentials("left.example", "C=DE,O=Branch,CN=left", ECDSA, CA);
    Credentials ofRight = credentials("right.example", RSA, CA);
    EstablishTest.assertSameChild(connected(named, ofRight));

    left.ownId = IdentityNotation.parse("C=DE, O=Other, CN=left").toOptional().orElseThrow();
    assertRefused(
        connected(credentials("left.example", "C=DE,O=Other,CN=left", ECDSA, CA), ofRight));
  }

  @Test
  void shouldConnectThroughIntermediates() {
    TestCa first = CA.intermediate("CN=First", 1);
    TestCa second = first.intermediate("CN=Second", 0);
    Credentials chained =
        credentials("left.example", "CN=left.example", ECDSA, second, second, first);
    EstablishTest.assertSameChild(connected(chained, credentials("right.example", RSA, CA)));
    Credentials broken = credentials("left.example", "CN=left.example", ECDSA, second, second);
    assertRefused(connected(broken, credentials("right.example", RSA, CA)));
  }

  private World checked(RevocationPolicy policy, RevocationStatus found) {
    right.peerAuthentication = checked(policy);
    World world =
        new World(
            left,
            credentials("left.example", ECDSA, CA),
            right,
            credentials("right.example", ECDSA, CA),
            1);
    world.nowMillis = TestCa.NOW.toEpochMilli();
    world.right.revocation = found;
    return world;
  }

  private static GatewayConfig.Authentication checked(RevocationPolicy policy) {
    return new GatewayConfig.Certificate(
        Optional.empty(),
        Optional.empty(),
        List.of(),
        new GatewayConfig.Revocation(policy, List.of(), Optional.empty(), true));
  }

  @Test
  void shouldAskAboutThePathOfThePeer() {
    World world = checked(RevocationPolicy.STRICT, RevocationStatus.GOOD);
    world.connect();
    EstablishTest.assertSameChild(world);
    assertThat(world.right.checks).hasSize(1);
    assertThat(world.right.checks.getFirst().path()).hasSize(2).last().isEqualTo(CA.certificate());
    assertThat(world.left.checks).isEmpty();
  }

  @Test
  void thePolicyShouldSayWhatIsEnough() {
    World unknown = checked(RevocationPolicy.IF_AVAILABLE, RevocationStatus.UNKNOWN);
    unknown.connect();
    EstablishTest.assertSameChild(unknown);
    for (World refused :
        List.of(
            checked(RevocationPolicy.STRICT, RevocationStatus.UNKNOWN),
            checked(RevocationPolicy.STRICT, RevocationStatus.REVOKED),
            checked(RevocationPolicy.IF_AVAILABLE, RevocationStatus.REVOKED))) {
      refused.connect();
      assertRefused(refused);
    }
  }

  @Test
  void shouldSayNothingBeforeItIsKnown() {
    World world = checked(RevocationPolicy.STRICT, RevocationStatus.GOOD);
    world.right.checkMillis = 3_000;
    world.connect();
    assertThat(world.right.checks).as("however often the request comes").hasSize(1);
    assertThat(world.right.store.images())
        .allMatch(image -> image.phase() == IkeSaImage.Phase.HALF_OPEN);
    assertThat(world.seen.stream().filter(each -> !each.fromLeft())).hasSize(1);
    world.run(3_000);
    EstablishTest.assertSameChild(world);
  }

  @Test
  void aMemberThatDiesWhileItAsksShouldNotBeNoticed() {
    World world = checked(RevocationPolicy.STRICT, RevocationStatus.GOOD);
    world.right.checkMillis = 700;
    world.left.step(new Event.Initiate("conn"));
    assertThat(world.runUntil(5_000, () -> !world.right.checks.isEmpty())).isTrue();
    world.right.takeOver();
    world.run(5_000);
    assertThat(world.right.checks).as("the successor asks anew").hasSize(2);
    EstablishTest.assertSameChild(world);
  }

  @Test
  void shouldAskAboutTheResponderToo() {
    for (RevocationStatus found : List.of(RevocationStatus.GOOD, RevocationStatus.REVOKED)) {
      left.peerAuthentication = checked(RevocationPolicy.STRICT);
      World world = checked(RevocationPolicy.OFF, RevocationStatus.UNKNOWN);
      world.left.revocation = found;
      world.left.checkMillis = 700;
      world.left.step(new Event.Initiate("conn"));
      assertThat(world.runUntil(5_000, () -> !world.left.checks.isEmpty())).isTrue();
      world.left.takeOver();
      world.run(5_000);
      assertThat(world.left.checks).hasSize(2);
      if (found == RevocationStatus.GOOD) {
        EstablishTest.assertSameChild(world);
      } else {
        assertThat(world.left.reported("auth-failed")).isTrue();
        world.run(60_000);
        assertThat(world.left.ikeSas()).isEmpty();
        assertThat(world.right.ikeSas()).isEmpty();
      }
    }
  }

  @Test
  void shouldConnectWithACertificateOnOneSideAndASharedKeyOnTheOther() {
    left.ownAuthentication = new GatewayConfig.Psk();
    right.peerAuthentication = new GatewayConfig.Psk();
    EstablishTest.assertSameChild(
        connected(credentials("left.example", RSA, CA), credentials("right.example", ECDSA, CA)));
  }

  @Test
  void shouldRefuseAnUnknownAuthority() {
    assertRefused(
        connected(
            credentials("left.example", RSA, STRANGER), credentials("right.example", RSA, CA)));
  }

  @Test
  void shouldRefuseAnExpiredCertificate() {
    assertRefused(
        connected(
            credentials("left.example", RSA, CA, Duration.ofDays(-1)),
            credentials("right.example", RSA, CA)));
  }

  @Test
  void shouldRefuseACertificateOfSomebodyElse() {
    assertRefused(
        connected(credentials("other.example", RSA, CA), credentials("right.example", RSA, CA)));
  }

  @Test
  void shouldLeaveAResponderThatIsNotTrusted() {
    World world =
        connected(
            credentials("left.example", RSA, CA), credentials("right.example", RSA, STRANGER));
    assertThat(world.left.reported("auth-failed")).isTrue();
    world.run(60_000);
    assertThat(world.left.ikeSas()).isEmpty();
    assertThat(world.right.ikeSas()).isEmpty();
    assertThat(world.right.carried).isEmpty();
    assertThat(world.right.store.children()).isEmpty();
  }

  @Test
  void shouldRefuseASharedKeyWhereACertificateIsAskedFor() {
    left.ownAuthentication = new GatewayConfig.Psk();
    assertRefused(
        connected(credentials("left.example", RSA, CA), credentials("right.example", RSA, CA)));
  }

  private static void assertRefused(World world) {
    assertThat(world.right.reported("auth-failed")).isTrue();
    assertThat(world.left.established()).isEmpty();
    assertThat(world.right.established()).isEmpty();
    world.run(60_000);
    assertThat(world.left.ikeSas()).isEmpty();
    assertThat(world.right.ikeSas()).isEmpty();
    assertThat(world.right.store.images()).isEmpty();
  }
}
