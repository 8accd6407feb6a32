package io.phalanx.it.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class BackendTest {
  @Test
  void shouldReadAllParts() {
    Backend backend = Backend.parse("gw1=10.60.0.11:500:4500@127.0.0.1:9500");
    assertThat(backend.name()).isEqualTo("gw1");
    assertThat(backend.endpoint(Port.IKE))
        .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("10.60.0.11"), 500));
    assertThat(backend.endpoint(Port.NAT).getPort()).isEqualTo(4500);
    assertThat(backend.readiness())
        .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 9500));
  }

  @Test
  void shouldReadIpv6InBrackets() {
    Backend backend = Backend.parse("a=[2001:db8::1]:500:4500@[::1]:9500");
    assertThat(backend.address()).isEqualTo(InetAddress.ofLiteral("2001:db8::1"));
  }

  @Test
  void shouldSayWhatIsExpected() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Backend.parse("gw1=10.60.0.11"))
        .withMessageContaining("NAME=ADDRESS:IKE-PORT");
  }
}
