package io.phalanx.config;

import io.phalanx.config.GatewayConfig.Clear;
import io.phalanx.config.GatewayConfig.Cluster;
import io.phalanx.config.GatewayConfig.ClusterMember;
import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.config.GatewayConfig.Datagrams;
import io.phalanx.config.GatewayConfig.Eap;
import io.phalanx.config.GatewayConfig.Listen;
import io.phalanx.config.GatewayConfig.Member;
import io.phalanx.config.GatewayConfig.Pool;
import io.phalanx.config.GatewayConfig.PresharedKey;
import io.phalanx.config.GatewayConfig.Psk;
import io.phalanx.config.GatewayConfig.Tun;
import io.phalanx.config.text.Addresses;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads the file as a whole, and checks what its parts say about each other. */
final class GatewayReader {
  static final int MEMBER_ID_MAX = 4095;

  private static final int LISTEN_MAX = 16;
  private static final int LOOPS_MAX = 256;
  private static final int MTU_MIN = 576;
  private static final int MTU_MAX = 9216;
  private static final int MTU_DEFAULT = 1400;
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final InetSocketAddress ADMIN = new InetSocketAddress(LOOPBACK, 9470);
  private static final InetSocketAddress MADE_UP = new InetSocketAddress(LOOPBACK, 1);

  private final SideFiles files;
  private final Report report;
  private final int cores;

  GatewayReader(SideFiles files, Report report, int cores) {
    this.files = files;
    this.report = report;
    this.cores = cores;
  }

  GatewayConfig read(Item root) {
    Section section =
        root.section(
            "member",
            "listen",
            "clear",
            "admin",
            "cluster",
            "ike",
            "pools",
            "connections",
            "preshared-keys",
            "users",
            "radius",
            "context-transfer");
    Item member = section.required("member", "member: {id: 1, state-dir: /var/lib/phalanx}");
    Section memberSection = member.section("id", "state-dir");
    Item memberId = memberSection.required("id", "id: 1");
    List<Pool> pools =
        section.optional("pools").map(item -> new PoolReader(report).read(item)).orElse(List.of());
    GatewayConfig config =
        new GatewayConfig(
            new Member(
                memberId.integer(1, MEMBER_ID_MAX),
                files.path(memberSection.required("state-dir", "state-dir: /var/lib/phalanx"))),
            listen(section.required("listen", "listen: {addresses: [192.0.2.1]}")),
            clear(section.required("clear", "clear: {tun: {name: phx0}}")),
            section
                .optional("admin")
                .map(item -> item.read(Addresses::endpoint, ADMIN))
                .orElse(ADMIN),
            new ClusterReader(files, report, memberId)
                .read(section.required("cluster", "cluster, with name, keyring and members")),
            new IkeReader(report).read(section.group("ike")),
            pools,
            new ConnectionReader(files, report, pools)
                .read(section.required("connections", "connections, with one or more entries")),
            section
                .optional("preshared-keys")
                .map(item -> new PresharedKeyReader(files).read(item))
                .orElse(List.of()),
            section
                .optional("users")
                .map(item -> new UserReader(files).read(item))
                .orElse(List.of()),
            section.optional("radius").map(item -> new RadiusReader(files).read(item)),
            section
                .optional("context-transfer")
                .map(item -> new ContextTransferReader(files).read(item)));
    checkMember(memberId, config.cluster());
    checkPresharedKeys(section, config);
    checkEap(section, config);
    return config;
  }

  private Listen listen(Item item) {
    Section section = item.section("addresses", "ike-port", "nat-port", "loops", "ecn");
    List<InetAddress> addresses =
        section.required("addresses", "addresses: [192.0.2.1]").list(1, LISTEN_MAX).stream()
            .map(address -> address.read(Addresses::address, LOOPBACK))
            .distinct()
            .toList();
    int ikePort = section.optional("ike-port").map(port -> port.integer(1, 65535)).orElse(500);
    int natPort = section.optional("nat-port").map(port -> port.integer(1, 65535)).orElse(4500);
    if (report.clean("listen.ike-port", "listen.nat-port") && ikePort == natPort) {
      section
          .optional("nat-port")
          .or(() -> section.optional("ike-port"))
          .ifPresent(port -> port.error("ike-port and nat-port are the same", "use two ports"));
    }
    int loops =
        section
            .optional("loops")
            .map(count -> count.integer(1, LOOPS_MAX))
            .orElse(Math.clamp(cores, 1, LOOPS_MAX));
    boolean ecn = section.optional("ecn").map(Item::flag).orElse(false);
    return new Listen(addresses, ikePort, natPort, loops, ecn);
  }

