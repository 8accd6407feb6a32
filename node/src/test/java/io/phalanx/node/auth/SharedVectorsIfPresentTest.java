package io.phalanx.node.auth;

import static io.phalanx.node.vectors.SharedVectors.hex;
import static io.phalanx.node.vectors.SharedVectors.maps;
import static io.phalanx.node.vectors.SharedVectors.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.Identity;
import io.phalanx.config.Pem;
import io.phalanx.config.iana.AuthMethod;
import io.phalanx.node.ike.wire.Payload.Authentication;
import io.phalanx.node.vectors.SharedVectors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks signatures of Wycheproof where they are present; elsewhere nothing. */
class SharedVectorsIfPresentTest {
  @ParameterizedTest
  @CsvSource({
    "rsa_signature_2048_sha256_test, RSA, 14, 300d06092a864886f70d01010b0500",
    "ecdsa_secp256r1_sha256_test, EC, 14, 300a06082a8648ce3d040302",
    "ecdsa_secp256r1_sha256_p1363_test, EC, 9, ''",
    "ecdsa_secp521r1_sha512_p1363_test, EC, 11, ''",
  })
  void shouldJudgeSignaturesAsWycheproofDoes(
      String name, String algorithm, int method, String identifier) {
    SharedVectors.json("03-kat/wycheproof/" + name + ".json")
        .ifPresent(
            file -> {
              for (Map<?, ?> group : maps(file, "testGroups")) {
                PublicKey key = key(algorithm, group);
                for (Map<?, ?> test : maps(group, "tests")) {
                  Authentication auth =
                      new Authentication(
                          new AuthMethod(method), data(identifier, hex(test, "sig")));
                  boolean valid = SignatureAuth.verify(key, hex(test, "msg"), auth);
                  if (!eitherWay(test)) {
                    assertThat(valid)
                        .as(text(test, "tcId") + " " + text(test, "comment"))
                        .isEqualTo(text(test, "result").equals("valid"));
                  }
                }
              }
            });
  }

  @Test
  void shouldTrustTheChainsOfAndroid() {
    assertThat(
            validated(
                "self-signed-ca-b",
                "ike.android.net",
                "end-cert-b",
                "intermediate-ca-b-one",
                "intermediate-ca-b-two"))
        .allMatch(PeerCertificates.Trusted.class::isInstance);
    assertThat(validated("self-signed-ca-a", "server.test.android.net", "end-cert-a"))
        .allMatch(PeerCertificates.Trusted.class::isInstance);
    assertThat(validated("self-signed-ca-b", "ike.android.net", "end-cert-b"))
        .allMatch(new PeerCertificates.Refused(PeerCertificates.Reason.NO_PATH)::equals);
    assertThat(validated("self-signed-ca-a", "x", "end-cert-small-2"))
        .allMatch(new PeerCertificates.Refused(PeerCertificates.Reason.WEAK_KEY)::equals);
  }

  /** What came of it; nothing where a file is absent. */
  private static List<PeerCertificates.Result> validated(
      String authority, String name, String... certificates) {
    List<byte[]> der =
        Stream.of(certificates)
            .flatMap(each -> pem(each).stream())
            .map(pem -> TestCa.der(Pem.certificates(pem).getFirst()))
            .toList();
    return pem(authority).stream()
        .map(
            pem ->
                PeerCertificates.validate(
                    der, TrustAnchors.ofPem(List.of(pem)), TestCa.NOW, Identity.fqdn(name)))
        .toList();
  }

  private static Optional<String> pem(String name) {
    return SharedVectors.string("02-android/pem/iketests-" + name + ".pem");
  }

  @Test
  void shouldSurviveTheCertificatesThatBrokeOthers() throws IOException {
    Optional<Path> corpus = SharedVectors.file("04-negative/fuzz-corpora/strongswan-certs.zip");
    if (corpus.isPresent()) {
      TrustAnchors anchors = TestCa.root("CN=Corpus").trusted();
      try (ZipFile zip = new ZipFile(corpus.get().toFile())) {
        for (ZipEntry entry : Collections.list(zip.entries())) {
          byte[] der = zip.getInputStream(entry).readAllBytes();
          assertThat(
                  PeerCertificates.validate(
                      List.of(der), anchors, TestCa.NOW, Identity.fqdn("moon.example")))
              .isInstanceOf(PeerCertificates.Refused.class);
        }
      }
    }
  }

  /** Old or lax encodings of a signature that is one: the platform takes some of them. */
  private static boolean eitherWay(Map<?, ?> test) {
    return text(test, "result").equals("acceptable") || text(test, "comment").startsWith("Legacy");
  }

  private static byte[] data(String identifier, byte[] signature) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (!identifier.isEmpty()) {
      out.write(identifier.length() / 2);
      out.writeBytes(HexFormat.of().parseHex(identifier));
    }
    out.writeBytes(signature);
    return out.toByteArray();
  }

  private static PublicKey key(String algorithm, Map<?, ?> group) {
    try {
      return KeyFactory.getInstance(algorithm)
          .generatePublic(new X509EncodedKeySpec(hex(group, "publicKeyDer")));
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException(fault);
    }
  }
}
