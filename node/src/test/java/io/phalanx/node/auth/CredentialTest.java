package io.phalanx.node.auth;

import static io.phalanx.node.auth.TestCa.keys;
import static io.phalanx.node.auth.TestCa.pem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CredentialTest {
  private static final TestCa ROOT = TestCa.root("CN=Root of ours");
  private static final TestCa SUB = ROOT.intermediate("CN=Sub of ours", 0);
  private static final KeyPair KEYS = keys("EC/secp256r1/own");
  private static final X509Certificate OWN = new TestCa.Template("CN=own", KEYS).signedBy(SUB);
  private static final String KEY_PEM = pem("PRIVATE KEY", KEYS.getPrivate().getEncoded());

  @Test
  void shouldReadAChainAndItsKey() {
    Credential credential = Credential.ofPem(chain(), "comment\n" + KEY_PEM);
    assertThat(credential.certificate()).isEqualTo(OWN);
    assertThat(credential.chainDer())
        .containsExactly(TestCa.der(OWN), TestCa.der(SUB.certificate()));
  }

  @Test
  void shouldRefuseTheKeyOfAnotherCertificate() {
    for (String spec : List.of("EC/secp256r1/another", "EC/secp384r1/another", "RSA/2048/s")) {
      String other = pem("PRIVATE KEY", keys(spec).getPrivate().getEncoded());
      assertThatThrownBy(() -> Credential.ofPem(chain(), other))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the private key is not that of the certificate");
    }
  }

  @Test
  void shouldSayWhatIsWrongWithAFile() {
    assertThatThrownBy(() -> Credential.ofPem(KEY_PEM, KEY_PEM))
        .hasMessage("no PEM block CERTIFICATE");
    assertThatThrownBy(() -> Credential.ofPem(chain(), chain()))
        .hasMessage("no PEM block PRIVATE KEY");
    assertThatThrownBy(() -> Credential.ofPem(chain(), pem("EC PRIVATE KEY", new byte[3])))
        .hasMessageContaining("openssl pkcs8 -topk8 -nocrypt");
    assertThatThrownBy(() -> Credential.ofPem(chain(), pem("PRIVATE KEY", new byte[3])))
        .hasMessage("a private key that is not RSA, EC or EdDSA");
    assertThatThrownBy(() -> Credential.ofPem(pem("CERTIFICATE", new byte[3]), KEY_PEM))
        .hasMessage("a malformed certificate");
  }

  @Test
  void shouldRefuseAWeakKeyOfOurOwn() {
    KeyPair weak = keys("RSA/1024/own");
    X509Certificate certificate = new TestCa.Template("CN=own", weak).signedBy(ROOT);
    String key = pem("PRIVATE KEY", weak.getPrivate().getEncoded());
    assertThatThrownBy(() -> Credential.ofPem(pem(certificate), key)).hasMessageContaining("2048");
  }

  @Test
  void shouldNeverPrintItsKey() {
    assertThat(Credential.ofPem(chain(), KEY_PEM)).hasToString("Credential[CN=own]");
  }

  @Test
  void shouldRequestCertificatesByTheHashOfEachAuthoritysKey() throws NoSuchAlgorithmException {
    TrustAnchors anchors =
        TrustAnchors.ofPem(List.of(pem(ROOT.certificate()) + pem(SUB.certificate())));
    byte[] hash =
        MessageDigest.getInstance("SHA-1").digest(ROOT.certificate().getPublicKey().getEncoded());
    assertThat(TrustAnchors.requestData(List.of(anchors))).hasSize(40).startsWith(hash);
  }

  @Test
  void shouldKnowWhetherAPeerAsksForOurAuthority() {
    Credential credential = Credential.ofPem(chain(), KEY_PEM);
    TrustAnchors known = ROOT.trusted();
    byte[] asked = TrustAnchors.requestData(List.of(known));
    byte[] other = TrustAnchors.requestData(List.of(TestCa.root("CN=Stranger").trusted()));
    byte[] both = Arrays.copyOf(other, 40);
    System.arraycopy(asked, 0, both, 20, 20);
    assertThat(credential.issuedUnder(known, new byte[0])).isTrue();
    assertThat(credential.issuedUnder(known, asked)).isTrue();
    assertThat(credential.issuedUnder(known, both)).isTrue();
    assertThat(credential.issuedUnder(known, other)).isFalse();
    assertThat(credential.issuedUnder(known, Arrays.copyOf(asked, 19))).isFalse();
  }

  @Test
  void shouldRefuseAWeakAuthority() {
    KeyPair weak = keys("RSA/1024/ca");
    X509Certificate certificate = new TestCa.Template("CN=weak", weak).ca(1).signedBy(ROOT);
    assertThatThrownBy(() -> TrustAnchors.ofPem(List.of(pem(certificate))))
        .hasMessageContaining("CN=weak");
  }

  private static String chain() {
    return pem(OWN) + pem(SUB.certificate());
  }
}
