package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.GatewayConfig.FixedAddress;
import io.phalanx.config.GatewayConfig.Pool;
import io.phalanx.config.Identity;
import io.phalanx.config.IdentityNotation;
import io.phalanx.config.iana.ExchangeType;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.net.IpPrefix;
import io.phalanx.node.ike.wire.Configurations;
import io.phalanx.node.ike.wire.IkeHeader;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Payload.Attribute;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Configuration payloads (RFC 7296 §3.15, RFC 8598): who gets what, and what is told of it. */
final class ConfigurationPayloadTest {
  private static final List<InetAddress> LEASED =
      List.of(InetAddress.ofLiteral("10.77.0.9"), InetAddress.ofLiteral("2001:db8:77::9"));
  private static final Pool POOL =
      new Pool(
          "road",
          List.of(IpPrefix.parse("10.77.0.0/24"), IpPrefix.parse("2001:db8:77::/64")),
          List.of(InetAddress.ofLiteral("10.2.0.53"), InetAddress.ofLiteral("2001:db8::53")),
          List.of("corp.example.org", "lab.example"),
          List.of(IpPrefix.parse("10.2.0.0/16"), IpPrefix.parse("2001:db8::/32")),
          List.of(),
          List.of());

  private final Configs left = Configs.left();
  private final Configs right = Configs.right();

  private static IkeMessage message(int type, int... attributes) {
    IkeHeader header = new IkeHeader(1, 2, ExchangeType.IKE_AUTH, true, false, 1);
    List<Attribute> asked = IntStream.of(attributes).mapToObj(Configurations::request).toList();
    return new IkeMessage(header, List.of(new Payload.Configuration(type, asked)));
  }

  /** The answer, as type: value in hex. */
  private static List<String> answer(int... attributes) {
    return ConfigurationReply.to(
            message(Configurations.REQUEST, attributes), Optional.of(POOL), LEASED)
        .map(reply -> text((Payload.Configuration) reply))
        .orElse(List.of());
  }

  private static List<String> text(Payload.Configuration reply) {
    return reply.attributes().stream()
        .map(each -> each.type() + ":" + HexFormat.of().formatHex(each.value()))
        .toList();
  }

  @Test
  void shouldTellTheAddressesAlways() {
    assertThat(answer(1, 8)).containsExactly("1:0a4d0009", "8:20010db800770000000000000000000980");
  }

  @Test
  void shouldTellOfTheRestWhatIsAskedFor() {
    assertThat(answer(1, 2)).contains("2:ffffffff");
    assertThat(answer(1, 3)).contains("3:0a020035").noneMatch(each -> each.startsWith("10:"));
    assertThat(answer(8, 10)).contains("10:20010db8000000000000000000000053");
    assertThat(answer(1, 13)).contains("13:0a020000ffff0000");
    assertThat(answer(8, 15)).contains("15:20010db800000000000000000000000020");
    assertThat(answer(7))
        .contains("7:" + HexFormat.of().formatHex("Phalanx".getBytes(StandardCharsets.US_ASCII)));
    assertThat(answer(14)).contains("14:00010002000300070008000a000d000e000f0019");
    assertThat(answer(1, 4, 9999)).as("what nobody knows is passed over").hasSize(2);
  }

  /** RFC 8598 §3.1 and §3.2: names of domains, and only together with who knows them. */
  @Test
  void shouldSplitDns() {
    assertThat(answer(1, 3, 25))
        .contains(
            "25:"
                + HexFormat.of().formatHex("corp.example.org".getBytes(StandardCharsets.US_ASCII)),
            "25:" + HexFormat.of().formatHex("lab.example".getBytes(StandardCharsets.US_ASCII)));
    assertThat(answer(1, 25)).noneMatch(each -> each.startsWith("25:"));
  }

  @Test
  void shouldAnswerInInformationalAndSetNothing() {
    assertThat(ConfigurationReply.informational(message(Configurations.SET, 1)))
        .containsExactly(new Payload.Configuration(Configurations.ACK, List.of()));
    assertThat(ConfigurationReply.informational(message(Configurations.REQUEST, 7, 1)))
        .singleElement()
        .satisfies(
            reply ->
                assertThat(text((Payload.Configuration) reply))
                    .singleElement()
                    .asString()
                    .startsWith("7:"));
    assertThat(ConfigurationReply.informational(message(Configurations.ACK, 1))).isEmpty();
    assertThat(ConfigurationReply.informational(message(Configurations.REPLY, 1))).isEmpty();
  }

