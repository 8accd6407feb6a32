package io.phalanx.node.vectors;

import static io.phalanx.node.vectors.SharedVectors.hex;
import static io.phalanx.node.vectors.SharedVectors.maps;
import static io.phalanx.node.vectors.SharedVectors.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.IntegrityAlgorithm;
import io.phalanx.config.suite.PseudoRandomFunction;
import io.phalanx.datapath.crypto.Aead;
import io.phalanx.datapath.crypto.Ciphers;
import io.phalanx.datapath.crypto.Confidentiality;
import io.phalanx.datapath.crypto.KeyedMac;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks ciphers, MACs and PRFs against vectors of RFCs, strongSwan and Wycheproof where they are
 * present. What is not looked at, as we do not speak it: 3DES and MD5 (3des_cbc, md5_hmac); whole
 * HMAC-SHA1 and its 128 bits as integrity, which is not of IKEv2; nonces of lengths that neither
 * ESP nor IKE has; CMAC with keys other than of 128 bits. Key exchange is checked where it lives,
 * signatures by the tests of authentication.
 */
class CipherVectorsIfPresentTest {
  private static final Ciphers CIPHERS = Ciphers.jdk();
  private static final Map<String, EncryptionAlgorithm> ENCRYPTION =
      Map.of(
          "ENCR_AES_CBC", EncryptionAlgorithm.AES_CBC,
          "ENCR_AES_CTR", EncryptionAlgorithm.AES_CTR,
          "ENCR_AES_CCM_ICV8", EncryptionAlgorithm.AES_CCM_8,
          "ENCR_AES_CCM_ICV12", EncryptionAlgorithm.AES_CCM_12,
          "ENCR_AES_CCM_ICV16", EncryptionAlgorithm.AES_CCM_16,
          "ENCR_AES_GCM_ICV8", EncryptionAlgorithm.AES_GCM_8,
          "ENCR_AES_GCM_ICV12", EncryptionAlgorithm.AES_GCM_12,
          "ENCR_AES_GCM_ICV16", EncryptionAlgorithm.AES_GCM_16,
          "ENCR_CHACHA20_POLY1305", EncryptionAlgorithm.CHACHA20_POLY1305);

