package io.phalanx.node.ike.wire;

import io.phalanx.config.Identity;
import io.phalanx.config.iana.AuthMethod;
import io.phalanx.config.iana.ExchangeType;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.net.IpPrefix;
import io.phalanx.config.net.TrafficSelector;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.config.suite.IkeSuite;
import io.phalanx.config.suite.IntegrityAlgorithm;
import io.phalanx.config.suite.KeyExchangeMethod;
import io.phalanx.config.suite.PseudoRandomFunction;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** Messages and suites as peers use them. */
final class Samples {
  static final IkeSuite GCM =
      new IkeSuite(
          EncryptionAlgorithm.AES_GCM_16,
          256,
          Optional.empty(),
          PseudoRandomFunction.HMAC_SHA2_384,
          KeyExchangeMethod.ECP_384);
  static final IkeSuite CHACHA =
      new IkeSuite(
          EncryptionAlgorithm.CHACHA20_POLY1305,
          256,
          Optional.empty(),
          PseudoRandomFunction.HMAC_SHA2_256,
          KeyExchangeMethod.CURVE25519);
  static final IkeSuite CBC =
      new IkeSuite(
          EncryptionAlgorithm.AES_CBC,
          128,
          Optional.of(IntegrityAlgorithm.HMAC_SHA2_256_128),
          PseudoRandomFunction.HMAC_SHA2_256,
          KeyExchangeMethod.MODP_2048);
  static final EspSuite ESP_GCM =
      new EspSuite(
          EncryptionAlgorithm.AES_GCM_16,
          128,
          Optional.empty(),
          Optional.of(KeyExchangeMethod.CURVE25519),
          true);
  static final EspSuite ESP_CBC =
      new EspSuite(
          EncryptionAlgorithm.AES_CBC,
          256,
          Optional.of(IntegrityAlgorithm.HMAC_SHA2_512_256),
          Optional.empty(),
          false);

  static final IkeHeader INIT_HEADER =
      new IkeHeader(0x0102030405060708L, 0, ExchangeType.IKE_SA_INIT, true, false, 0);
  static final IkeHeader AUTH_HEADER =
      new IkeHeader(
          0x0102030405060708L, 0xf1f2f3f4f5f6f7f8L, ExchangeType.IKE_AUTH, true, false, 1);

  private Samples() {}

  static IkeMessage init() {
    InetAddress address = InetAddress.ofLiteral("192.0.2.1");
    return new IkeMessage(
        INIT_HEADER,
        List.of(
            new Payload.SecurityAssociation(
                Proposals.ofIke(List.of(GCM, CHACHA, CBC), new byte[0])),
            new Payload.KeyExchange(20, new byte[96]),
            new Payload.Nonce(new byte[32]),
            Notifies.natDetection(
                NotifyType.NAT_DETECTION_SOURCE_IP, INIT_HEADER.initiatorSpi(), 0, address, 500),
            Notifies.signatureHashAlgorithms(List.of(2, 3, 4)),
            new Payload.VendorId(new byte[16])));
  }

  static List<Payload> auth() {
    return List.of(
        new Payload.Identification(true, Identity.email("carol@example.org")),
        new Payload.Certificate(4, new byte[700]),
        new Payload.CertificateRequest(4, new byte[40]),
        new Payload.Authentication(AuthMethod.DIGITAL_SIGNATURE, new byte[256]),
        new Payload.Configuration(
            Configurations.REQUEST,
            List.of(
                Configurations.request(Configurations.INTERNAL_IP4_ADDRESS),
                Configurations.request(Configurations.INTERNAL_IP6_ADDRESS))),
        new Payload.SecurityAssociation(
            Proposals.ofEsp(List.of(ESP_GCM, ESP_CBC), 0xc0ffee01, false)),
        new Payload.TrafficSelectors(
            true, List.of(TrafficSelector.of(IpPrefix.parse("0.0.0.0/0")))),
        new Payload.TrafficSelectors(false, List.of(TrafficSelector.of(IpPrefix.parse("::/0")))));
  }
}
