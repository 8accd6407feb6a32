package io.phalanx.replication.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.phalanx.config.GatewayConfig.ClusterKey;
import io.phalanx.config.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class KeyringTest {
  private final Keyring keyring = new Keyring(List.of(key(7, "newer"), key(3, "older")));

  @Test
  void shouldSealWithTheFirstKey() {
    assertThat(keyring.newest()).isEqualTo(7);
    assertThat(keyring.ids()).containsExactly(7, 3);
    assertThat(keyring.holds(3)).isTrue();
    assertThat(keyring.holds(4)).isFalse();
  }

  @Test
  void shouldDeriveByHkdf() throws GeneralSecurityException {
    // RFC 5869 by hand: extract with a salt of zeros, then the first block of expand.
    byte[] pseudoRandomKey = hmac(new byte[32], bytes("newer"));
    byte[] info = bytes("phalanx store" + (char) 1);
    assertThat(keyring.derive(7, "store", 32).reveal()).isEqualTo(hmac(pseudoRandomKey, info));
  }

  @Test
  void shouldDeriveAnotherKeyForEachPurposeAndId() {
    assertThat(keyring.derive(7, "store", 32)).isEqualTo(keyring.derive(7, "store", 32));
    assertThat(keyring.derive(7, "store", 32)).isNotEqualTo(keyring.derive(7, "interlink", 32));
    assertThat(keyring.derive(7, "store", 32)).isNotEqualTo(keyring.derive(3, "store", 32));
    assertThat(keyring.derive(7, "spi", 16).length()).isEqualTo(16);
  }

  @Test
  void shouldRefuseKeysThatCannotBeToldApart() {
    assertThatThrownBy(() -> new Keyring(List.of(key(1, "a"), key(1, "b"))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Keyring(List.of())).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> keyring.derive(9, "store", 32))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static ClusterKey key(int id, String secret) {
    return new ClusterKey(id, Secret.ofUtf8(secret));
  }

  private static byte[] hmac(byte[] key, byte[] data) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(data);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
