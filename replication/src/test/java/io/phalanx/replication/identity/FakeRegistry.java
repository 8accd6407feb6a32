package io.phalanx.replication.identity;

import io.phalanx.replication.AddressWish;
import io.phalanx.replication.LeasedAddress;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owner;
import io.phalanx.replication.Registry;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A registry that answers at once, or not at all. */
final class FakeRegistry implements Registry {
  final Map<Integer, Integer> incarnations = new HashMap<>();
  boolean answers = true;
  private long blocks;

  @Override
  public CompletionStage<Optional<Integer>> nextIncarnation(int member, int atLeast) {
    if (!answers) {
      return CompletableFuture.completedStage(Optional.empty());
    }
    Integer last = incarnations.getOrDefault(member, (atLeast - 1) & 0xFFFF);
    int given = SerialNumbers.above(last, atLeast);
    incarnations.put(member, given);
    return CompletableFuture.completedStage(Optional.of(given));
  }

  @Override
  public CompletionStage<Optional<Long>> nextSpiBlock() {
    return CompletableFuture.completedStage(answers ? Optional.of(blocks++) : Optional.empty());
  }

  @Override
  public CompletionStage<Optional<Owner>> keeper(String connection, Owner candidate) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Optional<Owner>> succeedKeeper(
      String connection, Owner keeper, Owner successor) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Optional<InetAddress>> leaseAddress(AddressWish wish) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Outcome> releaseAddresses(
      List<InetAddress> addresses, long sessionId, long nowMillis) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Optional<Boolean>> useOnce(String what, long nowMillis) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<List<String>> leasesHere() {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<List<LeasedAddress>> leases(String group) {
    throw new UnsupportedOperationException();
  }
}
