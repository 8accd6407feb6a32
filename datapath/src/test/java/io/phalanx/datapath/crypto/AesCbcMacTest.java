package io.phalanx.datapath.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.suite.IntegrityAlgorithm;
import java.util.HexFormat;
import java.util.Random;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.macs.CMac;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AesCbcMacTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final Random RANDOM = new Random(4493);

  /** RFC 3566 §4.6: 0, 1, 2, ... as message, and a thousand zeros. */
  @ParameterizedTest
  @CsvSource({
    "0, 75f0251d528ac01c4573dfd584d79f29",
    "3, 5b376580ae2f19afe7219ceef172756f",
    "16, d2a246fa349b68a79998a4394ff7a263",
    "20, 47f51b4564966215b8985c63055ed308",
    "32, f54f0ec8d2b9f3d36807734bd5283fd4",
    "34, becbb3bccdb518a30677d5481fb6b4d8",
  })
  void shouldBeTheXcbcOfRfc3566(int octets, String expected) {
    KeyedMac mac = mac(IntegrityAlgorithm.AES_XCBC_96, "000102030405060708090a0b0c0d0e0f");
    byte[] message = new byte[octets];
    for (int at = 0; at < octets; at++) {
      message[at] = (byte) at;
    }
    assertThat(HEX.formatHex(code(mac, message))).isEqualTo(expected);
  }

  @Test
  void shouldTakeAThousandZerosAsRfc3566Does() {
    KeyedMac mac = mac(IntegrityAlgorithm.AES_XCBC_96, "000102030405060708090a0b0c0d0e0f");
    assertThat(HEX.formatHex(code(mac, new byte[1000])))
        .isEqualTo("f0dafee895db30253761103b5d84528f");
  }

  /** RFC 4493 §4. */
  @ParameterizedTest
  @CsvSource({
    "0, bb1d6929e95937287fa37d129b756746",
    "16, 070a16b46b4d4144f79bdd9dd04a287c",
    "40, dfa66747de9ae63030ca32611497c827",
    "64, 51f0bebf7e3b9d92fc49741779363cfe",
  })
  void shouldBeTheCmacOfRfc4493(int octets, String expected) {
    byte[] message =
        HEX.parseHex(
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                + "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
            0,
            octets * 2);
    KeyedMac mac = mac(IntegrityAlgorithm.AES_CMAC_96, "2b7e151628aed2a6abf7158809cf4f3c");
    assertThat(HEX.formatHex(code(mac, message))).isEqualTo(expected);
  }

  @Test
  void shouldNotCareHowAMessageIsCutIntoParts() {
    byte[] key = octets(16);
    KeyedMac mac = mac(IntegrityAlgorithm.AES_CMAC_96, HEX.formatHex(key));
    CMac reference = new CMac(AESEngine.newInstance());
    reference.init(new KeyParameter(key));
    for (int length = 0; length < 3000; length += 1 + length / 40) {
      byte[] message = octets(length);
      byte[] expected = new byte[16];
      reference.update(message, 0, length);
      reference.doFinal(expected, 0);
      int at = 0;
      while (at < length) {
        int part = Math.min(length - at, RANDOM.nextInt(50));
        mac.update(message, at, part);
        at += part;
      }
      byte[] actual = new byte[20];
      mac.finish(actual, 3);
      assertThat(actual).as("length %d", length).containsSubsequence(expected).startsWith(0, 0, 0);
      assertThat(code(mac, message)).as("in one part").isEqualTo(expected);
    }
  }

  private static KeyedMac mac(IntegrityAlgorithm algorithm, String key) {
    return Ciphers.jdk().mac(algorithm, HEX.parseHex(key));
  }

  private static byte[] code(KeyedMac mac, byte[] message) {
    byte[] code = new byte[mac.octets()];
    mac.update(message, 0, message.length);
    mac.finish(code, 0);
    return code;
  }

  private static byte[] octets(int count) {
    byte[] octets = new byte[count];
    RANDOM.nextBytes(octets);
    return octets;
  }
}
