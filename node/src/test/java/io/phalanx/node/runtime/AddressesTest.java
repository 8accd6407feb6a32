package io.phalanx.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.GatewayConfig.Pool;
import io.phalanx.config.Identity;
import io.phalanx.config.net.IpPrefix;
import io.phalanx.node.ike.Effect;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Registry;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class AddressesTest {
  private final Map<InetAddress, Long> leased = new HashMap<>();
  private final Addresses addresses =
      new Addresses(
          List.of(
              new Pool(
                  "road",
                  List.of(IpPrefix.parse("10.77.0.0/29"), IpPrefix.parse("fd00:77::/64")),
                  List.of())),
          new OneMap());

  @Test
  void shouldLeaveOutTheEdgesOfABlock() {
    Set<InetAddress> candidates = new LinkedHashSet<>();
    Addresses.spread(IpPrefix.parse("10.77.0.0/29"), 42, candidates);
    assertThat(candidates)
        .hasSize(6)
        .doesNotContain(InetAddress.ofLiteral("10.77.0.0"), InetAddress.ofLiteral("10.77.0.7"));
  }

  @Test
  void shouldUseASingleAddress() {
    Set<InetAddress> candidates = new LinkedHashSet<>();
    Addresses.spread(IpPrefix.parse("10.77.0.9"), -1, candidates);
    assertThat(candidates).containsExactly(InetAddress.ofLiteral("10.77.0.9"));
  }

  @Test
  void shouldGiveTheSameAddressToTheSameIdentity() {
    List<InetAddress> first = lease(1, "alice@example.org");
    addresses.release(new Effect.ReleaseAddresses("road", first, 1));
    assertThat(leased).isEmpty();
    assertThat(lease(2, "alice@example.org")).isEqualTo(first);
  }

  @Test
  void shouldGiveEachSessionItsOwnUntilThePoolIsEmpty() {
    Set<InetAddress> given = new LinkedHashSet<>();
    for (int session = 0; session < 6; session++) {
      given.add(lease(session, "user" + session + "@example.org").getFirst());
    }
    assertThat(given).hasSize(6);
    List<InetAddress> last = lease(6, "late@example.org");
    assertThat(last).as("only the IPv6 part of the pool is left").hasSize(1);
    assertThat(last.getFirst().getAddress()).hasSize(16);
  }

  @Test
  void shouldGiveNothingOfAPoolThatIsNotThere() {
    assertThat(
            addresses
                .lease(
                    new Effect.LeaseAddresses(1, 1, "gone", List.of(4), Identity.fqdn("a.example")))
                .toCompletableFuture()
                .join())
        .isEmpty();
  }

  private List<InetAddress> lease(long session, String who) {
    return addresses
        .lease(
            new Effect.LeaseAddresses(session, session, "road", List.of(4, 6), Identity.email(who)))
        .toCompletableFuture()
        .join();
  }

  /** A registry of one map, that answers at once. */
  private final class OneMap implements Registry {
    @Override
    public CompletionStage<Optional<InetAddress>> leaseAddress(
        String pool, List<InetAddress> candidates, long sessionId) {
      Optional<InetAddress> free =
          candidates.stream().filter(each -> !leased.containsKey(each)).findFirst();
      free.ifPresent(each -> leased.put(each, sessionId));
      return CompletableFuture.completedFuture(free);
    }

    @Override
    public CompletionStage<Outcome> releaseAddresses(
        String pool, List<InetAddress> given, long sessionId) {
      given.forEach(each -> leased.remove(each, sessionId));
      return CompletableFuture.completedFuture(Outcome.DONE);
    }

    @Override
    public CompletionStage<Optional<Integer>> nextIncarnation(int member, int atLeast) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Optional<Long>> nextSpiBlock() {
      throw new UnsupportedOperationException();
    }
  }
}
