package io.phalanx.replication;

import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.SaClusterImage;
import io.phalanx.replication.image.SaClusterImage.Limits;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * The images of the cluster. No method blocks; no stage completes exceptionally: a look-up that
 * failed is told as {@link Found.Unknown}.
 */
public interface SaStore {
  /** The answer to a look-up or a claim. */
  sealed interface Found<I> {
    /** The image is in the store, under this fence. */
    record Present<I>(Owned<I> owned) implements Found<I> {}

    record Absent<I>() implements Found<I> {}

    /** The store did not answer; ask again later. */
    record Unknown<I>() implements Found<I> {}
  }

  CompletionStage<Found<IkeSaImage>> findIkeSa(long localSpi);

  /** Looks an SA cluster up by the inbound SPI of any of its sub-SAs. */
  CompletionStage<Found<SaClusterImage>> findSaCluster(int inboundSpi);

  /**
   * Makes {@code claimant} the owner if the epoch still is {@code seenEpoch}, and adds one to it.
   * The answer is what the store holds afterwards: the claim succeeded if its owner is the
   * claimant.
   */
  CompletionStage<Found<IkeSaImage>> claimIkeSa(long localSpi, long seenEpoch, Owner claimant);

  /**
   * The same for an SA cluster. The image it answers is what a successor after a crash starts from:
   * outbound at the lease, everything inbound up to the limit seen.
   */
  CompletionStage<Found<SaClusterImage>> claimSaCluster(int saId, long seenEpoch, Owner claimant);

  /**
   * Makes {@code successor} the owner of an SA cluster in the place of the caller, who has stopped
   * to carry it and does not begin again without a claim. The successor claims it once more before
   * it begins, from these limits.
   *
   * @param limits the next number to send, and the highest one accepted
   * @return {@link Outcome#UNKNOWN} if it may have happened, or may still
   */
  CompletionStage<Outcome> handOverSaCluster(int saId, Fence fence, Owner successor, Limits limits);

  /** The same for an IKE SA. Commits of the caller that come later are refused. */
  CompletionStage<Outcome> handOverIkeSa(long localSpi, Fence fence, Owner successor);

  CompletionStage<Outcome> commit(Commit commit);

  /**
   * Takes an IKE SA out of the store, and of the SA clusters that it names those that still hang on
   * it.
   */
  CompletionStage<Outcome> removeIkeSa(long localSpi, Fence fence, List<Integer> saIds);

  /**
   * Claims images of an owner that is gone, out of the part of the store that lives on this member.
   *
   * @param max images at the most
   */
  CompletionStage<Swept> sweep(Owner gone, Owner claimant, int max);

  record Swept(List<Owned<IkeSaImage>> ikeSas, List<Owned<SaClusterImage>> saClusters) {}

  /**
   * Those of these sessions that have an IKE SA in the store.
   *
   * @return empty if the store cannot tell for sure
   */
  CompletionStage<Optional<Set<Long>>> sessionsAlive(Set<Long> sessionIds);

  /** SPIs of the IKE SAs that an owner has, wherever they are; none if the store cannot tell. */
  CompletionStage<List<Long>> ikeSasOf(Owner owner);

  /** Ids of the SA clusters in the part of the store that lives on this member. */
  CompletionStage<List<Integer>> saClustersHere();

  /**
   * Whether no IKE SA names this SA cluster: then the SPI of the IKE SA that it hung on. It may be
   * one that is being made; only what stays so is an orphan.
   */
  CompletionStage<Optional<Long>> orphaned(int saId);

  /** Takes an SA cluster out of the store, if it still hangs on this IKE SA. */
  CompletionStage<Outcome> discardOrphan(int saId, long ikeSpi);

  /**
   * Takes an SA cluster out of the store for good, unless another member has claimed it: it is not
   * this cluster's any more, and its numbers are another's to use.
   *
   * @return {@link Outcome#DONE} only if nobody here can have it any more
   */
  CompletionStage<Outcome> withdraw(int saId, Fence fence);

  /** Where the SA clusters of the cluster are; told of all that exist first. */
  void watchRoutes(RouteListener listener);

  /** Called on a thread of the store; returns at once. */
  interface RouteListener {
    void routeChanged(Route route);

    void routeRemoved(int saId);
  }
}
