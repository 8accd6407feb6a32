package io.phalanx.replication.image;

import io.phalanx.config.Identity;
import io.phalanx.config.PacketHandling;
import io.phalanx.config.Secret;
import io.phalanx.config.net.IpPrefix;
import io.phalanx.config.net.TrafficSelector;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.config.suite.IkeSuite;
import io.phalanx.config.suite.IntegrityAlgorithm;
import io.phalanx.config.suite.KeyExchangeMethod;
import io.phalanx.config.suite.PseudoRandomFunction;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.SubSaSpec;
import io.phalanx.datapath.TransportAddresses;
import io.phalanx.replication.image.IkeSaImage.ChildRef;
import io.phalanx.replication.image.IkeSaImage.InitExchange;
import io.phalanx.replication.image.IkeSaImage.Keys;
import io.phalanx.replication.image.IkeSaImage.Phase;
import io.phalanx.replication.image.IkeSaImage.RequestInFlight;
import io.phalanx.replication.image.IkeSaImage.SentResponse;
import io.phalanx.replication.image.SaClusterImage.Limits;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Images for tests; each component differs from its neighbours. */
public final class Images {
  private static final long SESSION = 0x5e551001L;

  private Images() {}

  public static IkeSaImage ikeSa(long localSpi) {
    return ikeSa(localSpi, 4);
  }

  /** The same IKE SA, further on. */
  public static IkeSaImage ikeSa(long localSpi, long nextPeerId) {
    return ikeSa(localSpi, nextPeerId, endpoint("192.0.2.7", 4500));
  }

  /** The same, with its peer elsewhere. */
  public static IkeSaImage ikeSa(long localSpi, long nextPeerId, InetSocketAddress peer) {
    return ikeSa(localSpi, nextPeerId, peer, SESSION, 0xc0000001);
  }

  /** One of a certain session, with one child. */
  public static IkeSaImage ikeSa(long localSpi, long sessionId, int saId) {
    return ikeSa(localSpi, 4, endpoint("192.0.2.7", 4500), sessionId, saId);
  }

  private static IkeSaImage ikeSa(
      long localSpi, long nextPeerId, InetSocketAddress peer, long sessionId, int saId) {
    return new IkeSaImage(
        sessionId,
        localSpi,
        0x1122334455667788L,
        false,
        Phase.ESTABLISHED,
        "road",
        new IkeSuite(
            EncryptionAlgorithm.AES_CBC,
            256,
            Optional.of(IntegrityAlgorithm.HMAC_SHA2_256_128),
            PseudoRandomFunction.HMAC_SHA2_256,
            KeyExchangeMethod.CURVE25519),
        new Keys(
            secret(0xd0, 32),
            secret(0xa1, 32),
            secret(0xa2, 32),
            secret(0xe1, 32),
            secret(0xe2, 32),
            secret(0xb1, 32),
            secret(0xb2, 32)),
        peer,
        true,
        1,
        false,
        true,
        3,
        nextPeerId,
        List.of(
            new SentResponse(
                nextPeerId - 1, octets(0x51, 32), List.of(octets(0x52, 48), octets(0x53, 12)))),
        List.of(
            new RequestInFlight(
                2,
                List.of(octets(0x61, 40)),
                "rekey-child",
                1_000_200,
                secret(0x62, 16),
                Optional.of(KeyExchangeMethod.ECP_256),
                secret(0x63, 32),
                0xc0000009L,
                0xc0000001L,
                "net")),
        Optional.of(
            new InitExchange(
                octets(0x71, 20), octets(0x72, 20), octets(0x73, 16), octets(0x74, 16))),
        Optional.of(Identity.fqdn("gw.example.org")),
        Optional.of(Identity.email("road@example.org")),
        List.of(InetAddress.ofLiteral("10.77.0.9"), InetAddress.ofLiteral("2001:db8:77::9")),
        List.of(InetAddress.ofLiteral("10.78.0.3")),
        List.of(new ChildRef(saId, 0xc0000001, 0x0badcafe, "net", 2_000_000)),
        List.of(new IkeSaImage.RekeyedByPeer(0xc0000001L, 0xc0000002L, octets(0x75, 16))),
        1_000_000,
        1_000_100,
        3_000_000,
        3_500_000,
        4_000_000,
        new IkeSaImage.Extensions(
            true,
            true,
            false,
            5,
            Secret.of(octets(0x55, 32)),
            false,
            true,
            Optional.of(new IkeSaImage.SyncedIds(9, octets(0x56, 32), octets(0x57, 40))),
            true,
            2,
            true),
        new IkeSaImage.Mobility(
            true,
            List.of(InetAddress.ofLiteral("198.51.100.7")),
            List.of(InetAddress.ofLiteral("2001:db8::1")),
            5,
            Optional.empty(),
            true,
            false,
            true,
            octets(0x77, 20)),
        Optional.of(
            new IkeSaImage.EapProgress(
                octets(0x76, 40),
                true,
                new EapState(
                    EapState.Step.CHALLENGED,
                    1,
                    2,
                    octets(0x77, 12),
                    "road",
                    secret(0x78, 16),
                    3))),
        new IkeSaImage.Grants(
            "road@example.org",
            List.of(InetAddress.ofLiteral("10.77.0.12")),
            "road",
            List.of(octets(0x79, 4)),
            3600,
            600,
            60,
            new IkeSaImage.Account(IkeSaImage.Account.Stage.RUNNING, true, 1, 2, 3, 4)),
        List.of(new IkeSaImage.IvSpace(octets(0x7a, 32), List.of(4, 5))));
  }

