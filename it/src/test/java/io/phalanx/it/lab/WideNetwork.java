package io.phalanx.it.lab;

import java.io.IOException;
import java.util.List;

/**
 * What the wide laboratory has beside the {@linkplain Lab usual one}: IPv6 everywhere, a second way
 * out for the client, and two hosts behind a NAT.
 *
 * <pre>
 *   client 10.98.0.2, fd99::2 ────────────────────────┐
 *   near1 192.168.7.2 ─┬─ nat 10.97.0.2 ── 10.97.0.1 lb
 *   near2 192.168.7.3 ─┘
 * </pre>
 */
final class WideNetwork {
  private static final List<String> IPV6 =
      List.of(
          "net.ipv6.conf.all.disable_ipv6=0",
          "net.ipv6.conf.default.disable_ipv6=0",
          "net.ipv6.conf.all.accept_dad=0",
          "net.ipv6.conf.default.accept_dad=0",
          "net.ipv6.conf.all.forwarding=1");

  // A new mapping gets another port: the source port is not kept.
  private static final String NAT =
      """
      table ip nat {
        chain after {
          type nat hook postrouting priority srcnat;
          oifname "wan" meta l4proto udp masquerade to :20000-40000 random
        }
      }
      """;

  private WideNetwork() {}

  static void build(Namespaces namespaces) throws IOException, InterruptedException {
    ipv6(namespaces);
    namespaces.link("client", "c1", "lb", "c1");
    namespaces.ip("client", "addr add 10.98.0.2/24 dev c1");
    namespaces.ip("lb", "addr add 10.98.0.1/24 dev c1");
    namespaces.ip("client", "route add default via 10.98.0.1 metric 20");
    nat(namespaces);
  }

  private static void ipv6(Namespaces namespaces) throws IOException, InterruptedException {
    for (String name : List.of("client", "lb", "lan", "gw1", "gw2", "gw3")) {
      settings(namespaces, name);
    }
    namespaces.ip("client", "addr add fd99::2/64 dev c0 nodad");
    namespaces.ip("lb", "addr add fd99::1/64 dev c0 nodad");
    namespaces.ip("lb", "addr add fd60::1/64 dev br0 nodad");
    namespaces.ip("lan", "addr add fd50::10/64 dev br0 nodad");
    for (int member = 1; member <= Lab.MEMBERS; member++) {
      String name = "gw" + member;
      namespaces.ip(name, "addr add " + Lab.FRONT6_PREFIX + member + "/64 dev front nodad");
      namespaces.ip(name, "addr add " + Lab.BACK6_PREFIX + member + "/64 dev back nodad");
      namespaces.ip(name, "route add default via fd60::1");
    }
  }

  private static void nat(Namespaces namespaces) throws IOException, InterruptedException {
    namespaces.add("nat");
    namespaces.link("nat", "wan", "lb", "nat");
    namespaces.ip("lb", "addr add 10.97.0.1/24 dev nat");
    out(namespaces);
    namespaces.ip("nat", "link add br0 type bridge");
    namespaces.ip("nat", "link set br0 up");
    namespaces.ip("nat", "addr add 192.168.7.1/24 dev br0");
    for (int near = 1; near <= 2; near++) {
      String name = "near" + near;
      namespaces.add(name);
      namespaces.link(name, "e0", "nat", "p" + near);
      namespaces.ip("nat", "link set p" + near + " master br0");
      namespaces.ip(name, "addr add 192.168.7." + (near + 1) + "/24 dev e0");
      namespaces.ip(name, "route add default via 192.168.7.1");
    }
    Shell.must(Shell.join(namespaces.enter("nat"), List.of("nft", NAT)));
  }

  private static void out(Namespaces namespaces) throws IOException, InterruptedException {
    namespaces.ip("nat", "addr add 10.97.0.2/24 dev wan");
    namespaces.ip("nat", "route add default via 10.97.0.1");
  }

  /** A NAT forgets the mappings to an address of its own when that goes. */
  static void rebind(Namespaces namespaces) throws IOException, InterruptedException {
    namespaces.ip("nat", "addr del 10.97.0.2/24 dev wan");
    out(namespaces);
  }

  private static void settings(Namespaces namespaces, String name)
      throws IOException, InterruptedException {
    Shell.must(Shell.join(Shell.join(namespaces.enter(name), List.of("sysctl", "-qw")), IPV6));
  }
}
