package io.phalanx.it.faults;

import io.phalanx.it.balancer.Backend;
import io.phalanx.it.lab.Namespaces;
import io.phalanx.it.lab.Shell;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The network of a run, in namespaces.
 *
 * <pre>
 *                           ┌─ gw1 10.60.0.11 / 10.50.0.101 ─┐
 *   load 10.98.0.0/16 ──────┼─ gw2 10.60.0.12 / 10.50.0.102 ─┼── load 10.50.0.10
 *        10.60.0.1          └─ gw3 10.60.0.13 / 10.50.0.103 ─┘
 * </pre>
 *
 * <p>Peers, balancer and the host inside are in one namespace, as they are in one process. All of
 * 10.98.0.0/16 is local there. Members reach each other and their peers by the same cable.
 */
final class Ground {
  static final String LOAD = "load";
  static final InetAddress FRONT = InetAddress.ofLiteral("10.60.0.1");
  static final InetAddress PEERS = InetAddress.ofLiteral("10.98.0.1");
  static final int PEERS_MAX = 50_000;
  static final InetAddress INSIDE = InetAddress.ofLiteral("10.50.0.10");
  static final String NETWORK = "10.50.0.0/24";
  static final String POOL = "10.80.0.0/15";
  static final int IKE_PORT = 500;
  static final int NAT_PORT = 4500;
  static final int CLEAR_PORT = 9000;
  static final int INTERLINK_PORT = 4600;
  static final int STORE_PORT = 5701;
  private static final int ADMIN_PORT = 9470;
  private static final String TABLE = "cut";

  private final Namespaces namespaces;
  private final int members;

  Ground(Namespaces namespaces, int members) {
    this.namespaces = namespaces;
    this.members = members;
  }

  int members() {
    return members;
  }

  void make() throws IOException, InterruptedException {
    namespaces.add(LOAD);
    namespaces.ip(LOAD, "route add local 10.98.0.0/16 dev lo");
    bridge("front", "10.60.0.1/24");
    bridge("back", "10.50.0.10/24");
    for (int id = 1; id <= members; id++) {
      String name = name(id);
      namespaces.add(name);
      cable(name, "front", "f" + id, front(id));
      cable(name, "back", "b" + id, back(id));
      namespaces.ip(name, "route add default via 10.60.0.1");
    }
  }

  private void bridge(String name, String address) throws IOException, InterruptedException {
    namespaces.ip(LOAD, "link add " + name + " type bridge");
    namespaces.ip(LOAD, "link set " + name + " up");
    namespaces.ip(LOAD, "addr add " + address + " dev " + name);
  }

  private void cable(String name, String bridge, String plug, InetAddress address)
      throws IOException, InterruptedException {
    namespaces.link(name, bridge, LOAD, plug);
    namespaces.ip(LOAD, "link set " + plug + " master " + bridge);
    namespaces.ip(name, "addr add " + address.getHostAddress() + "/24 dev " + bridge);
  }

  /** What to put before a command so that it runs at a member. */
  List<String> enter(int id) {
    return namespaces.enter(name(id));
  }

  /** Pulls all cables of a member: neither side is told, but for the lost carrier. */
  void pull(int id) throws IOException, InterruptedException {
    namespaces.ip(LOAD, "link set f" + id + " down");
    namespaces.ip(LOAD, "link set b" + id + " down");
  }

  /** Plugs them in. */
  void plug(int id) throws IOException, InterruptedException {
    namespaces.ip(LOAD, "link set f" + id + " up");
    namespaces.ip(LOAD, "link set b" + id + " up");
  }

  /** From now on a member hears nothing of these others; they still hear it. */
  void deafen(int id, List<Integer> others) throws IOException, InterruptedException {
    drop(id, "ip saddr { %s } ".formatted(addresses(others)));
  }

  /** From now on nothing of the store reaches a member. Heartbeats and forwarded packets do. */
  void holdStore(int id) throws IOException, InterruptedException {
    drop(id, "tcp sport %1$d drop; tcp dport %1$d ".formatted(STORE_PORT));
  }

  private void drop(int id, String match) throws IOException, InterruptedException {
    String table =
        "table inet %s { chain in { type filter hook input priority -300; %sdrop; }; }"
            .formatted(TABLE, match);
    Shell.must(Shell.join(enter(id), List.of("nft", table)));
  }

  /** Ends {@link #deafen} or {@link #holdStore}. */
  void mend(int id) throws IOException, InterruptedException {
    Shell.must(Shell.join(enter(id), List.of("nft", "delete", "table", "inet", TABLE)));
  }

  private static String addresses(List<Integer> ids) {
    return ids.stream().map(id -> front(id).getHostAddress()).collect(Collectors.joining(", "));
  }

  static String name(int id) {
    return "gw" + id;
  }

  static int id(Backend backend) {
    return Integer.parseInt(backend.name().substring(2));
  }

  static InetAddress front(int id) {
    return InetAddress.ofLiteral("10.60.0." + (10 + id));
  }

  static InetAddress back(int id) {
    return InetAddress.ofLiteral("10.50.0." + (100 + id));
  }

  static InetSocketAddress clear(int id) {
    return new InetSocketAddress(back(id), CLEAR_PORT);
  }

  static InetSocketAddress admin(int id) {
    return new InetSocketAddress(front(id), ADMIN_PORT);
  }

  List<Backend> backends() {
    return IntStream.rangeClosed(1, members)
        .mapToObj(id -> new Backend(name(id), front(id), IKE_PORT, NAT_PORT, admin(id)))
        .toList();
  }
}
