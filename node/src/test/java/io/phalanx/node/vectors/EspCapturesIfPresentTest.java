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
import io.phalanx.datapath.esp.EspPacket;
import io.phalanx.datapath.esp.PacketCipher;
import io.phalanx.datapath.esp.PacketCiphers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Opens ESP that others have captured, where it is present, under suites that we speak. */
class EspCapturesIfPresentTest {
  private static final Set<String> OURS = Set.of("AES-CBC", "NULL");

  @ParameterizedTest
  @CsvSource({"esp-bug-12671, 2", "wiki-esp-capture-1, 10"})
  void shouldOpenCapturedPackets(String name, int atLeast) {
    SharedVectors.json("01-wireshark/expected/" + name + ".json")
        .ifPresent(
            file -> {
              List<Map<?, ?>> packets =
                  maps(file, "packets").stream()
                      .filter(each -> OURS.contains(text(each, "encr")))
                      .filter(each -> text(each, "auth").equals("HMAC-SHA-1-96"))
                      .toList();
              assertThat(packets)
                  .hasSizeGreaterThanOrEqualTo(atLeast)
                  .allSatisfy(EspCapturesIfPresentTest::open);
            });
  }

  private static void open(Map<?, ?> packet) {
    EncryptionAlgorithm encryption =
        text(packet, "encr").equals("NULL")
            ? EncryptionAlgorithm.NULL
            : EncryptionAlgorithm.AES_CBC;
    byte[] key = encryption == EncryptionAlgorithm.NULL ? new byte[0] : hex(packet, "encr_key");
    EspSuite suite =
        new EspSuite(
            encryption,
            key.length * Byte.SIZE,
            Optional.of(IntegrityAlgorithm.HMAC_SHA1_96),
            Optional.empty(),
            false);
    PacketCipher cipher =
        PacketCiphers.jdk()
            .create(suite, Secret.of(key), Secret.of(hex(packet, "auth_key")), false);
    byte[] esp = hex(packet, "esp");
    long sequence = Integer.toUnsignedLong(EspPacket.sequenceLow(esp, 0));
    assertThat(sequence).isEqualTo(Long.parseLong(text(packet, "seq")));
    assertThat(cipher.open(esp, 0, esp.length, sequence)).isTrue();
    int payload = EspPacket.IV + cipher.ivOctets();
    int octets = esp.length - cipher.overheadOctets();
    int inner = EspPacket.innerLength(esp, payload, octets);
    Map<?, ?> expect = map(packet, "expect");
    assertThat(EspPacket.nextHeader(esp, payload, octets))
        .isEqualTo(Integer.parseInt(text(expect, "next_header")));
    assertThat(Arrays.copyOfRange(esp, payload, payload + inner)).isEqualTo(hex(expect, "payload"));
  }
}