  @ParameterizedTest
  @ValueSource(strings = {"aes_ccm", "aes_gcm", "chacha20poly1305"})
  void shouldSealAndOpenAsStrongswanDoes(String name) {
    SharedVectors.json("03-kat/strongswan-test-vectors/" + name + ".json")
        .ifPresent(
            file -> {
              assertThat(maps(file, "vectors")).isNotEmpty();
              for (Map<?, ?> vector : maps(file, "vectors")) {
                EncryptionAlgorithm algorithm = encryption(vector);
                byte[] key = hex(vector, "key");
                byte[] salt =
                    Arrays.copyOfRange(key, key.length - algorithm.saltOctets(), key.length);
                assertSealsAndOpens(
                    CIPHERS.aead(algorithm, key),
                    concat(salt, hex(vector, "iv")),
                    orEmpty(vector, "adata"),
                    orEmpty(vector, "plain"),
                    hex(vector, "cipher"));
              }
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"aes_cbc", "aes_ctr"})
  void shouldEncryptAsStrongswanDoes(String name) {
    SharedVectors.json("03-kat/strongswan-test-vectors/" + name + ".json")
        .ifPresent(
            file -> {
              assertThat(maps(file, "vectors")).isNotEmpty();
              for (Map<?, ?> vector : maps(file, "vectors")) {
                assertEncrypts(encryption(vector), hex(vector, "key"), vector);
              }
            });
  }

  @Test
  void shouldEncryptAsInRfc3602() {
    SharedVectors.json("03-kat/rfc/rfc3602-aes-cbc-esp.json")
        .ifPresent(
            file -> {
              for (Map<?, ?> vector : maps(file, "vectors")) {
                if (vector.containsKey("plain")) {
                  assertEncrypts(EncryptionAlgorithm.AES_CBC, hex(vector, "key"), vector);
                } else {
                  byte[] esp = hex(vector, "esp");
                  Confidentiality cipher =
                      CIPHERS.confidentiality(EncryptionAlgorithm.AES_CBC, hex(vector, "key"));
                  cipher.decrypt(esp, 8, 24, esp.length - 24);
                  assertThat(Arrays.copyOfRange(esp, 24, esp.length))
                      .isEqualTo(hex(vector, "pre_encryption"));
                }
              }
            });
  }

  @Test
  void shouldEncryptAsInRfc3686() {
    SharedVectors.json("03-kat/rfc/rfc3686-aes-ctr.json")
        .ifPresent(
            file -> {
              for (Map<?, ?> vector : maps(file, "vectors")) {
                byte[] keyAndNonce = concat(hex(vector, "key"), hex(vector, "nonce"));
                assertEncrypts(EncryptionAlgorithm.AES_CTR, keyAndNonce, vector);
              }
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"aes_cmac", "aes_xcbc", "sha1_hmac", "sha2_hmac"})
  void shouldAuthenticateAsStrongswanDoes(String name) {
    Map<String, IntegrityAlgorithm> integrity =
        Map.of(
            "AUTH_AES_CMAC_96", IntegrityAlgorithm.AES_CMAC_96,
            "AUTH_AES_XCBC_96", IntegrityAlgorithm.AES_XCBC_96,
            "AUTH_HMAC_SHA1_96", IntegrityAlgorithm.HMAC_SHA1_96,
            "AUTH_HMAC_SHA2_256_128", IntegrityAlgorithm.HMAC_SHA2_256_128,
            "AUTH_HMAC_SHA2_384_192", IntegrityAlgorithm.HMAC_SHA2_384_192,
            "AUTH_HMAC_SHA2_512_256", IntegrityAlgorithm.HMAC_SHA2_512_256);
    SharedVectors.json("03-kat/strongswan-test-vectors/" + name + ".json")
        .ifPresent(
            file -> {
              int checked = 0;
              for (Map<?, ?> vector : maps(file, "vectors")) {
                String algorithm = text(vector, "alg");
                if (algorithm.startsWith("PRF_")) {
                  PseudoRandomFunction prf = PseudoRandomFunction.valueOf(algorithm.substring(4));
                  KeyedMac mac = CIPHERS.prf(prf, hex(vector, "key"));
                  assertThat(code(mac, orEmpty(vector, "seed"))).isEqualTo(hex(vector, "out"));
                  checked++;
                } else if (integrity.containsKey(algorithm)) {
                  IntegrityAlgorithm ours = integrity.get(algorithm);
                  byte[] code =
                      code(CIPHERS.mac(ours, hex(vector, "key")), orEmpty(vector, "data"));
                  // One of theirs is not cut, whatever it says.
                  assertThat(hex(vector, "mac")).startsWith(Arrays.copyOf(code, ours.icvOctets()));
                  checked++;
                }
              }
              assertThat(checked).isPositive();
            });
  }

  @Test
  void shouldAuthenticateAsInRfc4231() {
    Map<String, PseudoRandomFunction> functions =
        Map.of(
            "HMAC-SHA-256", PseudoRandomFunction.HMAC_SHA2_256,
            "HMAC-SHA-384", PseudoRandomFunction.HMAC_SHA2_384,
            "HMAC-SHA-512", PseudoRandomFunction.HMAC_SHA2_512);
    SharedVectors.json("03-kat/rfc/rfc4231-hmac.json")
        .ifPresent(
            file -> {
              for (Map<?, ?> vector : maps(file, "vectors")) {
                functions.forEach(
                    (name, prf) -> {
                      byte[] code = code(CIPHERS.prf(prf, hex(vector, "key")), hex(vector, "data"));
                      assertThat(code).startsWith(hex(vector, name)); // one is cut to 128 bits
                    });
              }
            });
  }

  @ParameterizedTest
  @CsvSource({"rfc4434, AES128_XCBC", "rfc4615, AES128_CMAC"})
  void shouldBringKeysToTheirLengthAsTheRfcsDo(String member, PseudoRandomFunction prf) {
    SharedVectors.json("03-kat/rfc/rfc4434-rfc4615-prf.json")
        .ifPresent(
            file -> {
              assertThat(maps(file, member)).isNotEmpty();
              for (Map<?, ?> vector : maps(file, member)) {
                byte[] code = code(CIPHERS.prf(prf, hex(vector, "key")), hex(vector, "msg"));
                assertThat(code).isEqualTo(hex(vector, "out"));
              }
            });
  }

  @ParameterizedTest
  @CsvSource({
    "aes_gcm, 12, AES_GCM_16:AES_GCM_12:AES_GCM_8",
    "aes_ccm, 11, AES_CCM_16:AES_CCM_12:AES_CCM_8",
    "aes_ccm, 12, AES_CCM_16:AES_CCM_12:AES_CCM_8",
    "chacha20_poly1305, 12, CHACHA20_POLY1305",
  })
  void shouldSealAndOpenAsWycheproofAsks(String name, int nonceOctets, String algorithms) {
    List<EncryptionAlgorithm> ours =
        Arrays.stream(algorithms.split(":")).map(EncryptionAlgorithm::valueOf).toList();
    SharedVectors.json("03-kat/wycheproof/" + name + "_test.json")
        .ifPresent(
            file -> {
              int checked = 0;
              for (Map<?, ?> group : maps(file, "testGroups")) {
                if (number(group, "ivSize") != nonceOctets * 8) {
                  continue;
                }
                for (EncryptionAlgorithm algorithm : ours) {
                  boolean same = number(group, "tagSize") == algorithm.icvOctets() * 8;
                  // An ICV of GCM is the beginning of a longer one; CCM writes its length inside.
                  boolean cut = number(group, "tagSize") == 128 && name.equals("aes_gcm");
                  if (same || cut) {
                    for (Map<?, ?> test : maps(group, "tests")) {
                      assertJudges(algorithm, test);
                      checked++;
                    }
                  }
                }
              }
              assertThat(checked).isPositive();
            });
  }

  private static void assertJudges(EncryptionAlgorithm algorithm, Map<?, ?> test) {
    Aead aead = CIPHERS.aead(algorithm, concat(hex(test, "key"), new byte[algorithm.saltOctets()]));
    byte[] icv = Arrays.copyOf(hex(test, "tag"), algorithm.icvOctets());
    byte[] sealed = concat(hex(test, "ct"), icv);
    byte[] associated = hex(test, "aad");
    if (text(test, "result").equals("valid")) {
      assertSealsAndOpens(aead, hex(test, "iv"), associated, hex(test, "msg"), sealed);
    } else if (icv.length == hex(test, "tag").length) { // cut, what was changed may be gone
      assertThat(
              aead.open(hex(test, "iv"), associated, associated.length, sealed, 0, sealed.length))
          .as(text(test, "comment"))
          .isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "hmac_sha1, HMAC_SHA1",
    "hmac_sha256, HMAC_SHA2_256",
    "hmac_sha512, HMAC_SHA2_512",
    "aes_cmac, AES128_CMAC",
  })
  void shouldAuthenticateAsWycheproofAsks(String name, PseudoRandomFunction prf) {
    SharedVectors.json("03-kat/wycheproof/" + name + "_test.json")
        .ifPresent(
            file -> {
              int checked = 0;
              for (Map<?, ?> group : maps(file, "testGroups")) {
                if (prf == PseudoRandomFunction.AES128_CMAC && number(group, "keySize") != 128) {
                  continue;
                }
                for (Map<?, ?> test : maps(group, "tests")) {
                  byte[] tag = hex(test, "tag");
                  byte[] code = code(CIPHERS.prf(prf, hex(test, "key")), hex(test, "msg"));
                  assertThat(Arrays.equals(Arrays.copyOf(code, tag.length), tag))
                      .as(text(test, "comment"))
                      .isEqualTo(text(test, "result").equals("valid"));
                  checked++;
                }
              }
              assertThat(checked).isPositive();
            });
  }

  private static void assertSealsAndOpens(
      Aead aead, byte[] nonce, byte[] associated, byte[] plaintext, byte[] sealed) {
    byte[] octets = Arrays.copyOf(plaintext, plaintext.length + aead.icvOctets());
    aead.seal(nonce, associated, associated.length, octets, 0, plaintext.length);
    assertThat(octets).isEqualTo(sealed);
    assertThat(aead.open(nonce, associated, associated.length, octets, 0, octets.length)).isTrue();
    assertThat(Arrays.copyOf(octets, plaintext.length)).isEqualTo(plaintext);
    byte[] tampered = sealed.clone();
    tampered[tampered.length - 1] ^= 1;
    assertThat(aead.open(nonce, associated, associated.length, tampered, 0, tampered.length))
        .isFalse();
  }

  private static void assertEncrypts(
      EncryptionAlgorithm algorithm, byte[] keyAndSalt, Map<?, ?> vector) {
    Confidentiality cipher = CIPHERS.confidentiality(algorithm, keyAndSalt);
    byte[] iv = hex(vector, "iv");
    byte[] octets = concat(iv, hex(vector, "plain"));
    cipher.encrypt(octets, 0, iv.length, octets.length - iv.length);
    assertThat(octets).isEqualTo(concat(iv, hex(vector, "cipher")));
    cipher.decrypt(octets, 0, iv.length, octets.length - iv.length);
    assertThat(octets).isEqualTo(concat(iv, hex(vector, "plain")));
  }

  private static byte[] code(KeyedMac mac, byte[] message) {
    byte[] code = new byte[mac.octets()];
    mac.update(message, 0, message.length);
    mac.finish(code, 0);
    return code;
  }

  private static byte[] orEmpty(Map<?, ?> vector, String member) {
    return vector.containsKey(member) ? hex(vector, member) : new byte[0];
  }

  private static EncryptionAlgorithm encryption(Map<?, ?> vector) {
    return Objects.requireNonNull(ENCRYPTION.get(text(vector, "alg")));
  }

  private static int number(Map<?, ?> map, String member) {
    return Integer.parseInt(text(map, member));
  }

  private static byte[] concat(byte[] left, byte[] right) {
    byte[] result = Arrays.copyOf(left, left.length + right.length);
    System.arraycopy(right, 0, result, left.length, right.length);
    return result;
  }
}
