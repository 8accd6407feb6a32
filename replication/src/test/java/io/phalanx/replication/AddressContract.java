package io.phalanx.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.replication.AddressWish.AddressRange;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every store promises of addresses. */
public abstract class AddressContract extends RegistryContract {
  private static final long DAY_MILLIS = 86_400_000L;

  private long nowMillis = 1_780_000_000_000L;

  /** A network that no other test leases from. */
  private AddressRange range(int first, int last) {
    return new AddressRange(address(first), address(last));
  }

  private InetAddress address(int host) {
    return InetAddress.ofLiteral("10.%d.%d.%d".formatted(key / 100 % 256, host / 256, host % 256));
  }

  private AddressWish wish(long session, long lessee, AddressRange... ranges) {
    return new AddressWish(
        session, lessee, Set.of(), Optional.empty(), List.of(ranges), Set.of(), nowMillis);
  }

  private Optional<InetAddress> lease(int number, AddressWish wish) {
    return get(member(number).registry().leaseAddress(wish));
  }

  private void release(int number, InetAddress address, long session) {
    assertThat(
            get(member(number).registry().releaseAddresses(List.of(address), session, nowMillis)))
        .isEqualTo(Outcome.DONE);
  }

  @Test
  void shouldLeaseEachAddressToOneSessionDownToTheLast() {
    List<CompletableFuture<Optional<InetAddress>>> answers = new ArrayList<>();
    for (int i = 0; i < 650; i++) {
      AddressWish wish = wish(7000 + i, 31L * i * i, range(10, 609));
      answers.add(member(1 + i % 3).registry().leaseAddress(wish).toCompletableFuture());
    }
    List<InetAddress> leased = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      // Nothing is left, or the store does not know, whose slot is this session's all the same.
      AddressWish again = wish(7000 + i, 31L * i * i, range(10, 609));
      int member = 1 + i % 3;
      get(answers.get(i)).or(() -> lease(member, again)).ifPresent(leased::add);
    }
    assertThat(leased)
        .as("of 600 addresses in three blocks, with none left out and none twice")
        .containsExactlyInAnyOrderElementsOf(
            IntStream.rangeClosed(10, 609).mapToObj(this::address).toList());
  }

  @Test
  void shouldFindTheOneAddressThatIsFree() {
    for (int i = 0; i < 300; i++) {
      assertThat(lease(1, wish(100 + i, i, range(0, 299)))).isPresent();
    }
    assertThat(lease(2, wish(999, 999, range(0, 299)))).isEmpty();
    InetAddress freed = address(123);
    long holder = holder(freed);
    release(3, freed, holder);
    assertThat(lease(2, wish(999, 999, range(0, 299)))).contains(freed);
    assertThat(lease(1, wish(998, 998, range(0, 299)))).isEmpty();
  }

  private long holder(InetAddress address) {
    return IntStream.rangeClosed(1, 3)
        .mapToObj(number -> member(number).registry())
        .flatMap(
            registry ->
                get(registry.leasesHere()).stream()
                    .flatMap(group -> get(registry.leases(group)).stream()))
        .filter(lease -> lease.address().equals(address))
        .map(LeasedAddress::sessionId)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void shouldGiveASessionItsAddressAgain() {
    Optional<InetAddress> first = lease(1, wish(1, 77, range(0, 9)));
    assertThat(first).isPresent();
    assertThat(lease(2, wish(1, 77, range(0, 9)))).isEqualTo(first);
    assertThat(lease(3, wish(2, 77, range(0, 9)))).isPresent().isNotEqualTo(first);
  }

  @Test
  void shouldGiveALesseeItsAddressAgainAfterDays() {
    InetAddress mine = lease(1, wish(1, 77, range(0, 511))).orElseThrow();
    release(2, mine, 1);
    for (int i = 0; i < 200; i++) {
      nowMillis += DAY_MILLIS / 10;
      InetAddress other = lease(3, wish(100 + i, 77 + i + 1, range(0, 511))).orElseThrow();
      assertThat(other).as("what was never given comes first").isNotEqualTo(mine);
      release(1, other, 100 + i);
    }
    assertThat(lease(3, wish(2, 77, range(0, 511)))).contains(mine);
  }

  @Test
  void shouldTakeWhatWasFreeForLongest() {
    List<InetAddress> given = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      given.add(lease(1, wish(1 + i, 1 + i, range(0, 3))).orElseThrow());
    }
    for (int i : List.of(2, 0, 3, 1)) {
      nowMillis += DAY_MILLIS;
      release(1, given.get(i), 1 + i);
    }
    assertThat(lease(2, wish(11, 11, range(0, 3)))).contains(given.get(2));
    assertThat(lease(2, wish(12, 12, range(0, 3)))).contains(given.get(0));
    assertThat(lease(2, wish(13, 2, range(0, 3)))).contains(given.get(1));
    assertThat(lease(2, wish(14, 14, range(0, 3)))).contains(given.get(3));
  }

  @Test
  void shouldTakeBackOnlyWhatTheSessionHolds() {
    InetAddress one = lease(1, wish(1, 1, range(0, 1))).orElseThrow();
    InetAddress two = lease(1, wish(2, 2, range(0, 1))).orElseThrow();
    release(2, one, 2);
    release(2, address(200), 2);
    release(2, two, 2);
    assertThat(lease(1, wish(3, 3, range(0, 1)))).contains(two);
    assertThat(lease(1, wish(4, 4, range(0, 1)))).isEmpty();
  }

  @Test
  void shouldGiveAFixedAddressOrNone() {
    InetAddress fixed = address(42);
    AddressWish other =
        new AddressWish(
            5, 5, Set.of(), Optional.empty(), List.of(range(42, 42)), Set.of(fixed), nowMillis);
    assertThat(lease(1, other)).as("it is kept for somebody").isEmpty();
    AddressWish wish =
        new AddressWish(1, 1, Set.of(), Optional.of(fixed), List.of(), Set.of(fixed), nowMillis);
    assertThat(lease(1, wish)).contains(fixed);
    AddressWish second =
        new AddressWish(2, 1, Set.of(), Optional.of(fixed), List.of(), Set.of(fixed), nowMillis);
    assertThat(lease(2, second)).as("another session of the same").isEmpty();
    release(3, fixed, 1);
    assertThat(lease(2, second)).contains(fixed);
  }

  /** A client that crashed comes back, and says that it has begun anew. */
  @Test
  void shouldHandAnAddressOnToTheSessionThatReplacesItsHolder() {
    InetAddress mine = lease(1, wish(1, 77, range(0, 9))).orElseThrow();
    AddressWish again =
        new AddressWish(
            2, 77, Set.of(1L, 5L), Optional.empty(), List.of(range(0, 9)), Set.of(), nowMillis);
    assertThat(lease(2, again)).contains(mine);
    release(3, mine, 1);
    AddressWish other =
        new AddressWish(
            3, 78, Set.of(2L), Optional.empty(), List.of(range(0, 9)), Set.of(), nowMillis);
    assertThat(lease(1, other)).as("of another lessee").isPresent().isNotEqualTo(Optional.of(mine));
  }

  @Test
  void shouldLeaseOutOfHugeNetworks() {
    AddressRange huge =
        new AddressRange(
            InetAddress.ofLiteral("fd00:%x::1".formatted(key)),
            InetAddress.ofLiteral("fd00:%x::ffff:ffff:ffff:ffff".formatted(key)));
    InetAddress one = lease(1, wish(1, 1, huge)).orElseThrow();
    InetAddress two = lease(2, wish(2, -2, huge)).orElseThrow();
    assertThat(one).isNotEqualTo(two);
    release(1, one, 1);
    assertThat(lease(3, wish(3, 1, huge))).contains(one);
  }

  @Test
  void anAddressShouldBeOneWhateverRangeItIsLookedAtThrough() {
    InetAddress one = lease(1, wish(1, 1, range(9, 9))).orElseThrow();
    for (int i = 0; i < 19; i++) {
      assertThat(lease(2, wish(10 + i, i, range(0, 19))))
          .isPresent()
          .isNotEqualTo(Optional.of(one));
    }
    assertThat(lease(2, wish(99, 99, range(0, 19)))).isEmpty();
  }
}
