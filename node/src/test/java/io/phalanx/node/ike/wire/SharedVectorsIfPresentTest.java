package io.phalanx.node.ike.wire;

import static io.phalanx.node.vectors.SharedVectors.hex;
import static io.phalanx.node.vectors.SharedVectors.map;
import static io.phalanx.node.vectors.SharedVectors.maps;
import static io.phalanx.node.vectors.SharedVectors.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.Secret;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.IkeSuite;
import io.phalanx.config.suite.IntegrityAlgorithm;
import io.phalanx.config.suite.KeyExchangeMethod;
import io.phalanx.config.suite.PseudoRandomFunction;
import io.phalanx.node.vectors.SharedVectors;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks messages of other implementations where they are present; elsewhere nothing. */
class SharedVectorsIfPresentTest {
  private static final HexFormat HEX = HexFormat.of();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "01-wireshark/expected/ikev2-decrypt-aes128ccm12.json",
        "01-wireshark/expected/ikev2-decrypt-aes128ccm12-2.json",
        "01-wireshark/expected/ikev2-decrypt-aes256gcm16.json",
        "01-wireshark/expected/ikev2-decrypt-aes256cbc.json"
      })
  void shouldDecryptCapturedMessages(String name) {
    SharedVectors.json(name)
        .ifPresent(
            file -> {
              Map<?, ?> keys = map(file, "keys");
              SkCipher initiator = cipher(keys, "sk_ei", "sk_ai");
              SkCipher responder = cipher(keys, "sk_er", "sk_ar");
              for (Map<?, ?> message : maps(file, "messages")) {
                byte[] raw = hex(message, "raw");
                IkeHeader header = MessageCodec.header(raw).orElseThrow();
                SkCipher cipher = header.fromInitiator() ? initiator : responder;
                boolean secret = message.get("decrypted") != null;
                Decoded decoded = secret ? cipher.decrypt(raw) : MessageCodec.decode(raw);
                Map<?, ?> holder = secret ? map(message, "decrypted") : message;
                assertThat(bodies(((Decoded.Ok) decoded).message().payloads()))
                    .isEqualTo(expected(holder, secret ? "inner_payloads" : "payloads"));
              }
            });
  }

  private static SkCipher cipher(Map<?, ?> keys, String encryption, String integrity) {
    EncryptionAlgorithm algorithm =
        switch (text(keys, "encr").split(" ", 2)[0]) {
          case "AES-GCM-256" -> EncryptionAlgorithm.AES_GCM_16;
          case "AES-CCM-128" -> EncryptionAlgorithm.AES_CCM_12;
          default -> EncryptionAlgorithm.AES_CBC;
        };
    IkeSuite suite =
        new IkeSuite(
            algorithm,
            algorithm == EncryptionAlgorithm.AES_CCM_12 ? 128 : 256,
            algorithm.combinedMode()
                ? Optional.empty()
                : Optional.of(IntegrityAlgorithm.HMAC_SHA2_256_128),
            PseudoRandomFunction.HMAC_SHA2_256,
            KeyExchangeMethod.ECP_256);
    return new SkCipher(suite, Secret.of(hex(keys, encryption)), Secret.of(hex(keys, integrity)));
  }

  /** Type and body of each payload, as we write them. */
  private static List<String> bodies(List<Payload> payloads) {
    return payloads.stream()
        .map(
            payload -> {
              Writer out = new Writer();
              PayloadEncoder.encode(List.of(payload), out);
              String body = HEX.formatHex(out.toBytes()).substring(8);
              return PayloadEncoder.typeOf(payload) + " " + body;
            })
        .toList();
  }

  private static List<String> expected(Map<?, ?> holder, String member) {
    return maps(holder, member).stream()
        .map(payload -> payload.get("type") + " " + payload.get("body"))
        .toList();
  }

  @Test
  void shouldReadTheMessagesOfOpenswan() {
    SharedVectors.json("02-impl/openswan/openswan-messages.dev.json")
        .ifPresent(
            file -> {
              for (Map<?, ?> message : maps(file, "messages")) {
                byte[] raw = hex(message, "raw");
                assertThat(MessageCodec.header(raw)).isPresent();
                Decoded decoded = MessageCodec.decode(raw);
                assertThat(decoded)
                    .as(text(message, "file"))
                    .isInstanceOf(decodable(message) ? Decoded.Ok.class : Decoded.class);
                if (message.get("decrypted") instanceof Map<?, ?> decrypted) {
                  byte[] inner = hex(decrypted, "inner");
                  int first = Integer.parseInt(text(decrypted, "inner_next_payload"));
                  assertThat(PayloadChain.read(first, new Reader(inner, 0, inner.length)))
                      .as(text(message, "file"))
                      .isInstanceOf(PayloadChain.Complete.class);
                }
              }
            });
  }

  private static boolean decodable(Map<?, ?> message) {
    return text(map(message, "header"), "exchange").equals("34")
        && !text(message, "file").contains("syntax");
  }

  @Test
  void shouldJudgePayloadBodiesAsOthersDo() {
    SharedVectors.json("04-negative/ike-negative.dev.json")
        .ifPresent(
            file -> {
              for (Map<?, ?> body : maps(file, "payload_bodies")) {
                int type = Integer.parseInt(text(body, "payload"));
                // P21 is a configuration payload without attributes: RFC 7296 §3.15 allows it.
                if (type != PayloadType.ENCRYPTED && !text(body, "id").equals("P21")) {
                  PayloadChain chain = Golden.read(type, text(body, "body"));
                  boolean accept = text(body, "expect").startsWith("accept");
                  assertThat(chain)
                      .as(text(body, "id") + " " + text(body, "description"))
                      .isInstanceOf(
                          accept ? PayloadChain.Complete.class : PayloadChain.Faulty.class);
                }
              }
              for (Map<?, ?> datagram : maps(file, "datagrams")) {
                Decoded decoded = MessageCodec.decode(hex(datagram, "udp_payload"));
                if (text(datagram, "expect").endsWith("drop")
                    && !text(datagram, "expect").contains("INVALID")) {
                  assertThat(decoded).as(text(datagram, "id")).isInstanceOf(Decoded.Drop.class);
                }
              }
            });
  }

  @Test
  void shouldReadAndWriteTheBodiesOfGoIpsec() {
    SharedVectors.json("02-impl/go-ipsec/codec.json")
        .ifPresent(
            file -> {
              for (Map<?, ?> golden : maps(file, "golden_bodies")) {
                int type = Integer.parseInt(text(golden, "payload"));
                PayloadChain chain = Golden.read(type, text(golden, "body"));
                assertThat(chain)
                    .as(text(golden, "name"))
                    .isInstanceOf(PayloadChain.Complete.class);
                assertThat(bodies(((PayloadChain.Complete) chain).payloads()))
                    .containsExactly(type + " " + text(golden, "body"));
              }
            });
  }

  @Test
  void shouldHashForNatDetectionAsOthersDo() {
    SharedVectors.json("02-impl/nat-detection/natd.json")
        .ifPresent(
            file -> {
              for (Map<?, ?> each : maps(file, "cases")) {
                byte[] hash =
                    Notifies.natHash(
                        ByteBuffer.wrap(hex(each, "spi_i")).getLong(),
                        ByteBuffer.wrap(hex(each, "spi_r")).getLong(),
                        InetAddress.ofLiteral(text(each, "ip")),
                        Integer.parseInt(text(each, "port")));
                assertThat(hash).isEqualTo(hex(each, "hash"));
              }
            });
  }

  @Test
  void shouldReadTheMessagesOfFree5gc() {
    SharedVectors.json("02-impl/free5gc/free5gc-ike.json")
        .ifPresent(
            file -> {
              for (Map<?, ?> message : maps(file, "messages")) {
                byte[] raw = hex(message, "raw");
                boolean secret = raw[16] == PayloadType.ENCRYPTED;
                assertThat(MessageCodec.decode(raw))
                    .as(text(message, "name"))
                    .isInstanceOf(secret ? Decoded.Drop.class : Decoded.Ok.class);
              }
              for (Map<?, ?> message : maps(file, "negative_encrypted")) {
                assertThat(MessageCodec.decode(hex(message, "raw")))
                    .as(text(message, "name"))
                    .isInstanceOf(Decoded.Drop.class);
              }
            });
  }

  @Test
  void shouldDecryptTheMessageOfAndroid() {
    SharedVectors.json("02-android/kat-encrypted-payloads.json")
        .ifPresent(
            file ->
                maps(file, "cases").stream()
                    .filter(each -> text(each, "name").startsWith("AES-GCM-16-256 SK,"))
                    .forEach(
                        each -> {
                          SkCipher cipher =
                              new SkCipher(
                                  Samples.GCM, Secret.of(hex(each, "encr_key")), Secret.EMPTY);
                          Map<?, ?> expect = map(each, "expect");
                          Decoded decoded = cipher.decrypt(hex(each, "raw"));
                          assertThat(bodies(((Decoded.Ok) decoded).message().payloads()))
                              .isEqualTo(expected(expect, "inner_payloads"));
                        }));
  }
}
