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
   * Leases an address to a session, the same as last time to the same identity where it is free.
   *
   * @param candidates the addresses to try, best first
   * @return the address, or empty if none was free or the store did not answer
   */
  CompletionStage<Optional<InetAddress>> leaseAddress(
      String pool, List<InetAddress> candidates, long sessionId);

  /** Gives the addresses back; what another session holds is left alone. */
  CompletionStage<Outcome> releaseAddresses(
      String pool, List<InetAddress> addresses, long sessionId);
}
