package io.phalanx.config;

import io.phalanx.config.GatewayConfig.Child;
import io.phalanx.config.GatewayConfig.Mode;
import io.phalanx.config.net.IpPrefix;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.config.suite.SuiteAdvice;
import io.phalanx.config.suite.SuiteNotation;
import io.phalanx.config.text.Parsed;
import io.phalanx.config.text.Quantities;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the {@code children:} of one connection. */
final class ChildReader {
  private static final int CHILDREN_MAX = 32;
  private static final int SELECTORS_MAX = 64;
  private static final int WINDOW_DEFAULT = 1024;
  private static final int WINDOW_MIN = 32;
  private static final int WINDOW_MAX = 8192;
  private static final Duration REKEY = Duration.ofHours(1);
  private static final Map<String, Mode> MODES =
      Map.of("tunnel", Mode.TUNNEL, "transport", Mode.TRANSPORT);

  private final boolean asksForAddress;
  private final Set<String> names = new HashSet<>();

  /**
   * @param asksForAddress whether our side may be just the virtual address that the peer gives us
   */
  ChildReader(boolean asksForAddress) {
    this.asksForAddress = asksForAddress;
  }

  List<Child> read(Item item) {
    return item.list(0, CHILDREN_MAX).stream().map(this::child).toList();
  }

  private Child child(Item item) {
    Section section =
        item.section(
            "name",
            "local",
            "remote",
            "esp-proposals",
            "rekey",
            "rekey-bytes",
            "rekey-packets",
            "window",
            "mode",
            "path-mtu",
            "clamp-mss",
            "dscp",
            "copy-ecn");
    Item name = section.required("name", "name: net");
    String text = name.read(Names::plain, "");
    Names.unique(name, names, text);
    Item local = section.required("local", "local: [10.50.0.0/24]");
    Mode mode =
        section.optional("mode").map(value -> value.choice(MODES, Mode.TUNNEL)).orElse(Mode.TUNNEL);
    Optional<List<IpPrefix>> localSelectors = selectors(local);
    if (mode == Mode.TRANSPORT && localSelectors.filter(each -> !oneAddress(each)).isPresent()) {
      local.error(
          "transport mode is between two addresses",
          "write one address, dynamic for the one we listen on, or mode: tunnel");
    } else if (mode == Mode.TUNNEL && localSelectors.isEmpty() && !asksForAddress) {
      local.error(
          "our side has no dynamic address", "write prefixes, or add request-addresses above");
    }
    return new Child(
        text,
        localSelectors.orElse(List.of()),
        section.optional("remote").flatMap(ChildReader::selectors).orElse(List.of()),
        espSuites(section),
        section
            .optional("rekey")
            .map(
                value ->
                    value.durationOrNever(ConnectionReader.REKEY_MIN, ConnectionReader.REKEY_MAX))
            .orElse(REKEY),
        section.optional("rekey-bytes").map(value -> value.count(Quantities::octets)).orElse(0L),
        section.optional("rekey-packets").map(value -> value.count(Quantities::integer)).orElse(0L),
        section.optional("window").map(ChildReader::window).orElse(WINDOW_DEFAULT),
        mode,
        handling(section));
  }

  private static boolean oneAddress(List<IpPrefix> prefixes) {
    return prefixes.size() == 1 && prefixes.getFirst().address().equals(prefixes.getFirst().last());
  }

  private static PacketHandling handling(Section section) {
    PacketHandling usual = PacketHandling.DEFAULT;
    return new PacketHandling(
        section
            .optional("path-mtu")
            .map(value -> value.integer(PacketHandling.PATH_MTU_MIN, PacketHandling.PATH_MTU_MAX))
            .orElse(usual.pathMtuOctets()),
        section.optional("clamp-mss").map(Item::flag).orElse(usual.clampMss()),
        section.optional("dscp").map(ChildReader::dscp).orElse(usual.outerDscp()),
        section.optional("copy-ecn").map(Item::flag).orElse(usual.copyEcn()));
  }

  private static int dscp(Item item) {
    return switch (item.quietText().orElse("")) {
      case "none" -> 0;
      case "copy" -> PacketHandling.COPY_DSCP;
      default ->
          item.read(
              text ->
                  Quantities.integer(text)
                      .then(
                          value ->
                              value >= 0 && value <= PacketHandling.DSCP_MAX
                                  ? Parsed.value(value.intValue())
                                  : Parsed.<Integer>fault(
                                      value + " is not a DSCP", "use 0 to 63, copy or none")),
              0);
    };
  }

  /** Prefixes; empty for the one word {@code dynamic}. */
  private static Optional<List<IpPrefix>> selectors(Item item) {
    List<Item> items = item.list(1, SELECTORS_MAX);
    List<Item> dynamic =
        items.stream()
            .filter(entry -> entry.quietText().filter("dynamic"::equals).isPresent())
            .toList();
    if (!dynamic.isEmpty() && items.size() == 1) {
      return Optional.empty();
    }
    dynamic.forEach(entry -> entry.error("dynamic stands alone", "remove it, or everything else"));
    return Optional.of(
        items.stream().filter(entry -> !dynamic.contains(entry)).map(PoolReader::prefix).toList());
  }

  private static List<EspSuite> espSuites(Section section) {
    return section
        .optional("esp-proposals")
        .map(
            list ->
                list.list(1, ConnectionReader.PROPOSALS_MAX).stream()
                    .flatMap(suite -> espSuite(suite).stream())
                    .distinct()
                    .toList())
        .orElseGet(SuiteNotation::espDefaults);
  }

  /** With and without extended sequence numbers, unless the text says which. */
  private static List<EspSuite> espSuite(Item item) {
    List<EspSuite> suites = item.read(SuiteNotation::parseEsp, SuiteNotation.espDefaults());
    ConnectionReader.advise(item, SuiteAdvice.on(suites.getFirst()));
    return suites;
  }

  private static int window(Item item) {
    return item.read(
        text ->
            Quantities.integer(text)
                .then(
                    bits ->
                        bits >= WINDOW_MIN && bits <= WINDOW_MAX && bits % WINDOW_MIN == 0
                            ? Parsed.value(bits.intValue())
                            : Parsed.<Integer>fault(
                                bits + " is not a size for a window",
                                "use a multiple of 32 from 32 to 8192")),
        WINDOW_DEFAULT);
  }
}
