package io.phalanx.datapath.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.phalanx.config.suite.EncryptionAlgorithm;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.modes.CCMBlockCipher;
import org.bouncycastle.crypto.modes.CCMModeCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AeadTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final byte[] NONCE = new byte[12];
  private static final byte[] ASSOCIATED = {1, 2, 3, 4, 5, 6, 7, 8};

  static Stream<EncryptionAlgorithm> combinedModes() {
    return Stream.of(EncryptionAlgorithm.values()).filter(EncryptionAlgorithm::combinedMode);
  }

  /** Test case 4 of the specification of GCM; a shorter ICV is the beginning of the whole one. */
  @ParameterizedTest
  @CsvSource({"AES_GCM_16, 16", "AES_GCM_12, 12", "AES_GCM_8, 8"})
  void shouldSealTheExampleOfGcm(EncryptionAlgorithm algorithm, int icvOctets) {
    String plaintext =
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
            + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
    String ciphertext =
        "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
            + "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091";
    String icv = "5bc94fbc3221a5db94fae95ae7121a47".substring(0, 2 * icvOctets);
    Aead aead = aead(algorithm, "feffe9928665731c6d6a8f9467308308");
    String sealed =
        seal(
            aead,
            "cafebabefacedbaddecaf888",
            "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            plaintext);
    assertThat(sealed).isEqualTo(ciphertext + icv);
  }

  /** NIST SP 800-38C, example 3. */
  @Test
  void shouldSealTheExampleOfCcm() {
    Aead aead = aead(EncryptionAlgorithm.AES_CCM_8, "404142434445464748494a4b4c4d4e4f");
    String sealed =
        seal(
            aead,
            "101112131415161718191a1b",
            "000102030405060708090a0b0c0d0e0f10111213",
            "202122232425262728292a2b2c2d2e2f3031323334353637");
    assertThat(sealed)
        .isEqualTo("e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951");
  }

  /** Bouncy Castle's CCM gives the same, also of associated data that need a long length. */
  @Test
  void shouldSealAsAnotherCcmDoes() throws Exception {
    Random random = new Random(3610);
    for (int round = 0; round < 200; round++) {
      int icvOctets = List.of(8, 12, 16).get(round % 3);
      byte[] key = octets(random, List.of(16, 24, 32).get(round / 3 % 3));
      byte[] nonce = octets(random, 7 + round % 7);
      byte[] plaintext = octets(random, random.nextInt(200));
      byte[] associated = octets(random, round % 50 == 0 ? 66_000 : random.nextInt(60));
      CCMModeCipher other = CCMBlockCipher.newInstance(AESEngine.newInstance());
      other.init(true, new AEADParameters(new KeyParameter(key), icvOctets * 8, nonce, associated));
      byte[] expected = new byte[plaintext.length + icvOctets];
      int written = other.processBytes(plaintext, 0, plaintext.length, expected, 0);
      other.doFinal(expected, written);
      Aead aead = aead(EncryptionAlgorithm.valueOf("AES_CCM_" + icvOctets), HEX.formatHex(key));
      byte[] sealed = Arrays.copyOf(plaintext, expected.length);
      aead.seal(nonce, associated, associated.length, sealed, 0, plaintext.length);
      assertThat(sealed).isEqualTo(expected);
    }
  }

  private static byte[] octets(Random random, int count) {
    byte[] octets = new byte[count];
    random.nextBytes(octets);
    return octets;
  }

  /** RFC 8439 §2.8.2. */
  @Test
  void shouldSealTheExampleOfChaCha20Poly1305() {
    Aead aead =
        aead(
            EncryptionAlgorithm.CHACHA20_POLY1305,
            "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
    String text =
        "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the"
            + " future, sunscreen would be it.";
    String sealed =
        seal(
            aead,
            "070000004041424344454647",
            "50515253c0c1c2c3c4c5c6c7",
            HEX.formatHex(text.getBytes(StandardCharsets.US_ASCII)));
    assertThat(sealed)
        .startsWith("d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6")
        .endsWith("1ae10b594f09e26a7e902ecbd0600691");
  }

  @ParameterizedTest
  @MethodSource("combinedModes")
  void shouldOpenWhatItSealedAndNothingElse(EncryptionAlgorithm algorithm) {
    Aead aead = aead(algorithm, "07".repeat(algorithm.keyBits().getLast() / 8));
    byte[] nonce = Arrays.copyOf(NONCE, algorithm.saltOctets() + 8);
    for (int length : new int[] {0, 1, 15, 16, 17, 100}) {
      nonce[0]++;
      byte[] sealed = new byte[length + aead.icvOctets()];
      aead.seal(nonce, ASSOCIATED, 8, sealed, 0, length);
      for (int bit = 0; bit < sealed.length * 8; bit += 5) {
        byte[] tampered = sealed.clone();
        tampered[bit / 8] ^= (byte) (1 << (bit % 8));
        assertThat(aead.open(nonce, ASSOCIATED, 8, tampered, 0, tampered.length)).isFalse();
      }
      assertThat(aead.open(nonce, ASSOCIATED, 7, sealed.clone(), 0, sealed.length)).isFalse();
      assertThat(aead.open(nonce, ASSOCIATED, 8, sealed, 0, sealed.length)).isTrue();
      assertThat(Arrays.copyOf(sealed, length)).isEqualTo(new byte[length]);
    }
  }

  @ParameterizedTest
  @MethodSource("combinedModes")
  void shouldRefuseToSealTwiceUnderOneNonce(EncryptionAlgorithm algorithm) {
    Aead aead = aead(algorithm, "07".repeat(algorithm.keyBits().getLast() / 8));
    byte[] nonce = Arrays.copyOf(NONCE, algorithm.saltOctets() + 8);
    aead.seal(nonce, ASSOCIATED, 8, new byte[32], 0, 16);
    assertThatThrownBy(() -> aead.seal(nonce, ASSOCIATED, 8, new byte[32], 0, 16))
        .isInstanceOf(IllegalStateException.class);
  }

  private static Aead aead(EncryptionAlgorithm algorithm, String key) {
    return Ciphers.jdk().aead(algorithm, HEX.parseHex(key + "00".repeat(algorithm.saltOctets())));
  }

  private static String seal(Aead aead, String nonce, String associated, String plaintext) {
    byte[] data = HEX.parseHex(associated);
    byte[] octets = HEX.parseHex(plaintext + "00".repeat(aead.icvOctets()));
    aead.seal(HEX.parseHex(nonce), data, data.length, octets, 0, plaintext.length() / 2);
    return HEX.formatHex(octets);
  }
}
