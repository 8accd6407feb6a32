package io.phalanx.config;

import io.phalanx.config.GatewayConfig.Radius;
import io.phalanx.config.GatewayConfig.RadiusServer;
import io.phalanx.config.text.Addresses;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/** Reads {@code radius:}. */
final class RadiusReader {
  private static final int SERVERS_MAX = 16;
  private static final int SECRET_CHARS_MIN = 16; // RFC 2865 §3
  private static final int ACCESS_PORT = 1812;
  private static final int ACCOUNTING_PORT = 1813;
  private static final int DYNAMIC_PORT = 3799; // RFC 5176 §2.1
  private static final InetSocketAddress MADE_UP =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), ACCESS_PORT);

  private final SecretReader secrets;

  RadiusReader(SideFiles files) {
    secrets = new SecretReader(files);
  }

  Radius read(Item item) {
    Section section =
        item.section(
            "servers",
            "timeout",
            "tries",
            "dead-time",
            "source",
            "nas-identifier",
            "accounting",
            "interim",
            "disconnect");
    return new Radius(
        section
            .required("servers", "servers: [{address: 10.50.0.5, file: radius.secret}]")
            .list(1, SERVERS_MAX)
            .stream()
            .map(this::server)
            .toList(),
        section
            .optional("timeout")
            .map(wait -> wait.duration(Duration.ofMillis(100), Duration.ofSeconds(30)))
            .orElse(Duration.ofSeconds(2)),
        section.optional("tries").map(tries -> tries.integer(1, 10)).orElse(3),
        section
            .optional("dead-time")
            .map(wait -> wait.durationOrNever(Duration.ofSeconds(1), Duration.ofHours(1)))
            .orElse(Duration.ofSeconds(60)),
        section.optional("source").map(at -> at.read(Addresses::address, MADE_UP.getAddress())),
        section.optional("nas-identifier").map(name -> name.read(Names::plain, "")).orElse(""),
        section.optional("accounting").map(Item::flag).orElse(false),
        section
            .optional("interim")
            .map(wait -> wait.durationOrNever(Duration.ofSeconds(10), Duration.ofDays(1)))
            .orElse(Duration.ZERO),
        section
            .optional("disconnect")
            .map(at -> at.read(text -> Addresses.endpoint(text, DYNAMIC_PORT), MADE_UP)));
  }

  private RadiusServer server(Item item) {
    Section section = item.section("address", "accounting", "secret", "file");
    InetSocketAddress access =
        section
            .required("address", "address: 10.50.0.5")
            .read(text -> Addresses.endpoint(text, ACCESS_PORT), MADE_UP);
    Optional<InetSocketAddress> accounting =
        section
            .optional("accounting")
            .map(at -> at.read(text -> Addresses.endpoint(text, ACCOUNTING_PORT), MADE_UP));
    return new RadiusServer(
        access,
        accounting.orElse(new InetSocketAddress(access.getAddress(), ACCOUNTING_PORT)),
        secrets.read(section, "secret", SECRET_CHARS_MIN, "make one by: openssl rand -base64 24"));
  }
}
