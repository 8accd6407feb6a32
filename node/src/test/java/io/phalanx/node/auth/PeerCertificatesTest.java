package io.phalanx.node.auth;

import static io.phalanx.node.auth.TestCa.NOW;
import static io.phalanx.node.auth.TestCa.der;
import static io.phalanx.node.auth.TestCa.keys;
import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.Identity;
import io.phalanx.config.IdentityNotation;
import io.phalanx.config.iana.IdType;
import io.phalanx.node.auth.PeerCertificates.Reason;
import io.phalanx.node.auth.PeerCertificates.Refused;
import io.phalanx.node.auth.PeerCertificates.Result;
import io.phalanx.node.auth.PeerCertificates.Trusted;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

class PeerCertificatesTest {
  private static final String MOON = "moon.example";
  private static final TestCa ROOT = TestCa.root("CN=Root");
  private static final Duration DAY = Duration.ofDays(1);

  @Test
  void shouldTrustACertificateOfAKnownAuthority() {
    X509Certificate moon = moon().dns(MOON).signedBy(ROOT);
    assertThat(validate(Identity.fqdn(MOON), moon))
        .isEqualTo(new Trusted(List.of(moon, ROOT.certificate())));
  }

  @Test
  void shouldFindThePathThroughIntermediatesInAnyOrder() {
    TestCa first = ROOT.intermediate("CN=First", 1);
    TestCa second = first.intermediate("CN=Second", 0);
    X509Certificate moon = moon().dns(MOON).signedBy(second);
    Identity id = Identity.fqdn(MOON);
    assertThat(validate(id, moon, second.certificate(), first.certificate()))
        .isInstanceOf(Trusted.class);
    assertThat(validate(id, moon, first.certificate(), second.certificate()))
        .isInstanceOf(Trusted.class);
    assertRefused(Reason.NO_PATH, validate(id, moon, second.certificate()));
  }

  @Test
  void shouldHoldAnAuthorityToItsPathLength() {
    TestCa first = ROOT.intermediate("CN=No more", 0);
    TestCa second = first.intermediate("CN=One more", 0);
    X509Certificate moon = moon().dns(MOON).signedBy(second);
    assertRefused(
        Reason.NO_PATH,
        validate(Identity.fqdn(MOON), moon, second.certificate(), first.certificate()));
  }

  @Test
  void shouldRefuseAnIssuerThatIsNoAuthority() {
    var middleKeys = keys("EC/secp256r1/middle");
    X509Certificate middle =
        new TestCa.Template("CN=Middle", middleKeys).dns("middle.example").signedBy(ROOT);
    X509Certificate moon = moon().dns(MOON).signedBy(new X500Name("CN=Middle"), middleKeys);
    assertRefused(Reason.NO_PATH, validate(Identity.fqdn(MOON), moon, middle));
  }

  @Test
  void shouldRefuseAnUnknownAuthority() {
    TestCa other = TestCa.root("CN=Other");
    X509Certificate moon = moon().dns(MOON).signedBy(other);
    assertRefused(Reason.NO_PATH, validate(Identity.fqdn(MOON), moon));
    assertRefused(Reason.NO_PATH, validate(Identity.fqdn(MOON), moon, other.certificate()));
  }

  @Test
  void shouldRefuseAnAuthorityThatOnlyHasTheRightName() {
    X509Certificate moon =
        moon().dns(MOON).signedBy(new X500Name("CN=Root"), keys("EC/secp256r1/evil"));
    assertRefused(Reason.NO_PATH, validate(Identity.fqdn(MOON), moon));
  }

  @Test
  void shouldRefuseACertificateOutOfItsTime() {
    X509Certificate expired =
        moon().dns(MOON).valid(NOW.minus(DAY.multipliedBy(2)), NOW.minus(DAY)).signedBy(ROOT);
    X509Certificate early =
        moon().dns(MOON).valid(NOW.plus(DAY), NOW.plus(DAY.multipliedBy(2))).signedBy(ROOT);
    assertRefused(Reason.EXPIRED, validate(Identity.fqdn(MOON), expired));
    assertRefused(Reason.NOT_YET_VALID, validate(Identity.fqdn(MOON), early));
  }

  @Test
  void shouldRefuseAnAuthorityOutOfItsTime() {
    X509Certificate moon =
        moon().dns(MOON).valid(NOW.minus(DAY), NOW.plus(DAY.multipliedBy(90))).signedBy(ROOT);
    Result result =
        PeerCertificates.validate(
            List.of(der(moon)),
            ROOT.trusted(),
            NOW.plus(DAY.multipliedBy(60)),
            Identity.fqdn(MOON));
    assertRefused(Reason.NO_PATH, result);
  }

