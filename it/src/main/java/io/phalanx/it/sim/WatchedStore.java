package io.phalanx.it.sim;

import io.phalanx.replication.Commit;
import io.phalanx.replication.Fence;
import io.phalanx.replication.LeaseStore;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owned;
import io.phalanx.replication.Owner;
import io.phalanx.replication.SaStore;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.SaClusterImage;
import io.phalanx.replication.image.SaClusterImage.Limits;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The store as one life of a member sees it, with a look at who is told to own what, crashes at
 * commits, and rules that are switched off.
 */
final class WatchedStore implements SaStore, LeaseStore {
  /** Numbers that a rule switched off gives back. */
  private static final long REWIND = 40;

  /** Ends the process at a commit. */
  enum CrashPoint {
    BEFORE,
    AFTER
  }

  private final SaStore store;
  private final LeaseStore leases;
  private final Checks checks;
  private final Mutation mutation;
  private final Runnable kill;
  private Optional<CrashPoint> crash = Optional.empty();

  WatchedStore(SaStore store, LeaseStore leases, Checks checks, Mutation mutation, Runnable kill) {
    this.store = store;
    this.leases = leases;
    this.checks = checks;
    this.mutation = mutation;
    this.kill = kill;
  }

  void crashAtCommit(CrashPoint at) {
    crash = Optional.of(at);
  }

  @Override
  public CompletionStage<Outcome> commit(Commit commit) {
    if (crash.equals(Optional.of(CrashPoint.BEFORE))) {
      kill.run();
      return new CompletableFuture<>();
    }
    boolean after = crash.isPresent();
    CompletionStage<Outcome> asked =
        store
            .commit(commit)
            .thenCompose(
                outcome -> {
                  if (after && outcome == Outcome.DONE) {
                    kill.run();
                    return new CompletableFuture<>();
                  }
                  return CompletableFuture.completedStage(outcome);
                });
    return mutation == Mutation.MESSAGE_BEFORE_COMMIT
        ? CompletableFuture.completedStage(Outcome.DONE)
        : asked;
  }

  @Override
  public CompletionStage<Outcome> setLimits(int saId, Fence fence, long outLease, long inLimit) {
    CompletionStage<Outcome> asked =
        leases
            .setLimits(saId, fence, outLease, inLimit)
            .thenApply(
                outcome -> {
                  checks.limits(saId, fence, outLease, inLimit, outcome);
                  return outcome;
                });
    return switch (mutation) {
      case LEASE_BEFORE_STORE -> CompletableFuture.completedStage(Outcome.DONE);
      case UNKNOWN_LEASE_USED ->
          asked.thenApply(outcome -> outcome == Outcome.UNKNOWN ? Outcome.DONE : outcome);
      default -> asked;
    };
  }

  @Override
  public CompletionStage<Found<IkeSaImage>> claimIkeSa(
      long localSpi, long seenEpoch, Owner claimant) {
    return store
        .claimIkeSa(localSpi, seenEpoch, claimant)
        .thenApply(
            found -> {
              if (found instanceof Found.Present<IkeSaImage>(var owned)) {
                noteIkeSa(owned, claimant);
              }
              return found;
            });
  }

  private void noteIkeSa(Owned<IkeSaImage> owned, Owner claimant) {
    if (owned.fence().owner().equals(claimant)) {
      checks.owns("IKE SA", owned.image().localSpi(), owned.fence().epoch(), claimant.toString());
    }
  }

  private void noteSaCluster(Owned<SaClusterImage> owned, Owner claimant) {
    if (owned.fence().owner().equals(claimant)) {
      checks.owns("SA cluster", owned.image().id(), owned.fence().epoch(), claimant.toString());
    }
  }

  @Override
  public CompletionStage<Found<SaClusterImage>> claimSaCluster(
      int saId, long seenEpoch, Owner claimant) {
    return store
        .claimSaCluster(saId, seenEpoch, claimant)
        .thenApply(
            found -> {
              if (found instanceof Found.Present<SaClusterImage>(var owned)) {
                noteSaCluster(owned, claimant);
                return new Found.Present<>(told(owned));
              }
              return found;
            });
  }

  private Owned<SaClusterImage> told(Owned<SaClusterImage> owned) {
    SaClusterImage image = owned.image();
    Limits limits = image.limits();
    Limits told =
        switch (mutation) {
          case SUCCESSOR_SENDS_AGAIN ->
              new Limits(Math.max(1, limits.outLease() - REWIND), limits.inLimit());
          case SUCCESSOR_ACCEPTS_AGAIN ->
              new Limits(limits.outLease(), Math.max(0, limits.inLimit() - REWIND));
          default -> limits;
        };
    return new Owned<>(image.inForce(image.ikeSpi(), image.path(), told), owned.fence());
  }

  @Override
  public CompletionStage<Outcome> handOverSaCluster(
      int saId, Fence fence, Owner successor, Limits limits) {
    Limits told =
        mutation == Mutation.HANDOVER_TOO_LOW
            ? new Limits(
                Math.max(1, limits.outLease() - REWIND), Math.max(0, limits.inLimit() - REWIND))
            : limits;
    return store.handOverSaCluster(saId, fence, successor, told);
  }

  @Override
  public CompletionStage<Swept> sweep(Owner gone, Owner claimant, int max) {
    return store
        .sweep(gone, claimant, max)
        .thenApply(
            swept -> {
              swept.ikeSas().forEach(owned -> noteIkeSa(owned, claimant));
              swept.saClusters().forEach(owned -> noteSaCluster(owned, claimant));
              return new Swept(
                  swept.ikeSas(), swept.saClusters().stream().map(this::told).toList());
            });
  }

  @Override
  public CompletionStage<Found<IkeSaImage>> findIkeSa(long localSpi) {
    return store.findIkeSa(localSpi);
  }

  @Override
  public CompletionStage<Found<SaClusterImage>> findSaCluster(int inboundSpi) {
    return store.findSaCluster(inboundSpi);
  }

  @Override
  public CompletionStage<Outcome> handOverIkeSa(long localSpi, Fence fence, Owner successor) {
    return store.handOverIkeSa(localSpi, fence, successor);
  }

  @Override
  public CompletionStage<Outcome> removeIkeSa(long localSpi, Fence fence, List<Integer> saIds) {
    return store.removeIkeSa(localSpi, fence, saIds);
  }

  @Override
  public CompletionStage<Optional<Set<Long>>> sessionsAlive(Set<Long> sessionIds) {
    return store.sessionsAlive(sessionIds);
  }

  @Override
  public CompletionStage<List<Long>> ikeSasOf(Owner owner) {
    return store.ikeSasOf(owner);
  }

  @Override
  public CompletionStage<List<Integer>> saClustersHere() {
    return store.saClustersHere();
  }

  @Override
  public CompletionStage<Optional<Long>> orphaned(int saId) {
    return store.orphaned(saId);
  }

  @Override
  public CompletionStage<Outcome> discardOrphan(int saId, long ikeSpi) {
    return store.discardOrphan(saId, ikeSpi);
  }

  @Override
  public CompletionStage<Outcome> withdraw(int saId, Fence fence) {
    return store.withdraw(saId, fence);
  }

  @Override
  public void watchRoutes(RouteListener listener) {
    store.watchRoutes(listener);
  }
}
