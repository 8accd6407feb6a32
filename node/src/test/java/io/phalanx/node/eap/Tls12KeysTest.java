package io.phalanx.node.eap;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.Secret;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The PRF of TLS 1.2; the known answer is the one that the working group has published. */
final class Tls12KeysTest {
  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  @Test
  void shouldExpandWithSha256() {
    byte[] out =
        Tls12Keys.prf(
            "HmacSHA256",
            Secret.of(hex("9bbe436ba940f017b17652849a71db35")),
            "test label".getBytes(StandardCharsets.US_ASCII),
            hex("a0ba9f936cda311827a6f796ffd5198c"),
            100);
    assertThat(out)
        .isEqualTo(
            hex(
                "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a"
                    + "6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab"
                    + "4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701"
                    + "87347b66"));
  }
}
