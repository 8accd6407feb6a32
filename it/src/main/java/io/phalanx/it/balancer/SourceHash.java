package io.phalanx.it.balancer;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * Highest-random-weight hashing of a client's address: a backend that goes takes only its own
 * clients with it, and one that comes takes only what would have been its own. The port does not
 * count, so that a client's IKE and NAT ports reach the same member.
 */
final class SourceHash {
  private SourceHash() {}

  static Optional<Backend> choose(InetAddress client, Collection<Backend> live) {
    return live.stream()
        .max(
            Comparator.<Backend>comparingLong(backend -> weight(client, backend))
                .thenComparing(Backend::name));
  }

  private static long weight(InetAddress client, Backend backend) {
    long hash = 0xcbf29ce484222325L;
    for (byte octet : client.getAddress()) {
      hash = (hash ^ (octet & 0xff)) * 0x100000001b3L;
    }
    for (byte octet : backend.name().getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (octet & 0xff)) * 0x100000001b3L;
    }
    // FNV alone leaves the high bits of short inputs alike; mix them before they are compared.
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }
}
