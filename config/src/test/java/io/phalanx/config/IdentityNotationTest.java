package io.phalanx.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.iana.IdType;
import io.phalanx.config.text.Parsed;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityNotationTest {
  @Test
  void shouldTellTheKindsApart() {
    assertThat(IdentityNotation.parse("gw.lab.test"))
        .isEqualTo(Parsed.value(Identity.fqdn("gw.lab.test")));
    assertThat(IdentityNotation.parse("client1@lab.test"))
        .isEqualTo(Parsed.value(Identity.email("client1@lab.test")));
    assertThat(IdentityNotation.parse("192.0.2.1"))
        .isEqualTo(Parsed.value(new Identity(IdType.IPV4_ADDR, new byte[] {(byte) 192, 0, 2, 1})));
    assertThat(IdentityNotation.parse("2001:db8::1"))
        .isEqualTo(Parsed.value(Identity.address(InetAddress.ofLiteral("2001:db8::1"))));
    assertThat(IdentityNotation.parse("keyid:0aFF"))
        .isEqualTo(Parsed.value(new Identity(IdType.KEY_ID, new byte[] {10, (byte) 255})));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gw.lab.test",
        "client1@lab.test",
        "192.0.2.1",
        "2001:db8:0:0:0:0:0:1",
        "keyid:0aff"
      })
  void shouldPrintIdentitiesAsTheyRead(String text) {
    assertThat(IdentityNotation.parse(text).then(id -> Parsed.value(id.toString())))
        .isEqualTo(Parsed.value(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "keyid:", "keyid:abc", "two words", "@lab.test", "a@b@c", "CN=gw, O=lab"})
  void shouldRefuseTheRest(String text) {
    assertThat(IdentityNotation.parse(text)).isInstanceOf(Parsed.Fault.class);
  }

  @Test
  void shouldPrintAnAddressOfTheWrongLengthAsOctets() {
    assertThat(new Identity(IdType.IPV4_ADDR, new byte[] {1, 2, 3})).hasToString("ipv4:010203");
  }
}
