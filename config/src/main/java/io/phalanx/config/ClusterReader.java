package io.phalanx.config;

import io.phalanx.config.GatewayConfig.Cluster;
import io.phalanx.config.GatewayConfig.ClusterKey;
import io.phalanx.config.GatewayConfig.ClusterMember;
import io.phalanx.config.GatewayConfig.Protection;
import io.phalanx.config.GatewayConfig.StoreSecurity;
import io.phalanx.config.text.Addresses;
import io.phalanx.config.text.Parsed;
import io.phalanx.config.text.Quantities;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads {@code cluster:}. */
final class ClusterReader {
  private static final int MEMBERS_MAX = 100;
  private static final int KEY_HEX_DIGITS = 64;
  private static final Duration HEARTBEAT = Duration.ofMillis(50);
  private static final Duration SUSPECT_AFTER = Duration.ofMillis(200);
  private static final InetSocketAddress MADE_UP = new InetSocketAddress(1);
  private static final KeyringFile NO_KEYS = new KeyringFile(List.of(), List.of());
  private static final Pattern HEX = Pattern.compile("[0-9A-Fa-f]{" + KEY_HEX_DIGITS + "}");

  private final SideFiles files;
  private final Report report;
  private final Item memberId;

  /**
   * @param memberId id of the member whose configuration this is
   */
  ClusterReader(SideFiles files, Report report, Item memberId) {
    this.files = files;
    this.report = report;
    this.memberId = memberId;
  }

  Cluster read(Item item) {
    Section section =
        item.section(
            "name",
            "keyring",
            "keys",
            "store-security",
            "tls",
            "members",
            "backups",
            "minimum-members",
            "prefer",
            "heartbeat",
            "suspect-after");
    Item nameItem = section.required("name", "name: demo");
    String name = nameItem.read(Names::plain, "");
    KeyringFile keyring = keyring(section);
    List<ClusterMember> members =
        members(
            section.required(
                "members", "members: [{id: 1, interlink: ADDRESS:4600, store: ADDRESS:5701}]"));
    int count = members.size();
    int backups =
        section
            .optional("backups")
            .map(backup -> backups(backup, count))
            .orElse(Math.clamp(count - 1L, 0, 2));
    int minimum = minimum(section, count);
    Duration heartbeat =
        section
            .optional("heartbeat")
            .map(value -> value.duration(Duration.ofMillis(10), Duration.ofSeconds(10)))
            .orElse(HEARTBEAT);
    Duration suspectAfter = suspectAfter(section, heartbeat);
    StoreSecurity security = new LinkReader(files).read(section, self(nameItem, name), count);
    Protection protection =
        new Protection(security, section.optional("keyring").map(files::path), keyring.retired());
    return new Cluster(
        name, members, keyring.keys(), backups, minimum, heartbeat, suspectAfter, protection);
  }

  private Optional<MemberName> self(Item nameItem, String name) {
    return report.clean(nameItem.path(), memberId.path())
        ? Optional.of(new MemberName(name, memberId.integer(1, GatewayReader.MEMBER_ID_MAX)))
        : Optional.empty();
  }

  /** The keys, out of a file of their own or as they stand here. */
  private KeyringFile keyring(Section section) {
    Optional<Item> source = section.either("keyring", "keys", "keyring: cluster.keys");
    if (section.optional("keyring").isEmpty()) {
      return new KeyringFile(source.map(this::keys).orElse(List.of()), List.of());
    }
    Optional<String> text = source.flatMap(files::content);
    return switch (text.map(KeyringFile::parse).orElse(null)) {
      case null -> NO_KEYS;
      case Parsed.Value<KeyringFile>(var read) -> read;
      case Parsed.Fault<KeyringFile>(var problem, var remedy) -> {
        source.ifPresent(item -> item.error(problem, remedy));
        yield NO_KEYS;
      }
    };
  }

  private List<ClusterMember> members(Item item) {
    Set<Integer> ids = new HashSet<>();
    Set<InetSocketAddress> interlinks = new HashSet<>();
    Set<InetSocketAddress> stores = new HashSet<>();
    return item.list(1, MEMBERS_MAX).stream()
        .map(
            member -> {
              Section section = member.section("id", "interlink", "store");
              Item id = section.required("id", "id: 1");
              Item interlink = section.required("interlink", "interlink: ADDRESS:4600");
              Item store = section.required("store", "store: ADDRESS:5701");
              ClusterMember read =
                  new ClusterMember(
                      id.integer(1, GatewayReader.MEMBER_ID_MAX),
                      interlink.read(Addresses::endpoint, MADE_UP),
                      store.read(Addresses::endpoint, MADE_UP));
              unique(id, ids, read.id(), "give each member an id of its own");
              unique(interlink, interlinks, read.interlink(), "give each member its own");
              unique(store, stores, read.store(), "give each member its own");
              return read;
            })
        .toList();
  }

