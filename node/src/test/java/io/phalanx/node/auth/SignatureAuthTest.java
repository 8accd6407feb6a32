package io.phalanx.node.auth;

import static io.phalanx.node.auth.TestCa.keys;
import static io.phalanx.node.auth.TestCa.pem;
import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.iana.AuthMethod;
import io.phalanx.node.ike.wire.Payload.Authentication;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignatureAuthTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final TestCa ROOT = TestCa.root("CN=Signers");
  private static final byte[] OCTETS = {1, 2, 3, 4, 5, 6, 7, 8};
  private static final List<Integer> ALL_HASHES = SignatureAuth.SUPPORTED_HASHES;
  private static final HexFormat HEX = HexFormat.of();

  private static final String SHA256_WITH_RSA = "300d06092a864886f70d01010b0500";
  private static final String ECDSA_WITH_SHA256 = "300a06082a8648ce3d040302";
  private static final String ECDSA_WITH_SHA384 = "300a06082a8648ce3d040303";
  private static final String ECDSA_WITH_SHA512 = "300a06082a8648ce3d040304";

  /** RFC 7427 A.4.3, with SHA-256. */
  private static final String PSS_WITH_SHA256 =
      "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d"
          + "010108300d06096086480165030402010500a203020120";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RSA/2048/s",
        "RSA/3072/s",
        "RSASSA-PSS/2048/s",
        "EC/secp256r1/s",
        "EC/secp384r1/s",
        "EC/secp521r1/s"
      })
  void shouldVerifyWhatItSigned(String spec) {
    Credential credential = credential(spec);
    for (List<Integer> hashes : List.of(List.of(2), List.of(3), List.of(4), ALL_HASHES)) {
      Authentication auth =
          SignatureAuth.sign(credential, OCTETS, hashes, Optional.empty(), RANDOM).orElseThrow();
      assertThat(auth.method()).isEqualTo(AuthMethod.DIGITAL_SIGNATURE);
      assertThat(SignatureAuth.verify(key(credential), OCTETS, auth)).isTrue();
      assertThat(SignatureAuth.verify(key(credential), new byte[8], auth)).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "RSA/2048/s, " + SHA256_WITH_RSA,
    "RSASSA-PSS/2048/s, " + PSS_WITH_SHA256,
    "EC/secp256r1/s, " + ECDSA_WITH_SHA256,
    "EC/secp384r1/s, " + ECDSA_WITH_SHA384,
    "EC/secp521r1/s, " + ECDSA_WITH_SHA512,
    "Ed25519/0/s, 300506032b6570",
    "Ed448/0/s, 300506032b6571",
  })
  void shouldNameTheAlgorithmAsRfc7427Does(String spec, String identifier) {
    Authentication auth =
        SignatureAuth.sign(credential(spec), OCTETS, ALL_HASHES, Optional.empty(), RANDOM)
            .orElseThrow();
    String prefix = "%02x".formatted(identifier.length() / 2) + identifier;
    assertThat(HEX.formatHex(auth.data())).startsWith(prefix);
  }

  @ParameterizedTest
  @CsvSource({
    "RSA/2048/s, 1",
    "EC/secp256r1/s, 9",
    "EC/secp384r1/s, 10",
    "EC/secp521r1/s, 11",
  })
  void shouldUseTheOldMethodForAPeerThatAnnouncedNoHashes(String spec, int method) {
    Credential credential = credential(spec);
    Authentication auth =
        SignatureAuth.sign(credential, OCTETS, List.of(), Optional.empty(), RANDOM).orElseThrow();
    assertThat(auth.method().code()).isEqualTo(method);
    assertThat(SignatureAuth.verify(key(credential), OCTETS, auth)).isTrue();
    assertThat(SignatureAuth.verify(key(credential), new byte[8], auth)).isFalse();
  }

  /** RFC 8420 §2. */
  @ParameterizedTest
  @ValueSource(strings = {"Ed25519/0/s", "Ed448/0/s"})
  void shouldSignWithoutAHashOnEdwardsCurves(String spec) {
    Credential credential = credential(spec);
    Authentication auth =
        SignatureAuth.sign(credential, OCTETS, List.of(2, 5), Optional.empty(), RANDOM)
            .orElseThrow();
    assertThat(SignatureAuth.verify(key(credential), OCTETS, auth)).isTrue();
    assertThat(SignatureAuth.verify(key(credential), new byte[8], auth)).isFalse();
    assertThat(SignatureAuth.sign(credential, OCTETS, List.of(2, 3, 4), Optional.empty(), RANDOM))
        .isEmpty();
    assertThat(SignatureAuth.sign(credential, OCTETS, List.of(), Optional.empty(), RANDOM))
        .isEmpty();
    PublicKey other = key(credential(spec.equals("Ed448/0/s") ? "Ed25519/0/s" : "Ed448/0/s"));
    assertThat(SignatureAuth.verify(other, OCTETS, auth)).isFalse();
  }

  /** A peer that signs by RSASSA-PSS may take nothing else. */
  @Test
  void shouldSignAnRsaKeyInTheWayOfThePeer() {
    Credential credential = credential("RSA/2048/s");
    Authentication theirs =
        SignatureAuth.sign(
                credential("RSASSA-PSS/2048/s"), OCTETS, ALL_HASHES, Optional.empty(), RANDOM)
            .orElseThrow();
    Authentication ours =
        SignatureAuth.sign(credential, OCTETS, ALL_HASHES, Optional.of(theirs), RANDOM)
            .orElseThrow();
    int octets = 1 + theirs.data()[0];
    assertThat(Arrays.copyOf(ours.data(), octets)).isEqualTo(Arrays.copyOf(theirs.data(), octets));
    assertThat(SignatureAuth.verify(key(credential), OCTETS, ours)).isTrue();

    Authentication usual =
        SignatureAuth.sign(credential, OCTETS, ALL_HASHES, Optional.empty(), RANDOM).orElseThrow();
    assertThat(Arrays.copyOf(usual.data(), octets))
        .isNotEqualTo(Arrays.copyOf(theirs.data(), octets));
    Credential other = credential("EC/secp256r1/s");
    Authentication ecdsa =
        SignatureAuth.sign(other, OCTETS, ALL_HASHES, Optional.of(theirs), RANDOM).orElseThrow();
    assertThat(SignatureAuth.verify(key(other), OCTETS, ecdsa)).isTrue();
  }

  @Test
  void shouldWriteOldEcdsaSignaturesAsTwoNumbersOfFixedLength() {
    for (int round = 0; round < 20; round++) {
      Authentication auth =
          SignatureAuth.sign(
                  credential("EC/secp521r1/s"), OCTETS, List.of(), Optional.empty(), RANDOM)
              .orElseThrow();
      assertThat(auth.data()).hasSize(2 * 66);
    }
  }

  @Test
  void shouldNotSignWhereNoHashIsInCommon() {
    assertThat(
            SignatureAuth.sign(
                credential("RSA/2048/s"), OCTETS, List.of(1, 5), Optional.empty(), RANDOM))
        .isEmpty();
    assertThat(
            SignatureAuth.sign(
                credential("RSASSA-PSS/2048/s"), OCTETS, List.of(), Optional.empty(), RANDOM))
        .isEmpty();
  }

  @Test
  void shouldAcceptPssFromAnOrdinaryRsaKey() throws GeneralSecurityException {
    KeyPair pair = keys("RSA/2048/s");
    for (SignatureHash hash : SignatureHash.digests()) {
      SignatureScheme scheme = SignatureScheme.of(SignatureScheme.Padding.RSA_PSS, hash);
      byte[] signature = signed(scheme.signature(), pair);
      for (byte[] identifier : scheme.identifiers()) {
        assertThat(SignatureAuth.verify(pair.getPublic(), OCTETS, digital(identifier, signature)))
            .isTrue();
      }
    }
  }

  @Test
  void shouldAcceptRsaWithoutNullInItsIdentifier() throws GeneralSecurityException {
    KeyPair pair = keys("RSA/2048/s");
    byte[] signature = signed(Signature.getInstance("SHA256withRSA"), pair);
    byte[] identifier = HEX.parseHex("300b06092a864886f70d01010b");
    assertThat(SignatureAuth.verify(pair.getPublic(), OCTETS, digital(identifier, signature)))
        .isTrue();
  }

  @Test
  void shouldRefuseSha1WithTheNewMethod() throws GeneralSecurityException {
    KeyPair rsa = keys("RSA/2048/s");
    byte[] signature = signed(Signature.getInstance("SHA1withRSA"), rsa);
    byte[] identifier = HEX.parseHex("300d06092a864886f70d0101050500");
    assertThat(SignatureAuth.verify(rsa.getPublic(), OCTETS, digital(identifier, signature)))
        .isFalse();
  }

  @Test
  void shouldRefuseAnIdentifierThatIsNotThatOfTheSignature() throws GeneralSecurityException {
    KeyPair rsa = keys("RSA/2048/s");
    byte[] signature = signed(Signature.getInstance("SHA384withRSA"), rsa);
    for (String identifier : List.of(SHA256_WITH_RSA, PSS_WITH_SHA256, ECDSA_WITH_SHA384, "")) {
      assertThat(
              SignatureAuth.verify(
                  rsa.getPublic(), OCTETS, digital(HEX.parseHex(identifier), signature)))
          .isFalse();
    }
  }

  @Test
  void shouldAcceptSha2WithTheOldRsaMethod() throws GeneralSecurityException {
    KeyPair rsa = keys("RSA/2048/s");
    for (String name : List.of("SHA1withRSA", "SHA256withRSA", "SHA384withRSA", "SHA512withRSA")) {
      byte[] signature = signed(Signature.getInstance(name), rsa);
      Authentication auth = new Authentication(AuthMethod.RSA_SIGNATURE, signature);
      assertThat(SignatureAuth.verify(rsa.getPublic(), OCTETS, auth)).as(name).isTrue();
    }
  }

  @Test
  void shouldRefuseAnOldMethodOfAnotherCurve() throws GeneralSecurityException {
    KeyPair pair = keys("EC/secp256r1/s");
    byte[] signature = signed(Signature.getInstance("SHA256withECDSAinP1363Format"), pair);
    for (AuthMethod method :
        List.of(
            AuthMethod.ECDSA_SHA384_P384,
            AuthMethod.ECDSA_SHA512_P521,
            AuthMethod.RSA_SIGNATURE,
            AuthMethod.SHARED_KEY_MIC,
            new AuthMethod(0))) {
      Authentication auth = new Authentication(method, signature);
      assertThat(SignatureAuth.verify(pair.getPublic(), OCTETS, auth)).isFalse();
    }
  }

  @Test
  void shouldRefuseTheSignatureOfAnotherKey() {
    Authentication auth =
        SignatureAuth.sign(
                credential("EC/secp256r1/s"), OCTETS, ALL_HASHES, Optional.empty(), RANDOM)
            .orElseThrow();
    PublicKey other = keys("EC/secp256r1/other").getPublic();
    assertThat(SignatureAuth.verify(other, OCTETS, auth)).isFalse();
  }

  @Test
  void shouldRefuseASignatureByAWeakKey() throws GeneralSecurityException {
    KeyPair weak = keys("RSA/1024/s");
    byte[] signature = signed(Signature.getInstance("SHA256withRSA"), weak);
    assertThat(
            SignatureAuth.verify(
                weak.getPublic(), OCTETS, digital(HEX.parseHex(SHA256_WITH_RSA), signature)))
        .isFalse();
  }

  @Test
  void shouldNeverThrowOnMalformedData() {
    PublicKey key = keys("EC/secp256r1/s").getPublic();
    Random random = new Random(7427);
    for (int round = 0; round < 5_000; round++) {
      byte[] data = new byte[random.nextInt(90)];
      random.nextBytes(data);
      if (data.length > 20 && round % 2 == 0) {
        byte[] head = HEX.parseHex("0c" + ECDSA_WITH_SHA256);
        System.arraycopy(head, 0, data, 0, head.length);
      }
      for (int method : new int[] {1, 9, 14}) {
        Authentication auth = new Authentication(new AuthMethod(method), data);
        assertThat(SignatureAuth.verify(key, OCTETS, auth)).isFalse();
      }
    }
  }

  private static PublicKey key(Credential credential) {
    return credential.certificate().getPublicKey();
  }

  private static Credential credential(String spec) {
    KeyPair pair = keys(spec);
    X509Certificate certificate = new TestCa.Template("CN=signer", pair).signedBy(ROOT);
    return Credential.ofPem(pem(certificate), pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
  }

  private static byte[] signed(Signature signature, KeyPair pair) throws GeneralSecurityException {
    signature.initSign(pair.getPrivate());
    signature.update(OCTETS);
    return signature.sign();
  }

  private static Authentication digital(byte[] identifier, byte[] signature) {
    byte[] data =
        Arrays.copyOf(
            new byte[] {(byte) identifier.length}, 1 + identifier.length + signature.length);
    System.arraycopy(identifier, 0, data, 1, identifier.length);
    System.arraycopy(signature, 0, data, 1 + identifier.length, signature.length);
    return new Authentication(AuthMethod.DIGITAL_SIGNATURE, data);
  }
}
