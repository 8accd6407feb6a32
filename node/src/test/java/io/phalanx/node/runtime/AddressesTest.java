package io.phalanx.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.GatewayConfig.FixedAddress;
import io.phalanx.config.GatewayConfig.Pool;
import io.phalanx.config.Identity;
import io.phalanx.config.net.IpPrefix;
import io.phalanx.node.ike.Effect;
import io.phalanx.replication.AddressWish.AddressRange;
import io.phalanx.replication.memory.Courier;
import io.phalanx.replication.memory.MemoryStore;
import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AddressesTest {
  private static final InetAddress KEPT = InetAddress.ofLiteral("10.77.0.3");

  private final Addresses addresses =
      new Addresses(
          List.of(
              new Pool(
                  "road",
                  List.of(IpPrefix.parse("10.77.0.0/29"), IpPrefix.parse("fd00:77::/64")),
                  List.of(),
                  List.of(),
                  List.of(),
                  List.of(),
                  List.of(new FixedAddress(Identity.email("boss@example.org"), List.of(KEPT))))),
          new MemoryStore().member(Courier.immediate()).registry(),
          () -> 1_780_000_000_000L);

  @Test
  void shouldLeaveOutTheEdgesOfABlock() {
    assertThat(Addresses.usable(IpPrefix.parse("10.77.0.0/29")))
        .isEqualTo(range("10.77.0.1", "10.77.0.6"));
    assertThat(Addresses.usable(IpPrefix.parse("fd00:77::/120")))
        .isEqualTo(range("fd00:77::1", "fd00:77::ff"));
    assertThat(Addresses.usable(IpPrefix.parse("10.77.0.9")))
        .isEqualTo(range("10.77.0.9", "10.77.0.9"));
    assertThat(Addresses.usable(IpPrefix.parse("10.77.0.8/31")))
        .isEqualTo(range("10.77.0.8", "10.77.0.9"));
    assertThat(Addresses.usable(IpPrefix.parse("0.0.0.0/0")))
        .isEqualTo(range("0.0.0.1", "255.255.255.254"));
  }

  private static AddressRange range(String first, String last) {
    return new AddressRange(InetAddress.ofLiteral(first), InetAddress.ofLiteral(last));
  }

  @Test
  void shouldGiveTheSameAddressToTheSameIdentity() {
    List<InetAddress> first = lease(1, "alice@example.org");
    assertThat(first).hasSize(2);
    addresses.release(new Effect.ReleaseAddresses(first, 1));
    assertThat(lease(2, "alice@example.org")).isEqualTo(first);
  }

  @Test
  void shouldGiveEachSessionItsOwnUntilThePoolIsEmpty() {
    Set<InetAddress> given = new LinkedHashSet<>();
    for (int session = 1; session <= 5; session++) {
      given.add(lease(session, "user" + session + "@example.org").getFirst());
    }
    assertThat(given).hasSize(5).doesNotContain(KEPT);
    List<InetAddress> last = lease(6, "late@example.org");
    assertThat(last).as("only the IPv6 part of the pool is left").hasSize(1);
    assertThat(last.getFirst().getAddress()).hasSize(16);
  }

  @Test
  void shouldGiveWhatIsWishedForItsFamily() {
    assertThat(lease(1, "boss@example.org", KEPT)).hasSize(2).startsWith(KEPT);
    assertThat(lease(2, "boss@example.org", KEPT)).as("it is taken").hasSize(1);
  }

  @Test
  void shouldGiveNothingOfAPoolThatIsNotThere() {
    Effect.LeaseAddresses wish =
        new Effect.LeaseAddresses(
            1, 1, "gone", List.of(4), Identity.fqdn("a.example"), List.of(), List.of());
    assertThat(addresses.lease(wish).toCompletableFuture().join()).isEmpty();
  }

  private List<InetAddress> lease(long session, String who, InetAddress... wished) {
    Effect.LeaseAddresses wish =
        new Effect.LeaseAddresses(
            session,
            session,
            "road",
            List.of(4, 6),
            Identity.email(who),
            List.of(),
            List.of(wished));
    return addresses.lease(wish).toCompletableFuture().join();
  }
}
