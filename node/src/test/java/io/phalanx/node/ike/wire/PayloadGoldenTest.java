package io.phalanx.node.ike.wire;

import static io.phalanx.node.ike.wire.Golden.assertGolden;
import static io.phalanx.node.ike.wire.Golden.hex;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.phalanx.config.Identity;
import io.phalanx.config.iana.AuthMethod;
import io.phalanx.config.iana.IdType;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.iana.ProtocolId;
import io.phalanx.config.net.IpPrefix;
import io.phalanx.config.net.TrafficSelector;
import io.phalanx.node.ike.wire.Payload.Attribute;
import io.phalanx.node.ike.wire.Payload.Proposal;
import io.phalanx.node.ike.wire.Payload.Transform;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every payload against octets that were written down by hand from RFC 7296 §3. */
class PayloadGoldenTest {
  @Test
  void securityAssociation() {
    Proposal first =
        new Proposal(
            1,
            ProtocolId.ESP,
            hex("c0ffee01"),
            List.of(new Transform(1, 20, 256, true), new Transform(5, 1, 0, true)));
    Proposal second =
        new Proposal(
            2,
            ProtocolId.ESP,
            hex("c0ffee01"),
            List.of(
                new Transform(1, 12, 128, true),
                new Transform(3, 12, 0, true),
                new Transform(5, 0, 0, true)));
    assertGolden(
        new Payload.SecurityAssociation(List.of(first, second)),
        33,
        """
        02 00 0020  01 03 04 02  c0ffee01
          03 00 000c  01 00 0014  800e 0100
          00 00 0008  05 00 0001
        00 00 0028  02 03 04 03  c0ffee01
          03 00 000c  01 00 000c  800e 0080
          03 00 0008  03 00 000c
          00 00 0008  05 00 0000
        """);
  }

  @Test
  void keyExchange() {
    assertGolden(new Payload.KeyExchange(31, hex("01020304")), 34, "001f 0000 01020304");
  }

  @Test
  void identificationOfTheInitiator() {
    Identity moon = Identity.fqdn("moon.example");
    assertGolden(
        new Payload.Identification(true, moon),
        35,
        "02 000000" + hex("moon.example".getBytes(UTF_8)));
  }

  @Test
  void identificationOfTheResponder() {
    Identity address = new Identity(IdType.IPV4_ADDR, hex("c0000201"));
    assertGolden(new Payload.Identification(false, address), 36, "01 000000 c0000201");
  }

  @Test
  void certificate() {
    assertGolden(new Payload.Certificate(4, hex("3003020101")), 37, "04 3003020101");
  }

  @Test
  void certificateRequest() {
    String hash = "00112233445566778899aabbccddeeff01234567";
    assertGolden(new Payload.CertificateRequest(4, hex(hash)), 38, "04" + hash);
  }

  @Test
  void authentication() {
    assertGolden(
        new Payload.Authentication(AuthMethod.SHARED_KEY_MIC, hex("a1a2a3")),
        39,
        "02 000000 a1a2a3");
  }

  @Test
  void nonce() {
    String octets = "000102030405060708090a0b0c0d0e0f";
    assertGolden(new Payload.Nonce(hex(octets)), 40, octets);
  }

  @Test
  void notifyWithoutSpi() {
    assertGolden(Payload.Notify.of(NotifyType.COOKIE, hex("c00c1e")), 41, "00 00 4006 c00c1e");
  }

  @Test
  void notifyWithSpi() {
    assertGolden(Notifies.rekeySa(0xdeadbeef), 41, "03 04 4009 deadbeef");
  }

  @Test
  void deleteOfChildSas() {
    assertGolden(
        new Payload.Delete(ProtocolId.ESP, List.of(hex("00000101"), hex("00000102"))),
        42,
        "03 04 0002 00000101 00000102");
  }

  @Test
  void deleteOfTheIkeSa() {
    assertGolden(new Payload.Delete(ProtocolId.IKE, List.of()), 42, "01 00 0000");
  }

  @Test
  void vendorId() {
    assertGolden(new Payload.VendorId(hex("cafe")), 43, "cafe");
  }

  @Test
  void trafficSelectorsOfTheInitiator() {
    TrafficSelector net = TrafficSelector.of(IpPrefix.parse("10.77.0.0/24"));
    TrafficSelector web =
        new TrafficSelector(
            6,
            443,
            443,
            InetAddress.ofLiteral("2001:db8::1"),
            InetAddress.ofLiteral("2001:db8::2"));
    assertGolden(
        new Payload.TrafficSelectors(true, List.of(net, web)),
        44,
        """
        02 000000
          07 00 0010  0000 ffff  0a4d0000 0a4d00ff
          08 06 0028  01bb 01bb  20010db8000000000000000000000001 20010db8000000000000000000000002
        """);
  }

  @Test
  void trafficSelectorsOfTheResponder() {
    TrafficSelector host = TrafficSelector.of(InetAddress.ofLiteral("192.0.2.1"));
    assertGolden(
        new Payload.TrafficSelectors(false, List.of(host)),
        45,
        "01 000000  07 00 0010  0000 ffff  c0000201 c0000201");
  }

  @Test
  void configuration() {
    assertGolden(
        new Payload.Configuration(
            1,
            List.of(
                new Attribute(1, new byte[0]),
                new Attribute(8, hex("20010db800000000000000000000000140")))),
        47,
        "01 000000  0001 0000  0008 0011 20010db8000000000000000000000001 40");
  }

  @Test
  void eap() {
    assertGolden(new Payload.Eap(hex("01 07 0005 01")), 48, "01 07 0005 01");
  }

  @Test
  void unknown() {
    assertGolden(new Payload.Unknown(200, false, hex("0102")), 200, "0102");
  }
}
