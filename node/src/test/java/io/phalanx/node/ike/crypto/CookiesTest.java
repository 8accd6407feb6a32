package io.phalanx.node.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.GatewayConfig.ClusterKey;
import io.phalanx.config.Secret;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class CookiesTest {
  private static final ClusterKey OLD = new ClusterKey(7, Secret.of(new byte[32]));
  private static final ClusterKey NEW = new ClusterKey(200, Secret.ofUtf8("x".repeat(32)));
  private static final byte[] NONCE = new byte[32];
  private static final InetAddress PEER = InetAddress.ofLiteral("192.0.2.1");
  private static final long SPI = 0x0102030405060708L;

  private final Cookies cookies = new Cookies(List.of(OLD));

  @Test
  void shouldKnowACookieThatAnotherMemberGave() {
    byte[] cookie = new Cookies(List.of(OLD)).issue(41, NONCE, PEER, SPI);
    assertThat(cookie.length).isBetween(1, 64);
    assertThat(cookies.verify(cookie, 41, NONCE, PEER, SPI)).isTrue();
  }

  @Test
  void shouldKnowACookieOfANeighbouringEpochOnly() {
    byte[] cookie = cookies.issue(41, NONCE, PEER, SPI);
    assertThat(cookies.verify(cookie, 40, NONCE, PEER, SPI)).isTrue();
    assertThat(cookies.verify(cookie, 42, NONCE, PEER, SPI)).isTrue();
    assertThat(cookies.verify(cookie, 39, NONCE, PEER, SPI)).isFalse();
    assertThat(cookies.verify(cookie, 43, NONCE, PEER, SPI)).isFalse();
    assertThat(cookies.verify(cookie, 41 + (1 << 24), NONCE, PEER, SPI)).isFalse();
  }

  @Test
  void shouldRefuseACookieForAnotherRequest() {
    byte[] cookie = cookies.issue(41, NONCE, PEER, SPI);
    InetAddress other = InetAddress.ofLiteral("192.0.2.2");
    byte[] nonce = NONCE.clone();
    nonce[0] = 1;
    assertThat(cookies.verify(cookie, 41, NONCE, other, SPI)).isFalse();
    assertThat(cookies.verify(cookie, 41, nonce, PEER, SPI)).isFalse();
    assertThat(cookies.verify(cookie, 41, NONCE, PEER, SPI + 1)).isFalse();
  }

  @Test
  void shouldRefuseACookieWithAnyOctetChanged() {
    byte[] cookie = cookies.issue(41, NONCE, PEER, SPI);
    for (int index = 0; index < cookie.length; index++) {
      byte[] forged = cookie.clone();
      forged[index] ^= 1;
      assertThat(cookies.verify(forged, 41, NONCE, PEER, SPI)).isFalse();
    }
    assertThat(cookies.verify(new byte[0], 41, NONCE, PEER, SPI)).isFalse();
    assertThat(cookies.verify(new byte[64], 41, NONCE, PEER, SPI)).isFalse();
  }

  @Test
  void shouldKnowCookiesOfBothKeysDuringARotation() {
    Cookies rotating = new Cookies(List.of(NEW, OLD));
    byte[] old = cookies.issue(41, NONCE, PEER, SPI);
    byte[] fresh = rotating.issue(41, NONCE, PEER, SPI);
    assertThat(rotating.verify(old, 41, NONCE, PEER, SPI)).isTrue();
    assertThat(rotating.verify(fresh, 41, NONCE, PEER, SPI)).isTrue();
    assertThat(cookies.verify(fresh, 41, NONCE, PEER, SPI)).isFalse();
  }
}
