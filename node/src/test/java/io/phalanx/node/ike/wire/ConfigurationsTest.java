package io.phalanx.node.ike.wire;

import static io.phalanx.node.ike.wire.Golden.hex;
import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.node.ike.wire.Payload.Attribute;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class ConfigurationsTest {
  private static final InetAddress IPV4 = InetAddress.ofLiteral("10.0.0.7");
  private static final InetAddress IPV6 = InetAddress.ofLiteral("2001:db8::7");

  @Test
  void shouldWriteAnIpv4Address() {
    Attribute attribute = Configurations.internalAddress(IPV4);
    assertThat(attribute.type()).isEqualTo(1);
    assertThat(attribute.value()).isEqualTo(hex("0a000007"));
    assertThat(Configurations.address(attribute)).contains(IPV4);
    assertThat(Configurations.addressFamily(attribute)).isEqualTo(4);
  }

  @Test
  void shouldWriteAnIpv6AddressWithItsPrefixLength() {
    Attribute attribute = Configurations.internalAddress(IPV6);
    assertThat(attribute.type()).isEqualTo(8);
    assertThat(attribute.value()).isEqualTo(hex("20010db8000000000000000000000007 80"));
    assertThat(Configurations.address(attribute)).contains(IPV6);
    assertThat(Configurations.addressFamily(attribute)).isEqualTo(6);
  }

  @Test
  void shouldWriteServersForNames() {
    assertThat(Configurations.dns(IPV4).type()).isEqualTo(3);
    assertThat(Configurations.dns(IPV6).type()).isEqualTo(10);
    assertThat(Configurations.dns(IPV6).value()).hasSize(16);
    assertThat(Configurations.address(Configurations.dns(IPV6))).contains(IPV6);
  }

  @Test
  void shouldWriteANetmask() {
    assertThat(Configurations.netmask(24).value()).isEqualTo(hex("ffffff00"));
    assertThat(Configurations.netmask(32).value()).isEqualTo(hex("ffffffff"));
    assertThat(Configurations.netmask(0).value()).isEqualTo(hex("00000000"));
  }

  @Test
  void shouldReadNoAddressFromARequestOrAWrongLength() {
    assertThat(Configurations.address(Configurations.request(1))).isEmpty();
    assertThat(Configurations.address(new Attribute(1, new byte[3]))).isEmpty();
    assertThat(Configurations.address(new Attribute(8, new byte[18]))).isEmpty();
    assertThat(Configurations.address(new Attribute(10, new byte[17]))).isEmpty();
    assertThat(Configurations.address(new Attribute(7, new byte[4]))).isEmpty();
  }
}