  @Test
  void shouldRefuseAWeakKey() {
    X509Certificate moon =
        new TestCa.Template("CN=moon", keys("RSA/1024/weak")).dns(MOON).signedBy(ROOT);
    assertRefused(Reason.WEAK_KEY, validate(Identity.fqdn(MOON), moon));
  }

  @Test
  void shouldRefuseAWeakKeyOnTheWay() {
    var weakKeys = keys("RSA/1024/weak");
    X509Certificate weak = new TestCa.Template("CN=Weak", weakKeys).ca(0).signedBy(ROOT);
    X509Certificate moon =
        moon().dns(MOON).signedWith("SHA256withRSA").signedBy(new X500Name("CN=Weak"), weakKeys);
    assertRefused(Reason.NO_PATH, validate(Identity.fqdn(MOON), moon, weak));
  }

  @Test
  void shouldRefuseASignatureWithSha1() {
    X509Certificate moon = moon().dns(MOON).signedWith("SHA1withECDSA").signedBy(ROOT);
    assertRefused(Reason.NO_PATH, validate(Identity.fqdn(MOON), moon));
  }

  @Test
  void shouldAskForTheRightUsage() {
    X509Certificate signs = moon().dns(MOON).usage(KeyUsage.digitalSignature).signedBy(ROOT);
    X509Certificate encrypts = moon().dns(MOON).usage(KeyUsage.keyEncipherment).signedBy(ROOT);
    assertThat(validate(Identity.fqdn(MOON), signs)).isInstanceOf(Trusted.class);
    assertRefused(Reason.WRONG_USAGE, validate(Identity.fqdn(MOON), encrypts));
  }

  @Test
  void shouldAskForTheRightPurpose() {
    KeyPurposeId ikeIntermediate =
        KeyPurposeId.getInstance(new ASN1ObjectIdentifier("1.3.6.1.5.5.8.2.2"));
    for (KeyPurposeId purpose :
        List.of(
            KeyPurposeId.id_kp_serverAuth,
            KeyPurposeId.id_kp_clientAuth,
            KeyPurposeId.anyExtendedKeyUsage,
            ikeIntermediate)) {
      X509Certificate moon =
          moon().dns(MOON).purposes(KeyPurposeId.id_kp_emailProtection, purpose).signedBy(ROOT);
      assertThat(validate(Identity.fqdn(MOON), moon)).isInstanceOf(Trusted.class);
    }
    X509Certificate mail =
        moon().dns(MOON).purposes(KeyPurposeId.id_kp_emailProtection).signedBy(ROOT);
    assertRefused(Reason.WRONG_USAGE, validate(Identity.fqdn(MOON), mail));
  }

  @Test
  void shouldMatchANameInAnyCaseButNothingElse() {
    X509Certificate moon = moon().dns(MOON).signedBy(ROOT);
    assertThat(validate(Identity.fqdn("MOON.example"), moon)).isInstanceOf(Trusted.class);
    for (String name : List.of("", "moon.exampl", "moon.example.", "moon.example\0", "moon")) {
      assertRefused(Reason.IDENTITY_MISMATCH, validate(Identity.fqdn(name), moon));
    }
    assertRefused(Reason.IDENTITY_MISMATCH, validate(Identity.email(MOON), moon));
  }

  @Test
  void shouldTakeNoWildcardForAName() {
    X509Certificate any = moon().dns("*.example").signedBy(ROOT);
    assertRefused(Reason.IDENTITY_MISMATCH, validate(Identity.fqdn(MOON), any));
  }

  @Test
  void shouldTakeNoCommonNameForAName() {
    X509Certificate moon =
        new TestCa.Template("CN=" + MOON, keys("EC/secp256r1/moon")).signedBy(ROOT);
    assertRefused(Reason.IDENTITY_MISMATCH, validate(Identity.fqdn(MOON), moon));
  }

  @Test
  void shouldMatchAMailboxExactlyAndItsDomainInAnyCase() {
    X509Certificate carol =
        moon().names(new GeneralName(GeneralName.rfc822Name, "carol@example.org")).signedBy(ROOT);
    assertThat(validate(Identity.email("carol@EXAMPLE.org"), carol)).isInstanceOf(Trusted.class);
    assertRefused(Reason.IDENTITY_MISMATCH, validate(Identity.email("Carol@example.org"), carol));
    assertRefused(Reason.IDENTITY_MISMATCH, validate(Identity.fqdn("carol@example.org"), carol));
  }

