package io.phalanx.replication.table;

import io.phalanx.replication.Fence;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owner;
import io.phalanx.replication.Registry;
import java.net.InetAddress;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The registry over tables. An address is a small entry whose token is the session. */
public final class TableRegistry implements Registry {
  /** Incarnations are 16 bits of a nonce, and go round. */
  private static final int INCARNATION_BITS = 16;

  private static final int BLOCK_BITS = 62;
  private static final Fence NOBODY = new Fence(new Owner(0, 0), 1);

  /** Addresses tried for one lease: a pool that is nearly full must not occupy the store. */
  static final int CANDIDATES_MAX = 4096;

  private final Table<String> counters;
  private final Table<String> addresses;

  public TableRegistry(Tables tables) {
    counters = tables.counters();
    addresses = tables.addresses();
  }

  @Override
  public CompletionStage<Optional<Integer>> nextIncarnation(int member, int atLeast) {
    return count("incarnation/" + member, new Change.Count(atLeast, INCARNATION_BITS))
        .thenApply(count -> count.map(value -> (int) (value & 0xffff)));
  }

  @Override
  public CompletionStage<Optional<Long>> nextSpiBlock() {
    return count("spi-block", new Change.Count(0, BLOCK_BITS));
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
  public CompletionStage<Optional<InetAddress>> leaseAddress(
      String pool, List<InetAddress> candidates, long sessionId) {
    Stored held = new Stored(Header.created(NOBODY, sessionId, 0), new byte[0]);
    Change lease = new Change.Create(held);
    return tryEach(pool, candidates.stream().limit(CANDIDATES_MAX).iterator(), lease);
  }

  /** A loop where the answers are there at once, so that many candidates need no deep stack. */
  private CompletionStage<Optional<InetAddress>> tryEach(
      String pool, Iterator<InetAddress> candidates, Change lease) {
    while (candidates.hasNext()) {
      InetAddress candidate = candidates.next();
      CompletableFuture<Answer> answer =
          addresses.submit(key(pool, candidate), lease).toCompletableFuture();
      if (!answer.isDone()) {
        return answer.thenCompose(
            later ->
                later.outcome() == Outcome.GONE
                    ? tryEach(pool, candidates, lease)
                    : CompletableFuture.completedStage(leased(candidate, later)));
      }
      if (answer.join().outcome() != Outcome.GONE) {
        return CompletableFuture.completedStage(leased(candidate, answer.join()));
      }
    }
    return CompletableFuture.completedStage(Optional.empty());
  }

  private static Optional<InetAddress> leased(InetAddress candidate, Answer answer) {
    return answer.outcome() == Outcome.DONE ? Optional.of(candidate) : Optional.empty();
  }

  @Override
  public CompletionStage<Outcome> releaseAddresses(
      String pool, List<InetAddress> leased, long sessionId) {
    Change release = new Change.Release(sessionId);
    return Outcomes.all(
        leased,
        address -> addresses.submit(key(pool, address), release).thenApply(Answer::outcome));
  }

  private static String key(String pool, InetAddress address) {
    return pool + "/" + address.getHostAddress();
  }
}