  @Test
  void shouldAcknowledgeASettingOfAnEstablishedPeer() {
    World world = new World(left, right);
    world.connect();
    var initiator = world.left.only();
    Forge.deliver(
        world.right,
        Forge.request(
            initiator,
            ExchangeType.INFORMATIONAL,
            List.of(
                new Payload.Configuration(
                    Configurations.SET, List.of(Configurations.request(1))))));
    world.run(200);
    assertThat(Forge.lastAnswer(world, initiator).payloads())
        .containsExactly(new Payload.Configuration(Configurations.ACK, List.of()));
  }

  private Effect.LeaseAddresses wish(Pool... pools) {
    left.local = List.of();
    left.requestAddresses = List.of(4, 6);
    right.remote = List.of();
    right.pools = List.of(pools);
    World world = new World(left, right);
    List<Effect.LeaseAddresses> wishes = new ArrayList<>();
    world.right.pool =
        wish -> {
          wishes.add(wish);
          return LEASED;
        };
    world.connect();
    assertThat(world.left.only().ownAddresses()).isEqualTo(LEASED);
    assertThat(wishes).hasSize(1);
    return wishes.getFirst();
  }

  private static Pool pool(String name, String member, List<FixedAddress> fixed) {
    return new Pool(
        name,
        List.of(IpPrefix.parse("10.78.0.0/24"), IpPrefix.parse("2001:db8:78::/64")),
        List.of(),
        List.of(),
        List.of(),
        List.of(IdentityNotation.parsePattern(member).toOptional().orElseThrow()),
        fixed);
  }

  @Test
  void shouldLeaseOutOfThePoolOfTheConnection() {
    Effect.LeaseAddresses wish = wish(POOL, pool("others", "*.other.example", List.of()));
    assertThat(wish.pool()).isEqualTo("road");
    assertThat(wish.identity()).isEqualTo(Configs.LEFT);
    assertThat(wish.families()).containsExactly(4, 6);
    assertThat(wish.wished()).isEmpty();
  }

  @Test
  void shouldLeaseOutOfThePoolOfTheGroupFirst() {
    assertThat(wish(POOL, pool("group", "left.example", List.of())).pool()).isEqualTo("group");
  }

  @Test
  void shouldWishForAFixedAddress() {
    FixedAddress mine = new FixedAddress(Configs.LEFT, List.of(InetAddress.ofLiteral("10.78.0.5")));
    FixedAddress other =
        new FixedAddress(
            Identity.fqdn("other.example"), List.of(InetAddress.ofLiteral("10.78.0.6")));
    Effect.LeaseAddresses wish = wish(POOL, pool("kept", "*.other.example", List.of(other, mine)));
    assertThat(wish.pool()).isEqualTo("kept");
    assertThat(wish.wished()).containsExactly(InetAddress.ofLiteral("10.78.0.5"));
  }

  /** A client that crashed gets its address again, though its old session has not ended yet. */
  @Test
  void shouldTellWhichSessionsTheNewOneReplaces() {
    left.local = List.of();
    left.requestAddresses = List.of(4);
    right.remote = List.of();
    right.pools = List.of(POOL);
    World world = new World(left, right);
    List<Effect.LeaseAddresses> wishes = new ArrayList<>();
    world.right.pool =
        wish -> {
          wishes.add(wish);
          return LEASED.subList(0, 1);
        };
    world.connect();
    long old = world.right.only().sessionId();
    world.left.startAnew();
    world.tamper =
        message ->
            MessageCodec.header(message).orElseThrow().exchange().equals(ExchangeType.IKE_AUTH)
                    && !MessageCodec.header(message).orElseThrow().response()
                ? Forge.with(
                    world.left.ikeSas().getFirst(),
                    message,
                    Payload.Notify.of(NotifyType.INITIAL_CONTACT))
                : message;
    world.connect();
    assertThat(wishes)
        .extracting(Effect.LeaseAddresses::replaced)
        .containsExactly(List.of(), List.of(old));
    assertThat(world.right.only().virtualAddresses()).isEqualTo(LEASED.subList(0, 1));
  }
}
