package io.phalanx.node.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.phalanx.config.Secret;
import io.phalanx.config.suite.PseudoRandomFunction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PrfTest {
  private static final HexFormat HEX = HexFormat.of();

  /**
   * RFC 2202 §3 case 2; RFC 4231 §4.2 (short key), §4.3 (key of 4 octets) and §4.7 (key longer than
   * a block).
   */
  @ParameterizedTest
  @CsvSource({
    "HMAC_SHA1, 4a656665, 1, what do ya want for nothing?,"
        + " effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
    "HMAC_SHA2_256, 0b, 20, Hi There,"
        + " b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    "HMAC_SHA2_256, 4a656665, 1, what do ya want for nothing?,"
        + " 5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    "HMAC_SHA2_384, 4a656665, 1, what do ya want for nothing?,"
        + " af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
        + "8e2240ca5e69e2c78b3239ecfab21649",
    "HMAC_SHA2_512, 4a656665, 1, what do ya want for nothing?,"
        + " 164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
        + "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
    "HMAC_SHA2_256, aa, 131, Test Using Larger Than Block-Size Key - Hash Key First,"
        + " 60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
  })
  void shouldBeTheHmacOfRfc2202And4231(
      PseudoRandomFunction prf, String key, int repeat, String data, String expected) {
    Secret secret = Secret.of(HEX.parseHex(key.repeat(repeat)));
    Secret output = Prf.of(prf, secret, data.getBytes(StandardCharsets.US_ASCII));
    assertThat(HEX.formatHex(output.reveal())).isEqualTo(expected);
  }

  /** RFC 4434 §2.1 and RFC 4615 §4: a key of AES's length, a shorter one, a longer one. */
  @ParameterizedTest
  @CsvSource({
    "AES128_XCBC, 000102030405060708090a0b0c0d0e0f, 47f51b4564966215b8985c63055ed308",
    "AES128_XCBC, 00010203040506070809, 0fa087af7d866e7653434e602fdde835",
    "AES128_XCBC, 000102030405060708090a0b0c0d0e0fedcb, 8cd3c93ae598a9803006ffb67c40e9e4",
    "AES128_CMAC, 000102030405060708090a0b0c0d0e0f, 980ae87b5f4c9c5214f5b6a8455e4c2d",
    "AES128_CMAC, 00010203040506070809, 290d9e112edb09ee141fcf64c0b72f3d",
    "AES128_CMAC, 000102030405060708090a0b0c0d0e0fedcb, 84a348a4a45d235babfffc0d2b4da09a",
  })
  void shouldBringAnyKeyToTheLengthOfAes(PseudoRandomFunction prf, String key, String expected) {
    byte[] message = HEX.parseHex("000102030405060708090a0b0c0d0e0f10111213");
    Secret output = Prf.of(prf, Secret.of(HEX.parseHex(key)), message);
    assertThat(HEX.formatHex(output.reveal())).isEqualTo(expected);
  }

  @Test
  void shouldTreatPartsAsOneInput() {
    Secret key = Secret.ofUtf8("Jefe");
    byte[] whole = {1, 2, 3, 4, 5};
    Secret parts =
        Prf.of(PseudoRandomFunction.HMAC_SHA2_256, key, new byte[] {1, 2}, new byte[] {3, 4, 5});
    assertThat(parts).isEqualTo(Prf.of(PseudoRandomFunction.HMAC_SHA2_256, key, whole));
  }

  @ParameterizedTest
  @EnumSource
  void shouldChainBlocksInPrfPlus(PseudoRandomFunction prf) {
    Secret key = Secret.ofUtf8("SK_d");
    byte[] seed = {9, 8, 7};
    byte[] first = Prf.of(prf, key, seed, new byte[] {1}).reveal();
    byte[] second = Prf.of(prf, key, first, seed, new byte[] {2}).reveal();
    byte[] plus = Prf.plus(prf, key, 2 * prf.outputOctets() - 1, seed).reveal();
    assertThat(plus).startsWith(first).hasSize(2 * prf.outputOctets() - 1);
    assertThat(Arrays.copyOfRange(plus, first.length, plus.length))
        .isEqualTo(Arrays.copyOf(second, second.length - 1));
  }

  @ParameterizedTest
  @EnumSource
  void shouldEndPrfPlusAfter255Blocks(PseudoRandomFunction prf) {
    Secret key = Secret.ofUtf8("key");
    int most = 255 * prf.outputOctets();
    assertThat(Prf.plus(prf, key, most, new byte[1]).length()).isEqualTo(most);
    assertThatThrownBy(() -> Prf.plus(prf, key, most + 1, new byte[1]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldTakeAnEmptyKeyAsHmacDoes() {
    Secret empty = Prf.of(PseudoRandomFunction.HMAC_SHA2_256, Secret.EMPTY, new byte[0]);
    assertThat(HEX.formatHex(empty.reveal()))
        .isEqualTo("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  }
}
