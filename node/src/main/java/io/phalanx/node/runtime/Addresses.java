package io.phalanx.node.runtime;

import io.phalanx.config.GatewayConfig.FixedAddress;
import io.phalanx.config.GatewayConfig.Pool;
import io.phalanx.config.Identity;
import io.phalanx.config.net.IpPrefix;
import io.phalanx.node.ike.Effect;
import io.phalanx.replication.AddressWish;
import io.phalanx.replication.AddressWish.AddressRange;
import io.phalanx.replication.Registry;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Leases virtual addresses out of the pools of the configuration. Which one an identity gets, and
 * that it gets it again, is up to the store.
 */
final class Addresses {
  private final Map<String, Pool> pools;
  private final Set<InetAddress> reserved;
  private final Registry registry;
  private final LongSupplier nowMillis;

  Addresses(List<Pool> pools, Registry registry, LongSupplier nowMillis) {
    this.pools = pools.stream().collect(Collectors.toMap(Pool::name, Function.identity()));
    this.reserved =
        pools.stream()
            .flatMap(pool -> pool.fixed().stream())
            .map(FixedAddress::addresses)
            .flatMap(List::stream)
            .collect(Collectors.toUnmodifiableSet());
    this.registry = registry;
    this.nowMillis = nowMillis;
  }

  /** One address for each family that could be had; never completes exceptionally. */
  CompletionStage<List<InetAddress>> lease(Effect.LeaseAddresses wanted) {
    CompletionStage<List<InetAddress>> leased = CompletableFuture.completedFuture(List.of());
    for (int family : wanted.families()) {
      leased = leased.thenCombine(registry.leaseAddress(wish(wanted, family)), Addresses::append);
    }
    return leased;
  }

  /**
   * Takes just these addresses for a session that has them already, from another cluster.
   *
   * @return those that could be had
   */
  CompletionStage<List<InetAddress>> take(
      long sessionId, Identity identity, List<InetAddress> addresses) {
    CompletionStage<List<InetAddress>> taken = CompletableFuture.completedFuture(List.of());
    for (InetAddress address : addresses) {
      AddressWish wish =
          new AddressWish(
              sessionId,
              lessee(identity),
              Set.of(),
              Optional.of(address),
              List.of(),
              reserved,
              nowMillis.getAsLong());
      taken = taken.thenCombine(registry.leaseAddress(wish), Addresses::append);
    }
    return taken;
  }

  void giveBack(long sessionId, List<InetAddress> addresses) {
    release(new Effect.ReleaseAddresses(addresses, sessionId));
  }

  private AddressWish wish(Effect.LeaseAddresses wanted, int family) {
    Optional<InetAddress> fixed =
        wanted.wished().stream().filter(each -> familyOf(each) == family).findFirst();
    List<AddressRange> ranges =
        Optional.ofNullable(pools.get(wanted.pool()))
            .map(Pool::addresses)
            .orElse(List.of())
            .stream()
            .filter(prefix -> familyOf(prefix.address()) == family)
            .map(Addresses::usable)
            .toList();
    return new AddressWish(
        wanted.sessionId(),
        lessee(wanted.identity()),
        Set.copyOf(wanted.replaced()),
        fixed,
        ranges,
        reserved,
        nowMillis.getAsLong());
  }

  private static int familyOf(InetAddress address) {
    return address.getAddress().length == 4 ? 4 : 6;
  }

  void release(Effect.ReleaseAddresses release) {
    if (!release.addresses().isEmpty()) {
      var _ =
          registry.releaseAddresses(
              release.addresses(), release.sessionId(), nowMillis.getAsLong());
    }
  }

  private static List<InetAddress> append(List<InetAddress> list, Optional<InetAddress> more) {
    List<InetAddress> all = new ArrayList<>(list);
    more.ifPresent(all::add);
    return List.copyOf(all);
  }

  /** A number for an identity, so that the store need not hold its name. */
  static long lessee(Identity identity) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update((byte) identity.type().code());
      return ByteBuffer.wrap(digest.digest(identity.data())).getLong();
    } catch (NoSuchAlgorithmException fault) {
      throw new IllegalStateException("every Java platform has SHA-256", fault);
    }
  }

  /**
   * The addresses of a block that can be given out. The first one and the last one of an IPv4 block
   * are left out, as routers do not like them; of an IPv6 block only the first, the routers' own.
   */
  static AddressRange usable(IpPrefix prefix) {
    int hostBits = prefix.address().getAddress().length * 8 - prefix.bits();
    if (hostBits < 2) {
      return new AddressRange(prefix.address(), prefix.last());
    }
    boolean ipv4 = familyOf(prefix.address()) == 4;
    return new AddressRange(
        neighbour(prefix.address(), 1), ipv4 ? neighbour(prefix.last(), -1) : prefix.last());
  }

  private static InetAddress neighbour(InetAddress address, int step) {
    byte[] octets = new byte[address.getAddress().length];
    byte[] sum =
        new BigInteger(1, address.getAddress()).add(BigInteger.valueOf(step)).toByteArray();
    int length = Math.min(sum.length, octets.length);
    System.arraycopy(sum, sum.length - length, octets, octets.length - length, length);
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException impossible) {
      throw new AssertionError("an address has 4 or 16 octets", impossible);
    }
  }
}