  @Test
  void shouldMatchAnAddress() {
    X509Certificate moon =
        moon()
            .names(
                new GeneralName(GeneralName.iPAddress, "192.0.2.1"),
                new GeneralName(GeneralName.iPAddress, "2001:db8::1"))
            .signedBy(ROOT);
    byte[] ipv6 = new byte[16];
    ipv6[0] = 0x20;
    ipv6[1] = 0x01;
    ipv6[2] = 0x0d;
    ipv6[3] = (byte) 0xb8;
    ipv6[15] = 1;
    byte[] ipv4 = {(byte) 192, 0, 2, 1};
    assertThat(validate(new Identity(IdType.IPV4_ADDR, ipv4), moon)).isInstanceOf(Trusted.class);
    assertThat(validate(new Identity(IdType.IPV6_ADDR, ipv6), moon)).isInstanceOf(Trusted.class);
    byte[] other = {(byte) 192, 0, 2, 2};
    assertRefused(Reason.IDENTITY_MISMATCH, validate(new Identity(IdType.IPV4_ADDR, other), moon));
    assertRefused(
        Reason.IDENTITY_MISMATCH, validate(new Identity(IdType.IPV4_ADDR, new byte[3]), moon));
  }

  @Test
  void shouldMatchTheSubjectForADistinguishedName() {
    X509Certificate moon =
        new TestCa.Template("C=CH,O=Moon,CN=gateway", keys("EC/secp256r1/moon")).signedBy(ROOT);
    byte[] subject = moon.getSubjectX500Principal().getEncoded();
    assertThat(validate(dn(subject), moon)).isInstanceOf(Trusted.class);
    for (byte[] bad :
        List.of(
            new byte[0],
            new byte[] {0x30},
            new byte[] {0x30, 0},
            Arrays.copyOf(subject, subject.length - 1),
            Arrays.copyOf(subject, subject.length + 1),
            new X500Principal("CN=gateway").getEncoded())) {
      assertRefused(Reason.IDENTITY_MISMATCH, validate(dn(bad), moon));
    }
  }

  @Test
  void shouldMatchADirectoryNameAmongTheNames() {
    X509Certificate moon =
        moon()
            .names(new GeneralName(GeneralName.directoryName, "C=CH,O=Moon,CN=other"))
            .signedBy(ROOT);
    assertThat(validate(identity("C=ch, O=moon, CN=Other"), moon)).isInstanceOf(Trusted.class);
    assertRefused(Reason.IDENTITY_MISMATCH, validate(identity("C=CH, O=Moon, CN=else"), moon));
    assertRefused(Reason.IDENTITY_MISMATCH, validate(dn(new byte[0]), moon));
  }

  @Test
  void shouldMatchAGeneralName() {
    X509Certificate moon =
        moon()
            .names(
                new GeneralName(GeneralName.uniformResourceIdentifier, "spiffe://lab/moon"),
                new GeneralName(GeneralName.dNSName, MOON))
            .signedBy(ROOT);
    assertThat(validate(identity("gn:uri:spiffe://lab/moon"), moon)).isInstanceOf(Trusted.class);
    assertThat(validate(identity("gn:dns:" + MOON), moon)).isInstanceOf(Trusted.class);
    for (String other : List.of("gn:uri:spiffe://lab/sun", "gn:email:a@b", "gn:dns:example")) {
      assertRefused(Reason.IDENTITY_MISMATCH, validate(identity(other), moon));
    }
    assertRefused(
        Reason.IDENTITY_MISMATCH, validate(new Identity(IdType.DER_ASN1_GN, new byte[0]), moon));
  }

  @Test
  void shouldMatchAKeyIdWithTheIdentifierOfTheKey() {
    byte[] keyId = MOON.getBytes(StandardCharsets.US_ASCII);
    X509Certificate without = moon().dns(MOON).signedBy(ROOT);
    X509Certificate with = moon().dns(MOON).keyId(keyId).signedBy(ROOT);
    X509Certificate shortOne = moon().dns(MOON).keyId(new byte[] {1}).signedBy(ROOT);
    assertThat(validate(Identity.keyId(keyId), with)).isInstanceOf(Trusted.class);
    assertRefused(Reason.IDENTITY_MISMATCH, validate(Identity.keyId(keyId), without));
    assertRefused(Reason.IDENTITY_MISMATCH, validate(Identity.keyId(new byte[] {1}), shortOne));
    assertRefused(Reason.IDENTITY_MISMATCH, validate(Identity.keyId(new byte[0]), with));
  }

