package io.phalanx.node.context;

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
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.ChildRef;
import io.phalanx.replication.image.IkeSaImage.Extensions;
import io.phalanx.replication.image.IkeSaImage.Grants;
import io.phalanx.replication.image.IkeSaImage.IvSpace;
import io.phalanx.replication.image.IkeSaImage.Keys;
import io.phalanx.replication.image.IkeSaImage.Mobility;
import io.phalanx.replication.image.IkeSaImage.Phase;
import io.phalanx.replication.image.IkeSaImage.SentResponse;
import io.phalanx.replication.image.IkeSaImage.SyncedIds;
import io.phalanx.replication.image.SaClusterImage;
import io.phalanx.replication.image.SaClusterImage.Limits;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A session, as images. */
public final class Samples {
  static final InetAddress OURS = InetAddress.ofLiteral("192.0.2.1");
  static final List<IvSpace> IV_SPACES = List.of(new IvSpace(new byte[32], List.of(1)));
  private static final InetSocketAddress PEER =
      new InetSocketAddress(InetAddress.ofLiteral("198.51.100.7"), 4501);

  private Samples() {}

  static Secret secret(int value, int octets) {
    byte[] all = new byte[octets];
    Arrays.fill(all, (byte) value);
    return Secret.of(all);
  }

  public static IkeSaImage ike(long spi, long sessionId, int saId) {
    return new IkeSaImage(
        sessionId,
        spi,
        0x2122232425262728L,
        false,
        Phase.ESTABLISHED,
        "road",
        new IkeSuite(
            EncryptionAlgorithm.AES_GCM_16,
            256,
            Optional.empty(),
            PseudoRandomFunction.HMAC_SHA2_256,
            KeyExchangeMethod.CURVE25519),
        new Keys(
            secret(1, 32),
            Secret.EMPTY,
            Secret.EMPTY,
            secret(2, 36),
            secret(3, 36),
            secret(4, 32),
            secret(5, 32)),
        PEER,
        true,
        1,
        false,
        true,
        3,
        9,
        List.of(new SentResponse(8, new byte[32], List.of(new byte[] {1, 2}))),
        List.of(),
        Optional.empty(),
        Optional.of(Identity.fqdn("gw.example.org")),
        Optional.of(Identity.email("road@example.org")),
        List.of(InetAddress.ofLiteral("10.77.0.9")),
        List.of(),
        List.of(new ChildRef(saId, saId, 0x0badcafe, "net", 2_000_000)),
        List.of(),
        1_000,
        1_100,
        3_000_000,
        0,
        4_000_000,
        Extensions.NONE
            .withFragmentation(true)
            .withMobike(true)
            .withPeerWindow(5)
            .withSyncedIds(Optional.of(new SyncedIds(9, new byte[32], new byte[] {3})))
            .withTokenDue(true),
        Mobility.NONE.withPeerAddresses(List.of(InetAddress.ofLiteral("198.51.100.8"))),
        Optional.empty(),
        Grants.of("road@example.org"),
        IV_SPACES);
  }

  /** Of an IKE SA that does not matter. */
  public static SaClusterImage child(int saId) {
    return child(saId, 0x1112131415161718L, 7);
  }

  public static SaClusterImage child(int saId, long ikeSpi, long sessionId) {
    return new SaClusterImage(
        saId,
        ikeSpi,
        sessionId,
        "road",
        "net",
        List.of(
            new SubSaSpec(
                saId,
                0x0badcafe,
                new EspSuite(
                    EncryptionAlgorithm.AES_CBC,
                    256,
                    Optional.of(IntegrityAlgorithm.HMAC_SHA2_256_128),
                    Optional.of(KeyExchangeMethod.ECP_256),
                    true),
                secret(6, 32),
                secret(7, 32),
                secret(8, 32),
                secret(9, 32),
                new PeerPath(PEER, 1))),
        true,
        1024,
        List.of(TrafficSelector.of(IpPrefix.parse("10.1.0.0/16"))),
        List.of(TrafficSelector.of(InetAddress.ofLiteral("2001:db8::9"))),
        1L << 40,
        1L << 30,
        Optional.empty(),
        new PacketHandling(1400, true, 46, true),
        1_200,
        new Limits(701, 130));
  }
}