  private <T> void unique(Item item, Set<T> seen, T value, String remedy) {
    if (report.clean(item.path()) && !seen.add(value)) {
      item.error("another entry has the same", remedy);
    }
  }

  private List<ClusterKey> keys(Item item) {
    Set<Integer> ids = new HashSet<>();
    return item.list(1, KeyringFile.KEYS_MAX).stream()
        .map(
            key -> {
              Section section = key.section("id", "secret", "file");
              Item id = section.required("id", "id: 1");
              int number = id.integer(0, 255);
              unique(id, ids, number, "give each key an id of its own");
              return new ClusterKey(number, secret(section));
            })
        .toList();
  }

  private Secret secret(Section section) {
    Optional<Item> source = section.either("secret", "file", "file: cluster.key");
    Optional<String> hex =
        section.optional("secret").isPresent()
            ? source.flatMap(Item::text)
            : source.flatMap(files::content);
    if (source.isPresent() && hex.isPresent() && !HEX.matcher(hex.get().strip()).matches()) {
      source
          .get()
          .error(
              "the key is not " + KEY_HEX_DIGITS + " hex digits",
              "make one by: openssl rand -hex 32");
      return Secret.EMPTY;
    }
    return hex.map(text -> Secret.of(HexFormat.of().parseHex(text.strip()))).orElse(Secret.EMPTY);
  }

  private int backups(Item item, int members) {
    int backups = item.integer(0, 6);
    if (report.clean(item.path(), "cluster.members")) {
      if (backups >= members) {
        item.error(
            backups + " backups need " + (backups + 1) + " members, and there are " + members,
            "use at most " + (members - 1));
      } else if (backups == 0 && members > 1) {
        item.error("without backups nothing survives a crash", "use 1 or more");
      }
    }
    return backups;
  }

  /** With fewer members the store changes nothing. */
  private int minimum(Section section, int members) {
    int majority = members / 2 + 1;
    Optional<Item> written = section.optional("minimum-members");
    Optional<Item> prefer = section.optional("prefer");
    if (prefer.isPresent() && written.isPresent()) {
      prefer.get().error("minimum-members says it already", "keep one of the two");
    }
    return prefer
        .map(item -> preferred(item, members, majority))
        .or(() -> written.map(value -> minimumMembers(value, members, majority)))
        .orElse(majority);
  }

  /** What two members do that do not see each other: neither is a majority. */
  private int preferred(Item item, int members, int majority) {
    int minimum =
        item.read(
            text ->
                switch (text) {
                  case "safety" -> Parsed.value(majority);
                  case "availability" -> Parsed.value(1);
                  default ->
                      Parsed.fault(
                          "\"" + text + "\" is not known", "use one of availability, safety");
                },
            majority);
    if (report.clean(item.path(), "cluster.members") && members != 2) {
      item.error(
          "is a choice of two members, and there are " + members,
          "leave it out: a majority goes on");
    }
    return minimum;
  }

  private int minimumMembers(Item item, int members, int majority) {
    int minimum =
        item.read(
            text ->
                text.equals("majority")
                    ? Parsed.value(majority)
                    : Quantities.integer(text).then(number -> minimumOf(number)),
            majority);
    if (report.clean(item.path(), "cluster.members")) {
      if (minimum > members) {
        item.error(
            minimum + " members are needed, and there are " + members, "use at most " + members);
      } else if (minimum < majority) {
        item.warning("two halves of a cluster that is cut in two may both go on", "write majority");
      }
    }
    return minimum;
  }

  private static Parsed<Integer> minimumOf(long number) {
    return number >= 1 && number <= MEMBERS_MAX
        ? Parsed.value((int) number)
        : Parsed.fault(number + " is out of range", "write majority, or a number of members");
  }

  private Duration suspectAfter(Section section, Duration heartbeat) {
    Optional<Item> written = section.optional("suspect-after");
    Duration least = heartbeat.multipliedBy(3);
    if (written.isEmpty()) {
      Duration fourfold = heartbeat.multipliedBy(4);
      return fourfold.compareTo(SUSPECT_AFTER) > 0 ? fourfold : SUSPECT_AFTER;
    }
    Duration after = written.get().duration(Duration.ofMillis(30), Duration.ofMinutes(1));
    if (report.clean("cluster.suspect-after", "cluster.heartbeat") && after.compareTo(least) < 0) {
      written
          .get()
          .error(
              "shorter than three heartbeats, so one lost datagram looks like a death",
              "use " + Quantities.text(least) + " or more");
    }
    return after;
  }
}
