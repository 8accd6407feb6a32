package io.phalanx.datapath.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.suite.EncryptionAlgorithm;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfidentialityTest {
  private static final HexFormat HEX = HexFormat.of();

  /** RFC 3602 §4 case 1; RFC 3686 §6 cases 1, 6 and 9, the nonce behind the key. */
  @ParameterizedTest
  @CsvSource({
    "AES_CBC, 06a9214036b8a15b512e03d534120006, 3dafba429d9eb430b422da802c9fac41,"
        + " 53696e676c6520626c6f636b206d7367, e353779c1079aeb82708942dbe77181a",
    "AES_CTR, ae6852f8121067cc4bf7a5765577f39e00000030, 0000000000000000,"
        + " 53696e676c6520626c6f636b206d7367, e4095d4fb7a7b3792d6175a3261311b8",
    "AES_CTR, 02bf391ee8ecb159b959617b0965279bf59b60a786d3e0fe0007bdfd, 5cbd60278dcc0912,"
        + " 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223,"
        + " 96893fc55e5c722f540b7dd1ddf7e758d288bc95c69165884536c811662f2188abee0935",
    "AES_CTR, ff7a617ce69148e4f1726e2f43581de2aa62d9f805532edff1eed687fb54153d001cc5b7,"
        + " 51a51d70a1c11148,"
        + " 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223,"
        + " eb6c52821d0bbbf7ce7594462aca4faab407df866569fd07f48cc0b583d6071f1ec0e6b8",
    "NULL, '', '', 00010203, 00010203",
  })
  void shouldEncryptTheExamples(
      EncryptionAlgorithm algorithm, String key, String iv, String plaintext, String ciphertext) {
    Confidentiality cipher = Ciphers.jdk().confidentiality(algorithm, HEX.parseHex(key));
    byte[] octets = HEX.parseHex(iv + plaintext);
    int from = iv.length() / 2;
    cipher.encrypt(octets, 0, from, octets.length - from);
    assertThat(HEX.formatHex(octets)).isEqualTo(iv + ciphertext);
    cipher.decrypt(octets, 0, from, octets.length - from);
    assertThat(HEX.formatHex(octets)).isEqualTo(iv + plaintext);
  }
}
