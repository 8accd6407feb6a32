package io.phalanx.it.faults;

import io.phalanx.it.balancer.Backend;
import io.phalanx.it.balancer.Balancer;
import io.phalanx.it.balancer.BalancerConfig;
import io.phalanx.it.balancer.PacketTap;
import io.phalanx.it.loadgen.Way;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The balancer, in direct routing: its checks and its choice decide where each datagram goes, and
 * members answer the peers by themselves. So a packet costs the machine one hop less.
 */
final class Front implements Way, AutoCloseable {
  private final Balancer balancer;
  private final Map<InetSocketAddress, Boolean> ports = new HashMap<>();
  private volatile List<Backend> live = List.of();

  Front(Ground ground) throws IOException {
    for (Backend backend : ground.backends()) {
      ports.put(new InetSocketAddress(backend.address(), backend.ikePort()), false);
      ports.put(new InetSocketAddress(backend.address(), backend.natPort()), true);
    }
    this.balancer =
        Balancer.start(
            BalancerConfig.of(Ground.FRONT, Ground.IKE_PORT, Ground.NAT_PORT, ground.backends()),
            PacketTap.NONE,
            (backend, up, why, now) -> live = now);
  }

  /** The member that a peer's datagrams go to now. */
  Optional<Backend> choice(InetAddress peer) {
    return Balancer.choice(peer, live);
  }

  List<Backend> live() {
    return live;
  }

  @Override
  public Optional<InetSocketAddress> to(InetAddress peer, boolean natPort) {
    return choice(peer)
        .map(
            backend ->
                new InetSocketAddress(
                    backend.address(), natPort ? backend.natPort() : backend.ikePort()));
  }

  @Override
  public Optional<Boolean> from(InetSocketAddress sender) {
    return Optional.ofNullable(ports.get(sender));
  }

  /** The way back from the host inside. */
  SocketAddress back(SocketAddress cameBy) {
    List<Backend> now = live;
    for (Backend backend : now) {
      if (Ground.clear(Ground.id(backend)).equals(cameBy)) {
        return cameBy;
      }
    }
    return now.isEmpty() ? cameBy : Ground.clear(Ground.id(now.getFirst()));
  }

  @Override
  public void close() {
    balancer.close();
  }
}
