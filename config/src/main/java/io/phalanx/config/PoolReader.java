package io.phalanx.config;

import io.phalanx.config.GatewayConfig.Pool;
import io.phalanx.config.net.IpPrefix;
import io.phalanx.config.text.Addresses;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads {@code pools:}. */
final class PoolReader {
  private static final int POOLS_MAX = 256;
  private static final int BLOCKS_MAX = 16;
  private static final int DNS_MAX = 8;
  private static final IpPrefix MADE_UP = new IpPrefix(InetAddress.ofLiteral("0.0.0.0"), 32);

  private final Report report;
  private final Set<String> names = new HashSet<>();
  private final List<IpPrefix> taken = new ArrayList<>();

  PoolReader(Report report) {
    this.report = report;
  }

  List<Pool> read(Item item) {
    return item.list(0, POOLS_MAX).stream().map(this::pool).toList();
  }

  private Pool pool(Item item) {
    Section section = item.section("name", "addresses", "dns");
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
    return new Pool(text, addresses, dns);
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
