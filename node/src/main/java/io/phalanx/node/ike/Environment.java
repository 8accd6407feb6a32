package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig;
import io.phalanx.config.GatewayConfig.Child;
import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.config.GatewayConfig.FixedAddress;
import io.phalanx.config.GatewayConfig.Pool;
import io.phalanx.config.Identity;
import io.phalanx.config.IdentityPattern;
import io.phalanx.datapath.NonceSource;
import io.phalanx.node.ike.crypto.Cookies;
import io.phalanx.node.ike.crypto.CrashTokens;
import io.phalanx.node.ike.wire.Notifies;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.replication.Owner;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** What all exchanges use and none of them changes. */
record Environment(
    GatewayConfig config,
    Credentials credentials,
    SecureRandom random,
    NonceSource nonces,
    Spis spis,
    Owner self,
    Cookies cookies,
    CrashTokens crashTokens) {
  /** Octets of our nonces: half the key of the largest PRF at least (RFC 7296 §2.10). */
  private static final int NONCE_OCTETS = 32;

  private static final double JITTER_SHARE = 0.1;

  Optional<Connection> connection(String name) {
    return config.connections().stream().filter(each -> each.name().equals(name)).findFirst();
  }

  static Optional<Child> child(Connection connection, String name) {
    return connection.children().stream().filter(each -> each.name().equals(name)).findFirst();
  }

  /**
   * The pool for a peer of a connection that gives addresses: the one that keeps an address for it,
   * the one that it is a member of, or the connection's.
   */
  Optional<Pool> pool(Connection connection, Identity peer) {
    return connection.pool().flatMap(name -> pool(name, peer));
  }

  private Optional<Pool> pool(String name, Identity peer) {
    return pool(each -> each.fixed().stream().anyMatch(fixed -> isFor(fixed, peer)))
        .or(() -> pool(each -> each.members().stream().anyMatch(id -> id.matches(peer))))
        .or(() -> pool(each -> each.name().equals(name)));
  }

  private Optional<Pool> pool(Predicate<Pool> wanted) {
    return config.pools().stream().filter(wanted).findFirst();
  }

  /** Names are the same in any case, and however they are encoded. */
  private static boolean isFor(FixedAddress fixed, Identity peer) {
    return new IdentityPattern(fixed.id()).matches(peer);
  }

  /** Addresses that the configuration keeps for an identity. */
  List<InetAddress> fixedAddresses(Identity peer) {
    return config.pools().stream()
        .flatMap(pool -> pool.fixed().stream())
        .filter(fixed -> isFor(fixed, peer))
        .flatMap(fixed -> fixed.addresses().stream())
        .toList();
  }

  /** How many requests we take at once (RFC 7296 §2.3), if that is not the one of every peer. */
  List<Payload> windowSize() {
    int window = config.ike().window();
    return window == 1 ? List.of() : List.of(Notifies.windowSize(window));
  }

  byte[] nonce() {
    byte[] nonce = new byte[NONCE_OCTETS];
    random.nextBytes(nonce);
    return nonce;
  }

  /**
   * The moment to rekey what was made now: up to a tenth early, so that two ends, and many SAs made
   * at once, do not rekey at once (RFC 7296 §2.8).
   *
   * @return wall clock in milliseconds; 0 for never
   */
  long rekeyAt(Duration after, long nowMillis) {
    long millis = after.toMillis();
    if (millis == 0) {
      return 0;
    }
    return nowMillis + millis - (long) (millis * JITTER_SHARE * random.nextDouble());
  }
}
