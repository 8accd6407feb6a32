package io.phalanx.it.balancer;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/**
 * @param ikePort 0 for any free one, likewise {@code natPort}
 * @param checkInterval between two readiness checks of a backend
 * @param checkTimeout a check not answered for so long counts as failed
 * @param idleExpiry a client not heard from or sent to for so long is forgotten
 * @param clientsMax clients remembered (each port of a client counts); the idlest goes first
 */
public record BalancerConfig(
    InetAddress address,
    int ikePort,
    int natPort,
    List<Backend> backends,
    Duration checkInterval,
    Duration checkTimeout,
    Duration idleExpiry,
    int clientsMax) {

  /** Checks every 50 ms with 300 ms to answer, clients for 10 minutes, 4096 at most. */
  public static BalancerConfig of(
      InetAddress address, int ikePort, int natPort, List<Backend> backends) {
    return new BalancerConfig(
        address,
        ikePort,
        natPort,
        backends,
        Duration.ofMillis(50),
        Duration.ofMillis(300),
        Duration.ofMinutes(10),
        4096);
  }

  public BalancerConfig withChecksEvery(Duration interval) {
    return new BalancerConfig(
        address, ikePort, natPort, backends, interval, checkTimeout, idleExpiry, clientsMax);
  }
}
