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
          aes256gcm8-prfsha256-ecp256 | unknown algorithm "aes256gcm8" - use one of aes128gcm16, aes256gcm16,
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

  @Test
  void shouldRefuseAPseudoRandomFunctionForEsp() {
    assertThat(SuiteNotation.parseEsp("aes256gcm16-prfsha256"))
        .isInstanceOfSatisfying(
            Parsed.Fault.class,
            fault -> assertThat(fault.problem()).contains("pseudo-random function"));
  }
}
