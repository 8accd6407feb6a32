package io.phalanx.node.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.GatewayConfig.ClusterKey;
import io.phalanx.config.Secret;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CrashTokensTest {
  private static final ClusterKey OLD = new ClusterKey(1, Secret.of(new byte[32]));
  private static final ClusterKey NEW =
      new ClusterKey(2, Secret.ofUtf8("another key of a cluster"));

  @Test
  void shouldMakeOneTokenForOnePairOfSpis() {
    CrashTokens tokens = new CrashTokens(List.of(OLD));
    assertThat(tokens.of(1, 2)).isEqualTo(new CrashTokens(List.of(OLD)).of(1, 2));
    assertThat(tokens.of(1, 2)).isNotEqualTo(tokens.of(2, 1)).isNotEqualTo(tokens.of(1, 3));
    assertThat(tokens.of(1, 2)).isNotEqualTo(new CrashTokens(List.of(NEW)).of(1, 2));
    assertThat(tokens.of(1, 2).length()).isEqualTo(32);
  }

  @Test
  void shouldShowTheTokenOfEachKeyWhileKeysAreRotated() {
    Secret given = new CrashTokens(List.of(OLD)).of(1, 2);
    CrashTokens rotated = new CrashTokens(List.of(NEW, OLD));
    assertThat(rotated.all(1, 2)).containsExactly(rotated.of(1, 2), given);
  }

  @Test
  void shouldNotMatchWhereNoneWasGiven() {
    assertThat(CrashTokens.matches(Secret.EMPTY, new byte[0])).isFalse();
    assertThat(CrashTokens.matches(Secret.EMPTY, new byte[16])).isFalse();
    assertThat(CrashTokens.matches(Secret.of(new byte[16]), new byte[16])).isTrue();
    assertThat(CrashTokens.matches(Secret.of(new byte[15]), new byte[15])).isFalse();
    assertThat(CrashTokens.fits(new byte[257])).isFalse();
  }
}