  @Test
  void shouldRefuseACriticalExtensionThatNobodyKnows() {
    X509Certificate known = moon().dns(MOON).extension("1.3.6.1.4.1.99999.1", false).signedBy(ROOT);
    X509Certificate moon = moon().dns(MOON).extension("1.3.6.1.4.1.99999.1", true).signedBy(ROOT);
    assertThat(validate(Identity.fqdn(MOON), known)).isInstanceOf(Trusted.class);
    assertRefused(Reason.NO_PATH, validate(Identity.fqdn(MOON), moon));
  }

  @Test
  void shouldHoldAuthoritiesToTheirNames() {
    TestCa narrow = ROOT.intermediate("CN=Narrow", 0, "example");
    TestCa wide = TestCa.root("CN=Narrow root", "example");
    X509Certificate inside = moon().dns(MOON).signedBy(narrow);
    X509Certificate outside = moon().dns("moon.test").signedBy(narrow);
    assertThat(validate(Identity.fqdn(MOON), inside, narrow.certificate()))
        .isInstanceOf(Trusted.class);
    assertRefused(
        Reason.NO_PATH, validate(Identity.fqdn("moon.test"), outside, narrow.certificate()));

    X509Certificate underRoot = moon().dns(MOON).signedBy(wide);
    X509Certificate outOfRoot = moon().dns("moon.test").signedBy(wide);
    assertThat(validateUnder(wide, Identity.fqdn(MOON), underRoot)).isInstanceOf(Trusted.class);
    assertRefused(Reason.NO_PATH, validateUnder(wide, Identity.fqdn("moon.test"), outOfRoot));
  }

  @Test
  void shouldHoldARootToItsPathLength() {
    TestCa root = TestCa.root("CN=Short", 0);
    TestCa middle = root.intermediate("CN=Under short", 0);
    X509Certificate direct = moon().dns(MOON).signedBy(root);
    X509Certificate below = moon().dns(MOON).signedBy(middle);
    assertThat(validateUnder(root, Identity.fqdn(MOON), direct)).isInstanceOf(Trusted.class);
    assertRefused(
        Reason.NO_PATH, validateUnder(root, Identity.fqdn(MOON), below, middle.certificate()));
  }

  @Test
  void shouldTakeDuplicatesForOne() {
    TestCa first = ROOT.intermediate("CN=First", 1);
    X509Certificate moon = moon().dns(MOON).signedBy(first);
    assertThat(
            validate(
                Identity.fqdn(MOON), moon, moon, first.certificate(), first.certificate(), moon))
        .isInstanceOf(Trusted.class);
  }

  @Test
  void shouldTrustAnyOfSeveralAuthorities() {
    TestCa other = TestCa.root("CN=Other");
    TrustAnchors both =
        TrustAnchors.ofPem(
            List.of(TestCa.pem(ROOT.certificate()), TestCa.pem(other.certificate())));
    for (TestCa ca : List.of(ROOT, other)) {
      X509Certificate moon = moon().dns(MOON).signedBy(ca);
      assertThat(PeerCertificates.validate(List.of(der(moon)), both, NOW, Identity.fqdn(MOON)))
          .isEqualTo(new Trusted(List.of(moon, ca.certificate())));
    }
  }

  @Test
  void shouldTrustEdwardsCurves() {
    for (String curve : List.of("Ed25519", "Ed448")) {
      TestCa ca = TestCa.root("CN=" + curve, keys(curve + "/0/ca"), curve);
      X509Certificate moon =
          new TestCa.Template("CN=moon", keys(curve + "/0/moon"))
              .dns(MOON)
              .signedWith(curve)
              .signedBy(ca);
      assertThat(validateUnder(ca, Identity.fqdn(MOON), moon)).isInstanceOf(Trusted.class);
    }
  }

  @Test
  void shouldLookIntoTheParametersOfPss() {
    TestCa ca = TestCa.root("CN=PSS", keys("RSA/2048/pss"), "SHA256withRSAandMGF1");
    X509Certificate strong = moon().dns(MOON).signedWith("SHA256withRSAandMGF1").signedBy(ca);
    X509Certificate weak = moon().dns(MOON).signedWith("SHA1withRSAandMGF1").signedBy(ca);
    assertThat(validateUnder(ca, Identity.fqdn(MOON), strong)).isInstanceOf(Trusted.class);
    assertRefused(Reason.NO_PATH, validateUnder(ca, Identity.fqdn(MOON), weak));
  }

