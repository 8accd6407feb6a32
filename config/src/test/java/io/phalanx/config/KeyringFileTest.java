package io.phalanx.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.GatewayConfig.ClusterKey;
import io.phalanx.config.GatewayConfig.RetiredKey;
import io.phalanx.config.text.Parsed;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyringFileTest {
  private static final String A = "aa".repeat(32);
  private static final String B = "bb".repeat(32);

  @Test
  void shouldReadTheSealingKeyFirstAndWriteItAgain() {
    String text =
        "# ours\n\nopen 1 " + A + "\nseal 200  " + B + "\r\nmarks 7 " + A + " " + B + "\n";
    KeyringFile file = KeyringFile.parse(text).toOptional().orElseThrow();
    assertThat(file.keys())
        .containsExactly(new ClusterKey(200, key(0xbb)), new ClusterKey(1, key(0xaa)));
    assertThat(file.retired()).containsExactly(new RetiredKey(7, key(0xaa), key(0xbb)));
    assertThat(KeyringFile.parse(file.text())).isEqualTo(Parsed.value(file));
    assertThat(file.toString()).doesNotContain("aaaa");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "open 1 K",
        "seal 1 K\nseal 2 K",
        "seal 1 K\nopen 1 K",
        "seal 256 K",
        "seal -1 K",
        "seal 1",
        "seal 1 K K",
        "seal 1 abcd",
        "seal 1 K\nmarks 2 K",
        "SEAL 1 K",
        "K"
      })
  void shouldRefuseWithoutShowingASecret(String template) {
    Parsed<KeyringFile> parsed = KeyringFile.parse(template.replace("K", A));
    assertThat(parsed).isInstanceOf(Parsed.Fault.class);
    assertThat(parsed.toString()).doesNotContain("aaaa");
  }

  @Test
  void shouldTakeNoMoreKeysThanItMay() {
    StringBuilder text = new StringBuilder("seal 0 " + A + "\n");
    for (int id = 1; id < KeyringFile.KEYS_MAX; id++) {
      text.append("open ").append(id).append(' ').append(A).append('\n');
    }
    assertThat(KeyringFile.parse(text.toString())).isInstanceOf(Parsed.Value.class);
    assertThat(KeyringFile.parse(text + "open 99 " + A)).isInstanceOf(Parsed.Fault.class);
  }

  private static Secret key(int octet) {
    byte[] octets = new byte[32];
    Arrays.fill(octets, (byte) octet);
    return Secret.of(octets);
  }
}
