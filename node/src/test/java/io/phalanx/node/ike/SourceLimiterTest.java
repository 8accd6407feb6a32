package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.GatewayConfig.SourceLimits;
import java.net.InetAddress;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SourceLimiterTest {
  private static final InetAddress ONE = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress OTHER = InetAddress.ofLiteral("192.0.2.2");
  private static final int RATE = 10;
  private static final long NOW_MILLIS = 1_000_000;

  private static long admitted(SourceLimiter limiter, InetAddress source, long nowMillis) {
    return IntStream.range(0, 100).filter(_ -> limiter.admit(source, nowMillis)).count();
  }

  @Test
  void shouldBoundTheRateOfEachSource() {
    SourceLimiter limiter = new SourceLimiter(new SourceLimits(0, RATE));
    assertThat(admitted(limiter, ONE, NOW_MILLIS)).isEqualTo(RATE);
    assertThat(admitted(limiter, OTHER, NOW_MILLIS)).isEqualTo(RATE);
    assertThat(admitted(limiter, ONE, NOW_MILLIS + 500)).isEqualTo(RATE / 2);
    assertThat(admitted(limiter, ONE, NOW_MILLIS + 60_000)).isEqualTo(RATE);
  }

  @Test
  void shouldTakeAnIpv6SubnetForOneSource() {
    SourceLimiter limiter = new SourceLimiter(new SourceLimits(0, RATE));
    assertThat(admitted(limiter, InetAddress.ofLiteral("2001:db8::1"), NOW_MILLIS)).isEqualTo(RATE);
    assertThat(admitted(limiter, InetAddress.ofLiteral("2001:db8::2"), NOW_MILLIS)).isZero();
    assertThat(admitted(limiter, InetAddress.ofLiteral("2001:db8:0:1::2"), NOW_MILLIS))
        .isEqualTo(RATE);
  }

  @Test
  void shouldBoundWhatASourceHasHalfOpen() {
    SourceLimiter limiter = new SourceLimiter(new SourceLimits(2, 0));
    limiter.opened(ONE);
    limiter.opened(ONE);
    assertThat(limiter.admit(ONE, NOW_MILLIS)).isFalse();
    assertThat(limiter.admit(OTHER, NOW_MILLIS)).isTrue();
    limiter.ended(ONE);
    assertThat(limiter.admit(ONE, NOW_MILLIS)).isTrue();
  }

  @Test
  void shouldLetEverythingThroughWithoutLimits() {
    SourceLimiter limiter = new SourceLimiter(new SourceLimits(0, 0));
    assertThat(admitted(limiter, ONE, NOW_MILLIS)).isEqualTo(100);
  }
}
