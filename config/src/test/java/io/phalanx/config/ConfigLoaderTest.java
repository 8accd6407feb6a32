package io.phalanx.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.GatewayConfig.Certificate;
import io.phalanx.config.GatewayConfig.Child;
import io.phalanx.config.GatewayConfig.ClusterMember;
import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.config.GatewayConfig.Datagrams;
import io.phalanx.config.GatewayConfig.FixedAddress;
import io.phalanx.config.GatewayConfig.Ike;
import io.phalanx.config.GatewayConfig.Listen;
import io.phalanx.config.GatewayConfig.Member;
import io.phalanx.config.GatewayConfig.Mobility;
import io.phalanx.config.GatewayConfig.Pool;
import io.phalanx.config.GatewayConfig.Psk;
import io.phalanx.config.GatewayConfig.RoutabilityCheck;
import io.phalanx.config.GatewayConfig.SourceLimits;
import io.phalanx.config.GatewayConfig.Tun;
import io.phalanx.config.LoadResult.Loaded;
import io.phalanx.config.LoadResult.Refused;
import io.phalanx.config.net.IpPrefix;
import io.phalanx.config.suite.SuiteNotation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {
  @TempDir private Path directory;

  @Test
  void shouldLoadTheExample() throws Exception {
    Example.writeInto(directory);
    Loaded loaded = loaded(ConfigLoader.load(directory.resolve("phalanx.yaml")));
    assertThat(loaded.warnings()).isEmpty();
    GatewayConfig config = loaded.config();

    assertThat(config.member()).isEqualTo(new Member(1, Path.of("/var/lib/phalanx")));
    assertThat(config.listen())
        .isEqualTo(new Listen(List.of(InetAddress.ofLiteral("192.0.2.1")), 500, 4500, 2, true));
    assertThat(config.clear()).isEqualTo(new Tun("phx0", 1400));
    assertThat(config.admin()).isEqualTo(socket("127.0.0.1", 9470));
    assertThat(config.cluster().members())
        .hasSize(3)
        .contains(new ClusterMember(2, socket("10.60.0.12", 4600), socket("10.60.0.12", 5701)));
    assertThat(config.cluster().keys())
        .containsExactly(new GatewayConfig.ClusterKey(1, Secret.of(new byte[32])));
    assertThat(config.cluster().backups()).isEqualTo(2);
    assertThat(config.cluster().minimumMembers()).isEqualTo(2);
    assertThat(config.cluster().heartbeat()).isEqualTo(Duration.ofMillis(50));
    assertThat(config.cluster().suspectAfter()).isEqualTo(Duration.ofMillis(200));
    assertThat(config.ike()).isEqualTo(IKE_DEFAULTS);
    assertThat(config.pools())
        .containsExactly(
            new Pool(
                "road",
                List.of(IpPrefix.parse("10.77.0.0/24"), IpPrefix.parse("fd00:77::/120")),
                List.of(InetAddress.ofLiteral("10.50.0.1")),
                List.of("corp.example.org"),
                List.of(IpPrefix.parse("10.50.0.0/24")),
                List.of(),
                List.of(
                    new FixedAddress(
                        Identity.email("alice@example.org"),
                        List.of(
                            InetAddress.ofLiteral("10.77.0.5"),
                            InetAddress.ofLiteral("fd00:77::5"))))),
            new Pool(
                "operators",
                List.of(IpPrefix.parse("10.78.0.0/24")),
                List.of(),
                List.of(),
                List.of(),
                List.of(new IdentityPattern(Identity.email("*@ops.example.org"))),
                List.of()));
    assertThat(config.presharedKeys())
        .containsExactly(
            new GatewayConfig.PresharedKey(
                List.of(Identity.fqdn("branch.example.org")),
                Secret.ofUtf8("correct horse battery staple")));
  }

  @Test
  void shouldLoadUsersAndRadiusOfTheExample() throws Exception {
    Example.writeInto(directory);
    GatewayConfig config = loaded(ConfigLoader.load(directory.resolve("phalanx.yaml"))).config();
    assertThat(config.connections().get(1).remote().authentication())
        .isEqualTo(
            new GatewayConfig.Eap(
                List.of(EapMethod.MSCHAPV2, EapMethod.RADIUS), true, List.of(), false));
    assertThat(config.users())
        .containsExactly(
            new GatewayConfig.User(
                "alice@example.org", Secret.ofUtf8("a password of some length")));
    GatewayConfig.Radius radius = config.radius().orElseThrow();
    assertThat(radius.servers())
        .containsExactly(
            new GatewayConfig.RadiusServer(
                new InetSocketAddress("10.50.0.5", 1812),
                new InetSocketAddress("10.50.0.5", 1813),
                Secret.ofUtf8("correct horse battery staple")));
    assertThat(radius.accounting()).isTrue();
    assertThat(radius.interim()).isEqualTo(Duration.ofMinutes(5));
    assertThat(radius.disconnect()).contains(new InetSocketAddress("0.0.0.0", 3799));
  }

  @Test
  void shouldLoadThePartnersOfTheExample() throws Exception {
    Example.writeInto(directory);
    GatewayConfig config = loaded(ConfigLoader.load(directory.resolve("phalanx.yaml"))).config();
    assertThat(config.contextTransfer())
        .contains(
            new GatewayConfig.ContextTransfer(
                directory.resolve("berlin.key"),
                List.of(new GatewayConfig.Partner("paris", directory.resolve("paris.pub")))));
  }

  @Test
  void shouldLoadTheConnectionsOfTheExample() throws Exception {
    Example.writeInto(directory);
    GatewayConfig config = loaded(ConfigLoader.load(directory.resolve("phalanx.yaml"))).config();
    Connection warriors = config.connections().getFirst();
    assertThat(warriors.local().id()).isEqualTo(Identity.fqdn("gw.example.org"));
    assertThat(warriors.local().authentication())
        .isEqualTo(
            new Certificate(
                Optional.of(directory.resolve("gw.pem")),
                Optional.of(directory.resolve("gw.key")),
                List.of()));
    assertThat(warriors.remote().id()).isEmpty();
    assertThat(warriors.remote().authentication())
        .isEqualTo(
            new Certificate(
                Optional.empty(),
                Optional.empty(),
                List.of(directory.resolve("ca.pem")),
                new GatewayConfig.Revocation(
                    GatewayConfig.RevocationPolicy.IF_AVAILABLE,
                    List.of(),
                    Optional.empty(),
                    true)));
    assertThat(warriors.remoteAddress()).isEmpty();
    assertThat(warriors.ikeSuites().stream().map(SuiteNotation::text))
        .containsExactly("aes256gcm16-prfsha256-ecp256", "aes128-sha256-modp2048");
    assertThat(warriors.pool()).contains("road");
    assertThat(warriors.initiate()).isFalse();
    Child net = warriors.children().getFirst();
    assertThat(net.localSelectors()).containsExactly(IpPrefix.parse("10.50.0.0/24"));
    assertThat(net.remoteSelectors()).isEmpty();
    assertThat(net.espSuites().stream().map(SuiteNotation::text))
        .containsExactly(
            "aes256gcm16-esn",
            "aes256gcm16-noesn",
            "aes128-sha256-ecp256-esn",
            "aes128-sha256-ecp256-noesn");

    Connection branch = config.connections().getLast();
    assertThat(branch.local().authentication()).isEqualTo(new Psk());
    assertThat(branch.remoteAddress()).contains(socket("198.51.100.7", 500));
    assertThat(branch.initiate()).isTrue();
    assertThat(branch.ikeSuites()).isEqualTo(SuiteNotation.ikeDefaults());
    assertThat(branch.dpdInterval()).isEqualTo(Duration.ofSeconds(30));
    assertThat(branch.rekeyAfter()).isEqualTo(Duration.ofHours(4));
    assertThat(branch.mobility()).isEqualTo(new Mobility(true, RoutabilityCheck.BEFORE));
    assertThat(branch.children())
        .containsExactly(
            new Child(
                "offices",
                List.of(IpPrefix.parse("10.50.0.0/16")),
                List.of(IpPrefix.parse("10.90.0.0/16")),
                SuiteNotation.espDefaults(),
                Duration.ofHours(1),
                64L << 30,
                0,
                1024,
                GatewayConfig.Mode.TUNNEL,
                PacketHandling.DEFAULT));
  }

  @Test
  void shouldFillInWhatIsLeftOut() {
    GatewayConfig config = loaded(parse(Example.MINIMAL)).config();
    assertThat(config.member().stateDirectory()).isEqualTo(directory.resolve("state"));
    assertThat(config.listen())
        .isEqualTo(new Listen(List.of(InetAddress.ofLiteral("127.0.0.1")), 500, 4500, 7, false));
    assertThat(config.clear())
        .isEqualTo(new Datagrams(socket("127.0.0.1", 9001), socket("127.0.0.1", 9000), 1400));
    assertThat(config.admin()).isEqualTo(socket("127.0.0.1", 9470));
    assertThat(config.cluster().backups()).isZero();
    assertThat(config.cluster().minimumMembers()).isEqualTo(1);
    assertThat(config.cluster().heartbeat()).isEqualTo(Duration.ofMillis(50));
    assertThat(config.cluster().suspectAfter()).isEqualTo(Duration.ofMillis(200));
    assertThat(config.ike()).isEqualTo(IKE_DEFAULTS);
    assertThat(config.pools()).isEmpty();
    assertThat(config.connections().getFirst().pool()).isEmpty();
    assertThat(config.presharedKeys().getFirst().ids()).isEmpty();
  }

  @Test
  void twoMembersShouldSayWhatTheyDoWithoutEachOther() {
    String two =
        Example.MINIMAL.replace(
            "store: 127.0.0.1:5701}",
            """
            store: 127.0.0.1:5701}
                - {id: 2, interlink: 127.0.0.1:4602, store: 127.0.0.1:5702}
              store-security: plain
              prefer: CHOICE\
            """);
    assertThat(loaded(parse(two.replace("CHOICE", "safety"))))
        .returns(2, each -> each.config().cluster().minimumMembers());
    assertThat(loaded(parse(two.replace("CHOICE", "availability"))))
        .returns(1, each -> each.config().cluster().minimumMembers());
  }

  @Test
  void shouldLetAnInitiatorProtectJustTheAddressItIsGiven() {
    GatewayConfig config =
        loaded(
                parse(
                    Example.MINIMAL
                        .replace(
                            "remote: {auth: psk}", "remote: {auth: psk, address: 192.0.2.9:501}")
                        .replace("children:", "request-addresses: [ipv4, ipv6]\n    children:")
                        .replace("local: [10.50.0.0/24]", "local: [dynamic]")))
            .config();
    Connection connection = config.connections().getFirst();
    assertThat(connection.remoteAddress()).contains(socket("192.0.2.9", 501));
    assertThat(connection.requestAddresses()).containsExactly(4, 6);
    assertThat(connection.children().getFirst().localSelectors()).isEmpty();
  }

  @Test
  void shouldReadAKeyOfAnyOctets() {
    String text =
        Example.MINIMAL.replace(
            "secret: \"correct horse battery staple\"", "hex: \"00ff000102030405060708090A\"");
    assertThat(loaded(parse(text)).config().presharedKeys().getFirst().secret().reveal())
        .isEqualTo(HexFormat.of().parseHex("00ff000102030405060708090a"));
  }

  @Test
  void shouldReadAliases() {
    String text =
        Example.MINIMAL
            .replace("- name: net\n", "- &net\n        name: net\n")
            .replace(
                "preshared-keys:",
                """
                  - name: other
                    local: {id: gw.lab.test, auth: psk}
                    remote: {auth: psk}
                    children: [*net]
                preshared-keys:\
                """);
    GatewayConfig config = loaded(parse(text)).config();
    assertThat(config.connections()).hasSize(2);
    assertThat(config.connections().getLast().children())
        .isEqualTo(config.connections().getFirst().children());
  }

  @Test
  void shouldSayThatThereIsNoFile() {
    Refused refused = (Refused) ConfigLoader.load(directory.resolve("nowhere.yaml"));
    assertThat(refused.errors())
        .singleElement()
        .satisfies(error -> assertThat(error.problem()).contains("nowhere.yaml"));
  }

  @Test
  void shouldRefuseWhatIsNotUtf8OrFarTooLong() throws Exception {
    Path file = directory.resolve("phalanx.yaml");
    Files.write(file, new byte[] {'a', ':', (byte) 0xC3, '\n'});
    assertThat(((Refused) ConfigLoader.load(file)).errors().getFirst().problem()).contains("UTF-8");
    Files.write(file, new byte[9 << 20]);
    assertThat(((Refused) ConfigLoader.load(file)).errors().getFirst().problem())
        .contains("longer than");
    assertThat(ConfigLoader.load(directory)).isInstanceOf(Refused.class);
  }

  private LoadResult parse(String text) {
    return ConfigLoader.parse(text, directory, 7);
  }

  private static Loaded loaded(LoadResult result) {
    if (result instanceof Refused(var errors)) {
      throw new AssertionError(ConfigErrors.format("phalanx.yaml", errors));
    }
    return (Loaded) result;
  }

  private static InetSocketAddress socket(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }

  private static final Ike IKE_DEFAULTS =
      new Ike(
          Duration.ofMillis(500),
          1.8,
          7,
          1000,
          100,
          Duration.ofSeconds(30),
          new SourceLimits(100, 100),
          1280,
          1,
          true,
          Duration.ofSeconds(20),
          true,
          List.of(),
          0);
}
