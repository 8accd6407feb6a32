package io.phalanx.replication;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Things that must be given out once in the whole cluster. Stages never complete exceptionally. */
public interface Registry {
  /**
   * Notes a new incarnation of a member.
   *
   * @param atLeast what the member proposes from its clock and its disk
   * @return the incarnation to use: {@code atLeast}, or one above the last one noted; empty if the
   *     store did not answer
   */
  CompletionStage<Optional<Integer>> nextIncarnation(int member, int atLeast);

  /**
   * Reserves a block of SPI indexes that no other member gets.
   *
   * @return the block's number, or empty if the store did not answer
   */
  CompletionStage<Optional<Long>> nextSpiBlock();

  /**
   * Who keeps a connection up: the candidate, if nobody was noted before.
   *
   * @return the keeper; empty if the store did not answer
   */
  CompletionStage<Optional<Owner>> keeper(String connection, Owner candidate);

  /**
   * Makes {@code successor} the keeper of a connection in the place of {@code keeper}, if that one
   * still is.
   *
   * @return who is now; empty if the store did not answer
   */
  CompletionStage<Optional<Owner>> succeedKeeper(String connection, Owner keeper, Owner successor);

  /**
   * Leases an address to a session.
   *
   * @return the address, or empty if none was free or the store did not answer
   */
  CompletionStage<Optional<InetAddress>> leaseAddress(AddressWish wish);

  /**
   * Gives the addresses back; what another session holds is left alone.
   *
   * @param nowMillis wall clock
   */
  CompletionStage<Outcome> releaseAddresses(
      List<InetAddress> addresses, long sessionId, long nowMillis);

  /**
   * Notes that something was used that may be used once, as {@code what} is called. It is
   * remembered for two days.
   *
   * @param nowMillis wall clock
   * @return whether this was the first time; empty if the store did not answer: it may have been
   *     noted
   */
  CompletionStage<Optional<Boolean>> useOnce(String what, long nowMillis);

  /** Names of the groups of leases that live on this member, for {@link #leases}. */
  CompletionStage<List<String>> leasesHere();

  /** The leases of a group; none if the store did not answer. */
  CompletionStage<List<LeasedAddress>> leases(String group);
}
