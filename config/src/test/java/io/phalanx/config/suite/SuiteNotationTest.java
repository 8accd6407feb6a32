package io.phalanx.config.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.text.Parsed;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SuiteNotationTest {
  @Test
  void shouldReadACombinedModeSuiteOfIke() {
    assertThat(SuiteNotation.parseIke("aes256gcm16-prfsha384-ecp384"))
        .isEqualTo(
            Parsed.value(
                new IkeSuite(
                    EncryptionAlgorithm.AES_GCM_16,
                    256,
                    Optional.empty(),
                    PseudoRandomFunction.HMAC_SHA2_384,
                    KeyExchangeMethod.ECP_384)));
  }

  @Test
  void shouldTakeThePrfFromTheIntegrityAlgorithm() {
    assertThat(SuiteNotation.parseIke("aes128-sha256-modp2048"))
        .isEqualTo(
            Parsed.value(
                new IkeSuite(
                    EncryptionAlgorithm.AES_CBC,
                    128,
                    Optional.of(IntegrityAlgorithm.HMAC_SHA2_256_128),
                    PseudoRandomFunction.HMAC_SHA2_256,
                    KeyExchangeMethod.MODP_2048)));
  }

  @Test
  void shouldPreferExtendedSequenceNumbersWhereTheTextLeavesThemOpen() {
    EspSuite with =
        new EspSuite(
            EncryptionAlgorithm.AES_CBC,
            256,
            Optional.of(IntegrityAlgorithm.HMAC_SHA2_512_256),
            Optional.of(KeyExchangeMethod.CURVE25519),
            true);
    EspSuite without =
        new EspSuite(with.encryption(), 256, with.integrity(), with.keyExchange(), false);
    assertThat(SuiteNotation.parseEsp("aes256-sha512-curve25519"))
        .isEqualTo(Parsed.value(List.of(with, without)));
    assertThat(SuiteNotation.parseEsp("aes256-sha512-curve25519-noesn"))
        .isEqualTo(Parsed.value(List.of(without)));
    assertThat(SuiteNotation.parseEsp("aes256-sha512-curve25519-esn"))
        .isEqualTo(Parsed.value(List.of(with)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "aes256gcm16-prfsha256-ecp256",
        "aes128gcm16-prfsha512-curve25519",
        "chacha20poly1305-prfsha384-ecp384",
        "aes128-sha256-modp2048",
        "aes256-sha512-prfsha256-ecp256"
      })
  void shouldWriteIkeAsItReads(String text) {
    assertThat(SuiteNotation.text(SuiteNotation.parseIke(text).toOptional().orElseThrow()))
        .isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"aes128gcm16-esn", "chacha20poly1305-ecp256-noesn", "aes256-sha384-modp2048-esn"})
  void shouldWriteEspAsItReads(String text) {
    assertThat(SuiteNotation.parseEsp(text).toOptional().orElseThrow())
        .singleElement()
        .extracting(SuiteNotation::text)
        .isEqualTo(text);
  }

  @Test
  void shouldWriteEveryDefaultAsItReads() {
    assertThat(SuiteNotation.ikeDefaults())
        .doesNotHaveDuplicates()
        .allSatisfy(
            suite ->
                assertThat(SuiteNotation.parseIke(SuiteNotation.text(suite)))
                    .isEqualTo(Parsed.value(suite)));
    assertThat(SuiteNotation.espDefaults())
        .doesNotHaveDuplicates()
        .allSatisfy(
            suite ->
                assertThat(SuiteNotation.parseEsp(SuiteNotation.text(suite)))
                    .isEqualTo(Parsed.value(List.of(suite))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          aes512-sha256-ecp256      | unknown algorithm "aes512"
          aes256gcm4-prfsha256-ecp256 | unknown algorithm "aes256gcm4" - use one of aes128gcm16, aes192gcm16, aes256gcm16,
          3des-sha256-ecp256        | "3des" is not offered: its blocks are too small
          aes128-sha256-modp1024    | "modp1024" is not offered: it is too small (RFC 8247 §2.4)
          aes128-sha256-modp2048s256 | nobody can account for its prime
          null-sha256-ecp256        | does not encrypt, which IKE always does
          aes128gmac-prfsha256-ecp256 | does not encrypt, which IKE always does
          aes128ccm8-sha256-ecp256  | cipher that brings its own
          aes128ctr-prfsha256-ecp256 | has no integrity algorithm
          ''                        | unknown algorithm ""
          aes256gcm16-prfsha256     | has no key exchange method
          aes256gcm16-ecp256        | has no pseudo-random function
          aes256-prfsha256-ecp256   | has no integrity algorithm
          sha256-ecp256             | has no encryption algorithm
          aes256gcm16-sha256-ecp256 | cipher that brings its own
          aes256-aes128-sha256-ecp256 | two algorithms of one kind
          aes256-sha256-ecp256-esn  | leave esn or noesn out
          """)
  void shouldSayWhatIsWrongWithAnIkeSuite(String text, String message) {
    assertThat(SuiteNotation.parseIke(text))
        .isInstanceOfSatisfying(
            Parsed.Fault.class,
            fault -> assertThat(fault.problem() + " - " + fault.remedy()).contains(message));
  }

  /** Every word of a kind, in a suite with sound company. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "aes192gcm16-prfsha256-ecp256",
        "aes128gcm12-prfsha256-ecp256",
        "aes256gcm8-prfsha256-ecp256",
        "aes128ccm16-prfsha256-ecp256",
        "aes192ccm12-prfsha256-ecp256",
        "aes256ccm8-prfsha256-ecp256",
        "aes128ctr-sha256-ecp256",
        "aes192-sha1-modp3072",
        "aes128-aesxcbc-modp4096",
        "aes128-aescmac-modp6144",
        "aes256gcm16-prfsha1-modp8192",
        "aes256gcm16-prfaesxcbc-ecp521",
        "aes256gcm16-prfaescmac-curve448"
      })
  void shouldKnowEveryAlgorithmOfIke(String text) {
    assertThat(SuiteNotation.text(SuiteNotation.parseIke(text).toOptional().orElseThrow()))
        .isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null-sha256-noesn",
        "null-aesxcbc-esn",
        "aes192gmac-esn",
        "aes256ctr-sha1-noesn",
        "aes128ccm12-curve448-esn",
        "aes128gcm8-noesn"
      })
  void shouldKnowEveryAlgorithmOfEsp(String text) {
    assertThat(SuiteNotation.parseEsp(text).toOptional().orElseThrow())
        .singleElement()
        .extracting(SuiteNotation::text)
        .isEqualTo(text);
  }

  @Test
  void shouldNeverLeavePacketsWithoutIntegrity() {
    for (String text : List.of("null", "aes128ctr", "aes128", "null-esn")) {
      assertThat(SuiteNotation.parseEsp(text))
          .isInstanceOfSatisfying(
              Parsed.Fault.class,
              fault -> assertThat(fault.problem()).contains("has no integrity algorithm"));
    }
  }

  @Test
  void shouldTakeOtherNamesOfTheCurves() {
    assertThat(SuiteNotation.parseIke("aes128gcm16-prfsha256-x25519"))
        .isEqualTo(SuiteNotation.parseIke("aes128gcm16-prfsha256-curve25519"));
    assertThat(SuiteNotation.parseIke("aes128gcm16-prfsha256-x448"))
        .isEqualTo(SuiteNotation.parseIke("aes128gcm16-prfsha256-curve448"));
  }

  @Test
  void shouldRefuseAPseudoRandomFunctionForEsp() {
    assertThat(SuiteNotation.parseEsp("aes256gcm16-prfsha256"))
        .isInstanceOfSatisfying(
            Parsed.Fault.class,
            fault -> assertThat(fault.problem()).contains("pseudo-random function"));
  }
}
