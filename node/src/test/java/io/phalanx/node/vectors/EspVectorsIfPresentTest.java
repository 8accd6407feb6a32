package io.phalanx.node.vectors;

import static io.phalanx.node.vectors.SharedVectors.hex;
import static io.phalanx.node.vectors.SharedVectors.map;
import static io.phalanx.node.vectors.SharedVectors.maps;
import static io.phalanx.node.vectors.SharedVectors.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.Secret;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.config.suite.IntegrityAlgorithm;
import io.phalanx.datapath.crypto.Ciphers;
import io.phalanx.datapath.crypto.Confidentiality;
import io.phalanx.datapath.esp.EspPacket;
import io.phalanx.datapath.esp.PacketCipher;
import io.phalanx.datapath.esp.PacketCiphers;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Checks whole ESP packets of other implementations where they are present: sealing gives the
 * packet, opening its plaintext. What is not looked at, as we do not speak it: DES, 3DES, Blowfish
 * and CAST, MD5, AH. Of packets without integrity, which we never send, only the encryption is
 * checked.
 */
class EspVectorsIfPresentTest {
  private static final int IPV4_HEADER_OCTETS = 20;
  private static final Map<String, IntegrityAlgorithm> INTEGRITY =
      Map.of(
          "AUTH_SHA256_HMAC", IntegrityAlgorithm.HMAC_SHA2_256_128,
          "AUTH_SHA384_HMAC", IntegrityAlgorithm.HMAC_SHA2_384_192,
          "AUTH_SHA512_HMAC", IntegrityAlgorithm.HMAC_SHA2_512_256);

  static Stream<PacketCiphers> providers() {
    return Stream.of(PacketCiphers.fastest(), PacketCiphers.jdk());
  }

  @ParameterizedTest
  @MethodSource("providers")
  void shouldSealAndOpenThePacketsOfDpdk(PacketCiphers ciphers) {
    SharedVectors.json("02-impl/dpdk/esp-packets.dev.json")
        .ifPresent(
            file -> {
              int checked = 0;
              for (Map<?, ?> vector : maps(file, "vectors")) {
                Optional<EspSuite> suite = dpdkSuite(vector);
                if (suite.isPresent()) {
                  byte[] outer = hex(vector, "esp_packet");
                  byte[] esp = Arrays.copyOfRange(outer, IPV4_HEADER_OCTETS, outer.length);
                  PacketCipher cipher =
                      ciphers.create(
                          suite.get(),
                          Secret.of(
                              HexFormat.of().parseHex(text(vector, "key") + text(vector, "salt"))),
                          Secret.of(hex(vector, "auth_key")),
                          false);
                  assertSealsAndOpens(cipher, esp, hex(vector, "inner"));
                  checked++;
                }
              }
              assertThat(checked).isEqualTo(6);
            });
  }

  private static Optional<EspSuite> dpdkSuite(Map<?, ?> vector) {
    List<?> names = (List<?>) Objects.requireNonNull(vector.get("algos"));
    int keyBits = text(vector, "key").length() * 4;
    if (names.contains("AEAD_AES_GCM")) {
      return Optional.of(suite(EncryptionAlgorithm.AES_GCM_16, keyBits, Optional.empty()));
    }
    Optional<IntegrityAlgorithm> integrity =
        names.stream().filter(INTEGRITY::containsKey).map(INTEGRITY::get).findFirst();
    if (integrity.isPresent() && names.contains("CIPHER_AES_CBC")) {
      return Optional.of(suite(EncryptionAlgorithm.AES_CBC, keyBits, integrity));
    }
    if (integrity.isPresent() && names.contains("CIPHER_AES_CTR")) {
      return Optional.of(suite(EncryptionAlgorithm.AES_CTR, keyBits, integrity));
    }
    return Optional.empty();
  }

