package io.phalanx.config;

import static io.phalanx.config.text.Words.quote;

import io.phalanx.config.GatewayConfig.FixedAddress;
import io.phalanx.config.GatewayConfig.Pool;
import io.phalanx.config.net.IpPrefix;
import io.phalanx.config.text.Addresses;
import io.phalanx.config.text.Parsed;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads {@code pools:}. */
final class PoolReader {
  private static final int POOLS_MAX = 256;
  private static final int BLOCKS_MAX = 16;
  private static final int DNS_MAX = 8;
  private static final int LIST_MAX = 64;
  private static final int FIXED_MAX = 10_000;
  private static final Pattern DOMAIN =
      Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}[.]?){0,63}");
  private static final IdentityPattern NOBODY = new IdentityPattern(Identity.fqdn("missing"));
  private static final IpPrefix MADE_UP = new IpPrefix(InetAddress.ofLiteral("0.0.0.0"), 32);

  private final Report report;
  private final Set<String> names = new HashSet<>();
  private final List<IpPrefix> taken = new ArrayList<>();
  private final Set<Identity> fixedIds = new HashSet<>();
  private final Set<InetAddress> fixedAddresses = new HashSet<>();

  PoolReader(Report report) {
    this.report = report;
  }

  List<Pool> read(Item item) {
    return item.list(0, POOLS_MAX).stream().map(this::pool).toList();
  }

  private Pool pool(Item item) {
    Section section =
        item.section("name", "addresses", "dns", "domains", "subnets", "members", "fixed");
    Item name = section.required("name", "name: road");
    String text = name.read(Names::plain, "");
    Names.unique(name, names, text);
    List<IpPrefix> addresses =
        section.required("addresses", "addresses: [10.77.0.0/24]").list(1, BLOCKS_MAX).stream()
            .map(this::block)
            .toList();
    List<InetAddress> dns =
        section.optional("dns").stream()
            .flatMap(list -> list.list(0, DNS_MAX).stream())
            .map(server -> server.read(Addresses::address, MADE_UP.address()))
            .toList();
    return new Pool(
        text,
        addresses,
        dns,
        list(section, "domains").map(PoolReader::domain).toList(),
        list(section, "subnets").map(PoolReader::prefix).toList(),
        list(section, "members")
            .map(member -> member.read(IdentityNotation::parsePattern, NOBODY))
            .toList(),
        section.optional("fixed").stream()
            .flatMap(each -> each.list(0, FIXED_MAX).stream())
            .map(each -> fixed(each, addresses))
            .toList());
  }

  private static Stream<Item> list(Section section, String key) {
    return section.optional(key).stream().flatMap(each -> each.list(0, LIST_MAX).stream());
  }

  private static String domain(Item item) {
    return item.read(
        text ->
            DOMAIN.matcher(text).matches()
                ? Parsed.value(text)
                : Parsed.fault(
                    quote(text) + " is not a domain", "write one such as corp.example.org"),
        "missing");
  }

  private FixedAddress fixed(Item item, List<IpPrefix> pool) {
    Section section = item.section("id", "addresses");
    Item id = section.required("id", "id: alice@example.org");
    Identity identity = id.read(IdentityNotation::parse, NOBODY.identity());
    if (!identity.equals(NOBODY.identity()) && !fixedIds.add(identity)) {
      id.error("has fixed addresses already", "name each identity in one place only");
    }
    List<InetAddress> addresses =
        section.required("addresses", "addresses: [10.77.0.5]").list(1, 2).stream()
            .map(address -> fixedAddress(address, pool))
            .toList();
    long families = addresses.stream().map(each -> each.getAddress().length).distinct().count();
    if (report.clean(item.path()) && families < addresses.size()) {
      item.error("two addresses of one family", "give it one IPv4 and one IPv6 address at most");
    }
    return new FixedAddress(identity, addresses);
  }

  private InetAddress fixedAddress(Item item, List<IpPrefix> pool) {
    InetAddress address = item.read(Addresses::address, MADE_UP.address());
    if (report.clean(item.path())) {
      if (pool.stream().noneMatch(block -> block.contains(address))) {
        item.error("is not in the pool's addresses", "take one of them");
      } else if (!fixedAddresses.add(address)) {
        item.error("is kept for two", "give out each address once");
      }
    }
    return address;
  }

  private IpPrefix block(Item item) {
    IpPrefix block = prefix(item);
    Optional<IpPrefix> overlap =
        taken.stream()
            .filter(other -> other.contains(block.address()) || block.contains(other.address()))
            .findFirst();
    if (report.clean(item.path())) {
      overlap.ifPresentOrElse(
          other -> item.error("overlaps with " + other, "give out each address in one place only"),
          () -> taken.add(block));
    }
    return block;
  }

  /** A block; warns of host bits, which are cleared. */
  static IpPrefix prefix(Item item) {
    IpPrefix prefix = item.read(Addresses::prefix, MADE_UP);
    item.quietText()
        .map(text -> text.replaceFirst("/.*", ""))
        .flatMap(text -> Addresses.address(text).toOptional())
        .filter(address -> !prefix.equals(MADE_UP) && !address.equals(prefix.address()))
        .ifPresent(address -> item.warning("means " + prefix, "write " + prefix));
    return prefix;
  }
}