  private static Clear clear(Item item) {
    Section section = item.section("tun", "datagrams");
    section.either("tun", "datagrams", "tun: {name: phx0}");
    Optional<Item> datagrams = section.optional("datagrams");
    if (datagrams.isPresent()) {
      Section socket = datagrams.get().section("bind", "peer", "mtu");
      return new Datagrams(
          clearEndpoint(socket.required("bind", "bind: 127.0.0.1:9001")),
          clearEndpoint(socket.required("peer", "peer: 127.0.0.1:9000")),
          mtu(socket));
    }
    Section tun = section.group("tun").section("name", "mtu");
    return new Tun(tun.required("name", "name: phx0").read(Names::networkInterface, ""), mtu(tun));
  }

  private static InetSocketAddress clearEndpoint(Item item) {
    InetSocketAddress endpoint = item.read(Addresses::endpoint, MADE_UP);
    if (!endpoint.getAddress().isLoopbackAddress()) {
      item.warning(
          "clear packets of the protected side leave this machine unprotected",
          "use a loopback address, or a TUN device");
    }
    return endpoint;
  }

  private static int mtu(Section section) {
    return section.optional("mtu").map(mtu -> mtu.integer(MTU_MIN, MTU_MAX)).orElse(MTU_DEFAULT);
  }

  private void checkMember(Item memberId, Cluster cluster) {
    if (!report.clean(memberId.path(), "cluster.members")) {
      return;
    }
    int id = memberId.integer(1, MEMBER_ID_MAX);
    List<Integer> known = cluster.members().stream().map(ClusterMember::id).toList();
    if (!known.contains(id)) {
      memberId.error(
          id + " is not in cluster.members",
          "use one of "
              + known.stream().map(String::valueOf).collect(Collectors.joining(", "))
              + ", or add it there");
    }
  }

  private void checkPresharedKeys(Section section, GatewayConfig config) {
    if (!report.clean("connections", "preshared-keys")) {
      return;
    }
    for (int i = 0; i < config.connections().size(); i++) {
      Connection connection = config.connections().get(i);
      boolean psk =
          connection.local().authentication() instanceof Psk
              || connection.remote().authentication() instanceof Psk;
      if (psk && config.presharedKeys().isEmpty()) {
        section
            .required("connections", "")
            .entry(i)
            .error(
                "authenticates with a pre-shared key, and there is none",
                "add preshared-keys, or write auth: certificate");
      } else if (psk && config.presharedKeys().stream().noneMatch(key -> serves(key, connection))) {
        section
            .required("connections", "")
            .entry(i)
            .warning(
                "no pre-shared key is for this peer", "add its id to the ids of a pre-shared key");
      }
    }
  }

  private void checkEap(Section section, GatewayConfig config) {
    if (!report.clean("connections", "users", "radius")) {
      return;
    }
    for (int i = 0; i < config.connections().size(); i++) {
      Connection connection = config.connections().get(i);
      if (connection.remote().authentication() instanceof Eap eap) {
        Item place = section.required("connections", "").entry(i);
        if (eap.methods().contains(EapMethod.MSCHAPV2) && config.users().isEmpty()) {
          place.error("authenticates users by passwords, and there are none", "add users");
        }
        if (eap.methods().contains(EapMethod.RADIUS) && config.radius().isEmpty()) {
          place.error("asks a RADIUS server, and there is none", "add radius, with its servers");
        }
        if (connection.local().authentication() instanceof Psk) {
          place.warning(
              "every user knows the key by which this gateway shows who it is",
              "write local.auth: certificate");
        }
      }
    }
  }

  /** A key for us alone is one for any peer. */
  private static boolean serves(PresharedKey key, Connection connection) {
    return key.ids().isEmpty()
        || key.ids().equals(List.of(connection.local().id()))
        || connection.remote().id().isEmpty()
        || key.ids().stream().anyMatch(connection.remote().id().get()::matches);
  }
}