  @Test
  void shouldRefuseNoneAndTooMany() {
    X509Certificate moon = moon().dns(MOON).signedBy(ROOT);
    assertRefused(Reason.NO_CERTIFICATE, validate(Identity.fqdn(MOON)));
    List<byte[]> many = Collections.nCopies(20, der(moon));
    assertRefused(
        Reason.TOO_MANY, PeerCertificates.validate(many, ROOT.trusted(), NOW, Identity.fqdn(MOON)));
  }

  @Test
  void shouldNotTryEveryOrderOfCertificatesThatSignEachOther() {
    var maze = keys("EC/secp256r1/maze");
    X500Name left = new X500Name("CN=Left");
    X500Name right = new X500Name("CN=Right");
    X509Certificate moon = moon().dns(MOON).signedBy(left, maze);
    List<X509Certificate> certificates = new ArrayList<>(List.of(moon));
    for (int count = 0; count < 4; count++) {
      certificates.add(new TestCa.Template("CN=Left", maze).ca(9).signedBy(right, maze));
      certificates.add(new TestCa.Template("CN=Right", maze).ca(9).signedBy(left, maze));
    }
    assertThat(PeerCertificates.candidates(certificates, NOW)).hasSize(1 + 2 + 2);
    assertRefused(
        Reason.NO_PATH,
        validate(Identity.fqdn(MOON), certificates.toArray(X509Certificate[]::new)));
  }

  @Test
  void shouldLookPastAnExpiredCertificateOfTheSameAuthority() {
    var middleKeys = keys("EC/secp256r1/CN=Renewed");
    List<X509Certificate> old = new ArrayList<>();
    for (int count = 0; count < 3; count++) {
      old.add(
          new TestCa.Template("CN=Renewed", middleKeys)
              .ca(0)
              .valid(NOW.minus(DAY.multipliedBy(2)), NOW.minus(DAY))
              .signedBy(ROOT));
    }
    TestCa renewed = ROOT.intermediate("CN=Renewed", 0);
    X509Certificate moon = moon().dns(MOON).signedBy(renewed);
    assertThat(
            validate(
                Identity.fqdn(MOON),
                moon,
                old.get(0),
                old.get(1),
                old.get(2),
                renewed.certificate()))
        .isInstanceOf(Trusted.class);
  }

  @Test
  void shouldTrustNobodyWithoutAuthorities() {
    X509Certificate moon = moon().dns(MOON).signedBy(ROOT);
    TrustAnchors none = TrustAnchors.ofPem(List.of());
    assertRefused(
        Reason.NO_PATH,
        PeerCertificates.validate(List.of(der(moon)), none, NOW, Identity.fqdn(MOON)));
  }

  @Test
  void shouldNeverThrowOnMutatedCertificates() {
    byte[] moon = der(moon().dns(MOON).signedBy(ROOT));
    Random random = new Random(5280);
    for (int round = 0; round < 3_000; round++) {
      byte[] octets = Arrays.copyOf(moon, moon.length - random.nextInt(3));
      octets[random.nextInt(octets.length)] = (byte) random.nextInt();
      octets[random.nextInt(octets.length)] = (byte) random.nextInt();
      if (!Arrays.equals(octets, moon)) {
        Result result =
            PeerCertificates.validate(List.of(octets), ROOT.trusted(), NOW, Identity.fqdn(MOON));
        assertThat(result).isInstanceOf(Refused.class);
      }
    }
  }

  private static TestCa.Template moon() {
    return new TestCa.Template("CN=moon", keys("EC/secp256r1/moon"));
  }

  private static Identity dn(byte[] der) {
    return new Identity(IdType.DER_ASN1_DN, der);
  }

  private static Identity identity(String text) {
    return IdentityNotation.parse(text).toOptional().orElseThrow();
  }

  private static Result validateUnder(TestCa ca, Identity id, X509Certificate... certificates) {
    List<byte[]> der = Arrays.stream(certificates).map(TestCa::der).toList();
    return PeerCertificates.validate(der, ca.trusted(), NOW, id);
  }

  private static Result validate(Identity id, X509Certificate... certificates) {
    List<byte[]> der = Arrays.stream(certificates).map(TestCa::der).toList();
    return PeerCertificates.validate(der, ROOT.trusted(), NOW, id);
  }

  private static void assertRefused(Reason reason, Result result) {
    assertThat(result).isEqualTo(new Refused(reason));
  }
}
