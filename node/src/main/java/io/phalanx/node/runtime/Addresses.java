package io.phalanx.node.runtime;

import io.phalanx.config.GatewayConfig.Pool;
import io.phalanx.config.Identity;
import io.phalanx.config.net.IpPrefix;
import io.phalanx.node.ike.Effect;
import io.phalanx.replication.Registry;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Leases virtual addresses out of the pools of the configuration. An identity starts its search at
 * the same place each time, so that it gets the same address again where that is free.
 */
final class Addresses {
  /** Addresses tried for one lease, from the place where the identity starts. */
  static final int CANDIDATES_MAX = 512;

  private final Map<String, Pool> pools;
  private final Registry registry;

  Addresses(List<Pool> pools, Registry registry) {
    this.pools = pools.stream().collect(Collectors.toMap(Pool::name, Function.identity()));
    this.registry = registry;
  }

  /** One address for each family that could be had; never completes exceptionally. */
  CompletionStage<List<InetAddress>> lease(Effect.LeaseAddresses wish) {
    CompletionStage<List<InetAddress>> leased = CompletableFuture.completedFuture(List.of());
    for (int family : wish.families()) {
      leased =
          leased.thenCombine(
              registry.leaseAddress(
                  wish.pool(), candidates(wish.pool(), family, wish.identity()), wish.sessionId()),
              Addresses::append);
    }
    return leased;
  }

  void release(Effect.ReleaseAddresses release) {
    if (!release.addresses().isEmpty()) {
      var _ = registry.releaseAddresses(release.pool(), release.addresses(), release.sessionId());
    }
  }

  private static List<InetAddress> append(List<InetAddress> list, Optional<InetAddress> more) {
    List<InetAddress> all = new ArrayList<>(list);
    more.ifPresent(all::add);
    return List.copyOf(all);
  }

  private List<InetAddress> candidates(String poolName, int family, Identity identity) {
    Pool pool = pools.get(poolName);
    if (pool == null) {
      return List.of();
    }
    Set<InetAddress> candidates = new LinkedHashSet<>();
    for (IpPrefix prefix : pool.addresses()) {
      if (prefix.address().getAddress().length == (family == 4 ? 4 : 16)) {
        spread(prefix, identity.hashCode(), candidates);
      }
    }
    return List.copyOf(candidates);
  }

  /**
   * Fills up with addresses of a block, from a place that the seed chooses. The first address of a
   * block and the last one of an IPv4 block are left out, as routers do not like them.
   */
  static void spread(IpPrefix prefix, int seed, Set<InetAddress> candidates) {
    byte[] base = prefix.address().getAddress();
    int hostBits = base.length * 8 - prefix.bits();
    BigInteger size = BigInteger.ONE.shiftLeft(hostBits);
    boolean edges = hostBits < 2;
    BigInteger usable = edges ? size : size.subtract(BigInteger.TWO);
    BigInteger start = BigInteger.valueOf(Integer.toUnsignedLong(seed * 0x9E3779B1)).mod(usable);
    int count = usable.min(BigInteger.valueOf(CANDIDATES_MAX)).intValue();
    for (int step = 0; step < count && candidates.size() < CANDIDATES_MAX; step++) {
      BigInteger host = start.add(BigInteger.valueOf(step)).mod(usable);
      candidates.add(address(base, edges ? host : host.add(BigInteger.ONE)));
    }
  }

  private static InetAddress address(byte[] base, BigInteger host) {
    byte[] sum = new BigInteger(1, base).add(host).toByteArray();
    byte[] octets = new byte[base.length];
    int length = Math.min(sum.length, octets.length);
    System.arraycopy(sum, sum.length - length, octets, octets.length - length, length);
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException impossible) {
      throw new AssertionError("an address has 4 or 16 octets", impossible);
    }
  }
}
