package io.phalanx.config.suite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SuiteAdviceTest {
  @Test
  void shouldHaveNothingAgainstTheDefaults() {
    assertThat(SuiteNotation.ikeDefaults())
        .allSatisfy(suite -> assertThat(SuiteAdvice.on(suite)).isEmpty());
    assertThat(SuiteNotation.espDefaults())
        .allSatisfy(suite -> assertThat(SuiteAdvice.on(suite)).isEmpty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          aes128-sha1-modp2048           | HMAC-SHA1 is on its way out (RFC 8247 §2.3)
          aes128-sha1-modp2048           | its PRF, HMAC-SHA1,
          aes128gcm16-prfsha1-ecp256     | its PRF, HMAC-SHA1,
          aes128gcm16-prfaesxcbc-ecp256  | keys of 128 bits only
          aes128-aescmac-ecp256          | its ICV has just 12 octets
          aes128gcm8-prfsha256-ecp256    | its ICV has just 8 octets
          aes256ccm12-prfsha256-ecp256   | its ICV has just 12 octets
          aes256ctr-sha256-ecp256        | AES-CTR is not among the ciphers of RFC 8247
          """)
  void shouldSayWhatIsWeakInIke(String text, String reason) {
    assertThat(SuiteAdvice.on(SuiteNotation.parseIke(text).toOptional().orElseThrow()))
        .anySatisfy(each -> assertThat(each).contains(reason));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          aes128-sha1                    | HMAC-SHA1 is on its way out (RFC 8221 §6)
          null-sha256                    | encrypts nothing
          aes128gmac                     | encrypts nothing
          aes128-aesxcbc                 | its ICV has just 12 octets
          aes128ccm8                     | its ICV has just 8 octets
          """)
  void shouldSayWhatIsWeakInEsp(String text, String reason) {
    assertThat(SuiteAdvice.on(SuiteNotation.parseEsp(text).toOptional().orElseThrow().getFirst()))
        .anySatisfy(each -> assertThat(each).contains(reason));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "aes192-sha384-modp2048",
        "aes256-sha512-modp8192",
        "aes128ccm16-prfsha512-curve448",
        "aes192gcm16-prfsha384-ecp521"
      })
  void shouldHaveNothingAgainstWhatIsJustRare(String text) {
    assertThat(SuiteAdvice.on(SuiteNotation.parseIke(text).toOptional().orElseThrow())).isEmpty();
  }
}
