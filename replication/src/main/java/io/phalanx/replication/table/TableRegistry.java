package io.phalanx.replication.table;

import io.phalanx.replication.AddressWish;
import io.phalanx.replication.Fence;
import io.phalanx.replication.LeasedAddress;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owner;
import io.phalanx.replication.Registry;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The registry over tables. */
public final class TableRegistry implements Registry {
  /** Incarnations are 16 bits of a nonce, and go round. */
  private static final int INCARNATION_BITS = 16;

  private static final int BLOCK_BITS = 62;
  private static final String KEEPER = "keeper/";
  private static final int USED_DAYS = 2;
  private static final int USED_DAYS_SWEPT = 8;

  private final Table<String> counters;
  private final AddressTable addresses;
  private final int share;
  private final int shares;

  public TableRegistry(Tables tables) {
    this(tables, 0, 1);
  }

  /**
   * @param share of SPI blocks that only this member takes from, 0 to {@code shares} - 1: halves of
   *     a cluster that both go on while they are apart must not take the same
   * @param shares 1 if a majority counts the blocks for all
   */
  public TableRegistry(Tables tables, int share, int shares) {
    this.share = share;
    this.shares = shares;
    counters = tables.counters();
    addresses = new AddressTable(tables.addresses());
  }

  @Override
  public CompletionStage<Optional<Integer>> nextIncarnation(int member, int atLeast) {
    return count("incarnation/" + member, new Change.Count(atLeast, INCARNATION_BITS))
        .thenApply(count -> count.map(value -> (int) (value & 0xffff)));
  }

  @Override
  public CompletionStage<Optional<Long>> nextSpiBlock() {
    String key = shares == 1 ? "spi-block" : "spi-block/" + share;
    return count(key, new Change.Count(0, BLOCK_BITS))
        .thenApply(count -> count.map(number -> number * shares + share));
  }

  private CompletionStage<Optional<Long>> count(String key, Change change) {
    return counters
        .submit(key, change)
        .thenApply(
            answer ->
                answer instanceof Answer.WithEntry(_, Stored stored)
                    ? Optional.of(stored.header().epoch())
                    : Optional.empty());
  }

  @Override
  public CompletionStage<Optional<Owner>> keeper(String connection, Owner candidate) {
    String key = KEEPER + connection;
    Stored mine = new Stored(Header.created(new Fence(candidate, 1), 0, 0), new byte[0]);
    return counters
        .find(key)
        .thenCompose(
            answer ->
                answer.outcome() == Outcome.GONE
                    ? counters
                        .submit(key, new Change.Create(mine))
                        .thenCompose(_ -> counters.find(key))
                    : CompletableFuture.completedStage(answer))
        .thenApply(TableRegistry::owner);
  }

  @Override
  public CompletionStage<Optional<Owner>> succeedKeeper(
      String connection, Owner keeper, Owner successor) {
    String key = KEEPER + connection;
    return counters
        .submit(key, new Change.TakeOver(keeper, successor, 0))
        .thenCompose(_ -> counters.find(key))
        .thenApply(TableRegistry::owner);
  }

  private static Optional<Owner> owner(Answer answer) {
    return answer instanceof Answer.WithEntry(_, Stored stored)
        ? Optional.of(stored.header().owner())
        : Optional.empty();
  }

  /** The day is noted as the owner: so those of days gone by are found. */
  @Override
  public CompletionStage<Optional<Boolean>> useOnce(String what, long nowMillis) {
    long day = TimeUnit.MILLISECONDS.toDays(nowMillis);
    long token = ThreadLocalRandom.current().nextLong();
    Stored note = new Stored(Header.created(usedOn(day), token, 0), new byte[0]);
    forgetUsed(day - USED_DAYS);
    return counters
        .submit("used/" + what, new Change.Create(note))
        .thenApply(
            answer ->
                switch (answer.outcome()) {
                  case DONE -> Optional.of(true);
                  case GONE, FENCED -> Optional.of(false);
                  case UNKNOWN -> Optional.empty();
                });
  }

  private void forgetUsed(long day) {
    for (long old = day; old > day - USED_DAYS_SWEPT; old--) {
      Fence fence = usedOn(old);
      counters
          .keysOf(fence.owner())
          .thenAccept(keys -> keys.forEach(key -> counters.submit(key, new Change.Remove(fence))));
    }
  }

  /** No member has the id 0. */
  private static Fence usedOn(long day) {
    return new Fence(new Owner(0, (int) (day & ((1L << INCARNATION_BITS) - 1))), 1);
  }

  @Override
  public CompletionStage<Optional<InetAddress>> leaseAddress(AddressWish wish) {
    return addresses.lease(wish);
  }

  @Override
  public CompletionStage<Outcome> releaseAddresses(
      List<InetAddress> leased, long sessionId, long nowMillis) {
    return addresses.release(leased, sessionId, nowMillis);
  }

  @Override
  public CompletionStage<List<String>> leasesHere() {
    return addresses.here();
  }

  @Override
  public CompletionStage<List<LeasedAddress>> leases(String group) {
    return addresses.leases(group);
  }
}
