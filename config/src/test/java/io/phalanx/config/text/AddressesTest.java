package io.phalanx.config.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.net.IpPrefix;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.1", "0.0.0.0", "::", "2001:db8::1", "::ffff:192.0.2.1"})
  void shouldReadLiterals(String text) {
    assertThat(Addresses.address(text)).isEqualTo(Parsed.value(InetAddress.ofLiteral(text)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10.1",
        "10",
        "10.0.0.256",
        "gw.example",
        "1:::2",
        ":",
        "fe80::1%eth0",
        "[::1]"
      })
  void shouldRefuseWhatIsNoAddressAndResolveNothing(String text) {
    assertThat(Addresses.address(text)).isInstanceOf(Parsed.Fault.class);
  }

  @Test
  void shouldReadPrefixes() {
    assertThat(Addresses.prefix("10.77.0.0/24"))
        .isEqualTo(Parsed.value(IpPrefix.parse("10.77.0.0/24")));
    assertThat(Addresses.prefix("fd00:77::/120"))
        .isEqualTo(Parsed.value(IpPrefix.parse("fd00:77::/120")));
    assertThat(Addresses.prefix("10.0.0.1")).isEqualTo(Parsed.value(IpPrefix.parse("10.0.0.1/32")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "/24", "::/129", "::ffff:1.2.3.4/96"})
  void shouldRefuseWhatIsNoPrefix(String text) {
    assertThat(Addresses.prefix(text)).isInstanceOf(Parsed.Fault.class);
  }

  @Test
  void shouldReadEndpoints() {
    var v4 = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 500);
    var v6 = new InetSocketAddress(InetAddress.ofLiteral("2001:db8::1"), 4500);
    assertThat(Addresses.endpoint("192.0.2.1:500")).isEqualTo(Parsed.value(v4));
    assertThat(Addresses.endpoint("[2001:db8::1]:4500")).isEqualTo(Parsed.value(v6));
    assertThat(Addresses.endpoint("192.0.2.1", 500)).isEqualTo(Parsed.value(v4));
    assertThat(Addresses.endpoint("2001:db8::1", 4500)).isEqualTo(Parsed.value(v6));
    assertThat(Addresses.endpoint(Addresses.text(v6))).isEqualTo(Parsed.value(v6));
    assertThat(Addresses.endpoint(Addresses.text(v4))).isEqualTo(Parsed.value(v4));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "192.0.2.1",
        "192.0.2.1:",
        "192.0.2.1:0",
        "192.0.2.1:65536",
        "localhost:1",
        ":500",
        "::1",
        "[192.0.2.1]:1",
        "2001:db8::1:500x",
        "[::1]",
        "192.0.2.1:5:5"
      })
  void shouldRefuseWhatIsNoEndpoint(String text) {
    assertThat(Addresses.endpoint(text)).isInstanceOf(Parsed.Fault.class);
  }
}