  @ParameterizedTest
  @MethodSource("providers")
  void shouldSealAndOpenThePacketsOfLinux(PacketCiphers ciphers) {
    Map<String, EncryptionAlgorithm> known =
        Map.of(
            "AES-GCM", EncryptionAlgorithm.AES_GCM_16,
            "AES-NULL-GMAC", EncryptionAlgorithm.NULL_AUTH_AES_GMAC);
    SharedVectors.json("02-impl/scapy/esp-reference.dev.json")
        .ifPresent(
            file -> {
              int checked = 0;
              for (Map<?, ?> vector : maps(file, "vectors")) {
                Map<?, ?> association = map(vector, "sa");
                EncryptionAlgorithm algorithm = known.get(text(association, "crypt_algo"));
                if (algorithm != null) {
                  PacketCipher cipher =
                      ciphers.create(
                          suite(algorithm, 128, Optional.empty()),
                          Secret.of(hex(association, "crypt_key")),
                          Secret.EMPTY,
                          false);
                  assertSealsAndOpens(cipher, hex(vector, "esp"), hex(vector, "inner"));
                  checked++;
                }
              }
              assertThat(checked).isEqualTo(2);
            });
  }

  @Test
  void shouldDecryptThePacketsOfLinuxWithoutIntegrity() {
    Map<String, EncryptionAlgorithm> known =
        Map.of(
            "AES-CBC", EncryptionAlgorithm.AES_CBC,
            "AES-CTR", EncryptionAlgorithm.AES_CTR);
    SharedVectors.json("02-impl/scapy/esp-reference.dev.json")
        .ifPresent(
            file -> {
              int checked = 0;
              for (Map<?, ?> vector : maps(file, "vectors")) {
                Map<?, ?> association = map(vector, "sa");
                EncryptionAlgorithm algorithm = known.get(text(association, "crypt_algo"));
                if (algorithm != null) {
                  Confidentiality cipher =
                      Ciphers.jdk().confidentiality(algorithm, hex(association, "crypt_key"));
                  byte[] esp = hex(vector, "esp");
                  int payload = EspPacket.IV + algorithm.ivOctets();
                  cipher.decrypt(esp, EspPacket.IV, payload, esp.length - payload);
                  assertThat(HexFormat.of().formatHex(esp, payload, esp.length))
                      .startsWith(text(vector, "inner"))
                      .endsWith("04");
                  checked++;
                }
              }
              assertThat(checked).isEqualTo(2);
            });
  }

  @ParameterizedTest
  @MethodSource("providers")
  void shouldSealAndOpenThePacketOfRfc7634(PacketCiphers ciphers) {
    SharedVectors.json("03-kat/rfc/rfc7634-chacha20poly1305.json")
        .ifPresent(
            file -> {
              Map<?, ?> vector = map(file, "esp");
              PacketCipher cipher =
                  ciphers.create(
                      suite(EncryptionAlgorithm.CHACHA20_POLY1305, 256, Optional.empty()),
                      Secret.of(hex(vector, "keymat")),
                      Secret.EMPTY,
                      false);
              byte[] outer = hex(vector, "packet");
              byte[] esp = Arrays.copyOfRange(outer, IPV4_HEADER_OCTETS, outer.length);
              assertSealsAndOpens(cipher, esp, hex(vector, "inner"));
            });
  }

  private static EspSuite suite(
      EncryptionAlgorithm algorithm, int keyBits, Optional<IntegrityAlgorithm> integrity) {
    return new EspSuite(algorithm, keyBits, integrity, Optional.empty(), false);
  }

  private static void assertSealsAndOpens(PacketCipher cipher, byte[] esp, byte[] inner) {
    int payload = EspPacket.IV + cipher.ivOctets();
    long sequence = Integer.toUnsignedLong(EspPacket.sequenceLow(esp, 0));
    byte[] packet = Arrays.copyOf(esp, esp.length + 64);
    System.arraycopy(inner, 0, packet, payload, inner.length);
    int length =
        EspPacket.putTrailer(
            packet, payload, inner.length, cipher.alignOctets(), EspPacket.NEXT_HEADER_IPV4);
    int total = cipher.seal(packet, 0, length, sequence);
    assertThat(Arrays.copyOf(packet, total)).isEqualTo(esp);
    assertThat(cipher.open(packet, 0, total, sequence)).isTrue();
    assertThat(Arrays.copyOfRange(packet, payload, payload + inner.length)).isEqualTo(inner);
    byte[] tampered = esp.clone();
    tampered[tampered.length - 1] ^= 1;
    assertThat(cipher.open(tampered, 0, tampered.length, sequence)).isFalse();
  }
}