  public static SaClusterImage saCluster(int id) {
    return saCluster(id, List.of(id));
  }

  public static SaClusterImage saCluster(int id, List<Integer> inboundSpis) {
    return saCluster(id, inboundSpis, 0x0102030405060708L, SESSION);
  }

  /** One that hangs on a certain IKE SA. */
  public static SaClusterImage saCluster(int id, long ikeSpi, long sessionId) {
    return saCluster(id, List.of(id), ikeSpi, sessionId);
  }

  private static SaClusterImage saCluster(
      int id, List<Integer> inboundSpis, long ikeSpi, long sessionId) {
    List<SubSaSpec> subSas = new ArrayList<>();
    for (int spi : inboundSpis) {
      subSas.add(subSa(spi));
    }
    return new SaClusterImage(
        id,
        ikeSpi,
        sessionId,
        "road",
        "net",
        List.copyOf(subSas),
        true,
        1024,
        List.of(TrafficSelector.of(IpPrefix.parse("10.1.0.0/16"))),
        List.of(new TrafficSelector(17, 53, 53, address("10.77.0.9"), address("10.77.0.10"))),
        1L << 40,
        1L << 30,
        Optional.of(
            new TransportAddresses(
                address("10.1.0.1"),
                address("10.77.0.9"),
                address("192.0.2.1"),
                address("172.16.0.9"))),
        new PacketHandling(1400, true, 46, true),
        1_000_100,
        new Limits(65, 64));
  }

  private static SubSaSpec subSa(int inboundSpi) {
    return new SubSaSpec(
        inboundSpi,
        0x0badcafe,
        new EspSuite(
            EncryptionAlgorithm.AES_GCM_16,
            256,
            Optional.empty(),
            Optional.of(KeyExchangeMethod.CURVE25519),
            true),
        secret(0x81, 36),
        Secret.EMPTY,
        secret(0x82, 36),
        Secret.EMPTY,
        new PeerPath(endpoint("2001:db8::7", 50007), 2));
  }

  /** Octets that are easy to find again where they must not be. */
  public static byte[] octets(int value, int length) {
    byte[] octets = new byte[length];
    Arrays.fill(octets, (byte) value);
    return octets;
  }

  private static Secret secret(int value, int length) {
    return Secret.of(octets(value, length));
  }

  private static InetAddress address(String literal) {
    return InetAddress.ofLiteral(literal);
  }

  private static InetSocketAddress endpoint(String literal, int port) {
    return new InetSocketAddress(address(literal), port);
  }
}
