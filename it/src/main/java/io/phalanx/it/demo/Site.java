package io.phalanx.it.demo;

import io.phalanx.it.balancer.Backend;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Who is where: everything on loopback addresses of one random block, so that two demos, or a demo
 * and a gateway, do not meet.
 *
 * <pre>
 *   application .4 ── initiator .2 ── balancer .1 ── members .11, .12, … ── protected network .3
 * </pre>
 *
 * @param block such as {@code 127.81.17}
 */
record Site(String block) {
  static final InetAddress PROTECTED_HOST = InetAddress.ofLiteral("10.50.0.10");
  static final String PROTECTED_NET = "10.50.0.0/24";
  static final String POOL = "10.77.0.0/24";
  static final int IKE_PORT = 10_500;
  static final int NAT_PORT = 14_500;
  static final int ADMIN_PORT = 19_470;
  private static final int CLEAR_PORT = 19_000;
  private static final int INTERLINK_PORT = 14_600;
  private static final int STORE_PORT = 15_701;

  /** The initiator's member-id: its cluster is another one, so any will do. */
  static final int INITIATOR_ID = 1;

  static Site choose(RandomGenerator random) {
    return new Site("127.%d.%d".formatted(random.nextInt(64, 254), random.nextInt(1, 254)));
  }

  InetAddress balancer() {
    return address(1);
  }

  InetAddress initiator() {
    return address(2);
  }

  InetSocketAddress protectedNetwork() {
    return new InetSocketAddress(address(3), CLEAR_PORT);
  }

  InetSocketAddress application() {
    return new InetSocketAddress(address(4), CLEAR_PORT);
  }

  /** Members have ports of their own too: nothing may depend on these being the usual ones. */
  Backend member(int id) {
    return new Backend(
        "member-" + id,
        address(10 + id),
        IKE_PORT + id,
        NAT_PORT + id,
        new InetSocketAddress(address(10 + id), ADMIN_PORT));
  }

  List<Backend> members(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(this::member).toList();
  }

  InetSocketAddress initiatorAdmin() {
    return new InetSocketAddress(initiator(), ADMIN_PORT);
  }

  /** The clear side of the host whose last octet this is. */
  InetSocketAddress clear(InetAddress host) {
    return new InetSocketAddress(host, CLEAR_PORT);
  }

  InetSocketAddress interlink(InetAddress host) {
    return new InetSocketAddress(host, INTERLINK_PORT);
  }

  InetSocketAddress store(InetAddress host) {
    return new InetSocketAddress(host, STORE_PORT);
  }

  private InetAddress address(int last) {
    return InetAddress.ofLiteral(block + "." + last);
  }
}
