package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig;
import io.phalanx.config.GatewayConfig.Authentication;
import io.phalanx.config.GatewayConfig.Child;
import io.phalanx.config.GatewayConfig.ClusterKey;
import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.config.GatewayConfig.Mode;
import io.phalanx.config.GatewayConfig.Pool;
import io.phalanx.config.GatewayConfig.PresharedKey;
import io.phalanx.config.GatewayConfig.Psk;
import io.phalanx.config.GatewayConfig.RoutabilityCheck;
import io.phalanx.config.Identity;
import io.phalanx.config.IdentityPattern;
import io.phalanx.config.PacketHandling;
import io.phalanx.config.Secret;
import io.phalanx.config.net.IpPrefix;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.config.suite.IkeSuite;
import io.phalanx.config.suite.IntegrityAlgorithm;
import io.phalanx.config.suite.KeyExchangeMethod;
import io.phalanx.config.suite.PseudoRandomFunction;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The configuration of one side in a test; starts from a site-to-site tunnel with a shared key. */
public final class Configs {
  static final Identity LEFT = Identity.fqdn("left.example");
  static final Identity RIGHT = Identity.fqdn("right.example");
  static final InetAddress LEFT_ADDRESS = InetAddress.ofLiteral("192.0.2.1");
  static final InetAddress RIGHT_ADDRESS = InetAddress.ofLiteral("198.51.100.2");
  static final IkeSuite GCM_31 = gcm(KeyExchangeMethod.CURVE25519);
  static final IkeSuite GCM_19 = gcm(KeyExchangeMethod.ECP_256);
  static final IkeSuite CBC_20 =
      new IkeSuite(
          EncryptionAlgorithm.AES_CBC,
          256,
          Optional.of(IntegrityAlgorithm.HMAC_SHA2_384_192),
          PseudoRandomFunction.HMAC_SHA2_384,
          KeyExchangeMethod.ECP_384);
  static final EspSuite ESP = esp(Optional.empty());

  private final boolean left;
  Identity ownId;
  Authentication ownAuthentication = new Psk();
  Authentication peerAuthentication = new Psk();
  Optional<Identity> peerId;
  List<IkeSuite> ikeSuites = List.of(GCM_31);
  List<EspSuite> espSuites = List.of(ESP);
  List<PresharedKey> keys = List.of(new PresharedKey(List.of(), Secret.ofUtf8("a shared key")));
  List<GatewayConfig.User> users = List.of();
  Optional<GatewayConfig.Radius> radius = Optional.empty();
  List<String> local;
  List<String> remote;
  List<Integer> requestAddresses = List.of();
  List<Pool> pools = List.of();
  boolean initiate;
  Duration dpd = Duration.ZERO;
  Duration ikeRekey = Duration.ZERO;
  Duration childRekey = Duration.ZERO;
  Duration reauth = Duration.ZERO;
  boolean mobike = true;
  Duration natKeepalive = Duration.ofSeconds(20);
  RoutabilityCheck check = RoutabilityCheck.BEFORE;
  List<InetAddress> listen;
  GatewayConfig.SourceLimits sourceLimits = new GatewayConfig.SourceLimits(0, 0);
  int fragmentSize;
  int window = 1;
  int keepOldIkeSa;
  boolean childless = true;
  boolean followRedirects = true;
  List<Identity> redirectTo = List.of();
  List<Identity> redirectOnceKnown = List.of();
  int halfOpenMax = 100;
  int cookieThreshold = 50;
  int retransmitTries = 5;
  Mode mode = Mode.TUNNEL;
  List<String> children = List.of("net");

  /** Networks of children that do not have those of the others: the left one's first. */
  Map<String, List<String>> networks = Map.of();

  private Configs(boolean left) {
    this.left = left;
    ownId = left ? LEFT : RIGHT;
    listen = List.of(left ? LEFT_ADDRESS : RIGHT_ADDRESS);
    peerId = Optional.of(left ? RIGHT : LEFT);
    local = List.of(left ? "10.1.0.0/16" : "10.2.0.0/16");
    remote = List.of(left ? "10.2.0.0/16" : "10.1.0.0/16");
  }

  public static Configs left() {
    return new Configs(true);
  }

  static Configs right() {
    return new Configs(false);
  }

  static EspSuite esp(Optional<KeyExchangeMethod> pfs) {
    return new EspSuite(EncryptionAlgorithm.AES_GCM_16, 128, Optional.empty(), pfs, true);
  }

  private static IkeSuite gcm(KeyExchangeMethod method) {
    return new IkeSuite(
        EncryptionAlgorithm.AES_GCM_16,
        128,
        Optional.empty(),
        PseudoRandomFunction.HMAC_SHA2_256,
        method);
  }

  public GatewayConfig build() {
    InetSocketAddress somewhere = new InetSocketAddress(LEFT_ADDRESS, 1);
    return new GatewayConfig(
        new GatewayConfig.Member(1, Path.of("/nowhere")),
        new GatewayConfig.Listen(listen, 500, 4500, 1, false),
        new GatewayConfig.Datagrams(somewhere, somewhere, 1400),
        somewhere,
        new GatewayConfig.Cluster(
            "test",
            List.of(),
            List.of(new ClusterKey(1, Secret.of(new byte[32]))),
            1,
            1,
            Duration.ofMillis(50),
            Duration.ofMillis(200),
            new GatewayConfig.Protection(
                new GatewayConfig.StoreSecurity.Closed(), Optional.empty(), List.of())),
        new GatewayConfig.Ike(
            Duration.ofMillis(500),
            1.5,
            retransmitTries,
            halfOpenMax,
            cookieThreshold,
            Duration.ofSeconds(30),
            sourceLimits,
            fragmentSize,
            window,
            childless,
            natKeepalive,
            followRedirects,
            redirectTo,
            keepOldIkeSa),
        pools,
        List.of(connection()),
        keys,
        users,
        radius,
        Optional.empty());
  }

  private Connection connection() {
    return new Connection(
        "conn",
        new GatewayConfig.Local(ownId, ownAuthentication),
        new GatewayConfig.Remote(peerId.map(IdentityPattern::new), peerAuthentication),
        left ? Optional.of(new InetSocketAddress(RIGHT_ADDRESS, 500)) : Optional.empty(),
        ikeSuites,
        pools.stream().map(Pool::name).findFirst(),
        requestAddresses,
        initiate,
        dpd,
        ikeRekey,
        reauth,
        new GatewayConfig.Mobility(mobike, check),
        redirectOnceKnown,
        children.stream().map(this::child).toList());
  }

  private Child child(String name) {
    return new Child(
        name,
        networks(name, left, local),
        networks(name, !left, remote),
        espSuites,
        childRekey,
        0,
        0,
        128,
        mode,
        PacketHandling.DEFAULT);
  }

  private List<IpPrefix> networks(String child, boolean ofLeft, List<String> otherwise) {
    List<String> own = networks.getOrDefault(child, List.of());
    List<String> chosen = own.isEmpty() ? otherwise : List.of(own.get(ofLeft ? 0 : 1));
    return chosen.stream().map(IpPrefix::parse).toList();
  }
}
