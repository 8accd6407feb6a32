package io.phalanx.replication.table;

import io.phalanx.datapath.PeerPath;
import io.phalanx.replication.Commit;
import io.phalanx.replication.Fence;
import io.phalanx.replication.LeaseStore;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owned;
import io.phalanx.replication.Owner;
import io.phalanx.replication.SaStore;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.ImageCodec;
import io.phalanx.replication.image.SaClusterImage;
import io.phalanx.replication.image.SaClusterImage.Limits;
import io.phalanx.replication.table.Table.Marked;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * The store of one life of a member, over tables. All changes of an owner go through one such
 * object: it numbers them.
 */
public final class TableStore implements SaStore, LeaseStore {
  private final Table<Long> ikeSas;
  private final SaClusterTable saClusters;
  private final Bodies<IkeSaImage> ikeBodies;
  private final LongSupplier tokens;
  private final Orphans orphans;
  private final AtomicLong order = new AtomicLong();
  private final Turns<Long> turns = new Turns<>();

  /**
   * @param tokens numbers that do not come twice in the cluster, except by rare chance
   */
  public TableStore(Tables tables, Wrapping wrapping, LongSupplier tokens) {
    this.ikeSas = tables.ikeSas();
    this.saClusters = new SaClusterTable(tables, wrapping);
    this.ikeBodies = new Bodies<>(Tables.IKE_SAS, ImageCodec.ofIkeSas(), wrapping);
    this.tokens = tokens;
    this.orphans = new Orphans(ikeSas, saClusters, this::findIkeSa);
  }

  @Override
  public CompletionStage<Found<IkeSaImage>> findIkeSa(long localSpi) {
    return ikeSas.find(localSpi).thenApply(answer -> found(localSpi, answer));
  }

  @Override
  public CompletionStage<Found<SaClusterImage>> findSaCluster(int inboundSpi) {
    return saClusters.find(inboundSpi);
  }

  @Override
  public CompletionStage<Found<IkeSaImage>> claimIkeSa(
      long localSpi, long seenEpoch, Owner claimant) {
    return ikeSas
        .submit(localSpi, new Change.Claim(seenEpoch, claimant))
        .thenApply(answer -> found(localSpi, answer));
  }

  @Override
  public CompletionStage<Found<SaClusterImage>> claimSaCluster(
      int saId, long seenEpoch, Owner claimant) {
    return saClusters.claim(saId, new Change.Claim(seenEpoch, claimant), claimant);
  }

  @Override
  public CompletionStage<Outcome> setLimits(int saId, Fence fence, long outLease, long inLimit) {
    return saClusters.setLimits(saId, fence, order.incrementAndGet(), outLease, inLimit);
  }

  @Override
  public CompletionStage<Outcome> handOverSaCluster(
      int saId, Fence fence, Owner successor, Limits limits) {
    return saClusters.handOver(
        saId,
        new Change.HandOver(
            fence,
            order.incrementAndGet(),
            successor,
            tokens.getAsLong(),
            limits.outLease(),
            limits.inLimit()));
  }

  @Override
  public CompletionStage<Outcome> handOverIkeSa(long localSpi, Fence fence, Owner successor) {
    long at = order.incrementAndGet();
    Change handOver = new Change.HandOver(fence, at, successor, tokens.getAsLong(), 0, 0);
    return turns.take(localSpi, () -> ikeSas.submit(localSpi, handOver).thenApply(Answer::outcome));
  }

  @Override
  public CompletionStage<Outcome> commit(Commit commit) {
    long at = order.incrementAndGet();
    return turns.take(commit.image().localSpi(), () -> commit(commit, at));
  }

  /**
   * If the IKE SA is refused, what was created stays: an earlier try, reported as unknown, may have
   * gone through, and the image that a successor holds names it. Until the IKE SA names it, the
   * peer may not know it, so that nothing clear is to find it.
   */
  private CompletionStage<Outcome> commit(Commit commit, long at) {
    Fence first = new Fence(commit.fence().owner(), 1);
    return Outcomes.all(commit.created(), image -> saClusters.create(image, first, at))
        .thenCompose(
            created ->
                created == Outcome.DONE
                    ? writeIkeSa(commit, at)
                    : CompletableFuture.completedStage(created))
        .thenCompose(
            written ->
                written == Outcome.DONE
                    ? Outcomes.all(
                        List.of(announce(commit, first, at), moveAndRemove(commit)), each -> each)
                    : CompletableFuture.completedStage(written));
  }

  private CompletionStage<Outcome> announce(Commit commit, Fence fence, long at) {
    return Outcomes.all(commit.created(), image -> saClusters.announce(image, fence, at));
  }

  /** Moves first: what has come from another IKE SA and ends in the same commit ends as ours. */
  private CompletionStage<Outcome> moveAndRemove(Commit commit) {
    long localSpi = commit.image().localSpi();
    PeerPath path = commit.image().espPath();
    return Outcomes.all(commit.moved(), saId -> saClusters.move(saId, localSpi, path))
        .thenCompose(
            moved ->
                moved == Outcome.DONE
                    ? discardAll(commit.removed(), localSpi)
                    : CompletableFuture.completedStage(moved));
  }

  private CompletionStage<Outcome> discardAll(List<Integer> saIds, long localSpi) {
    return Outcomes.all(saIds, saId -> saClusters.discard(saId, localSpi));
  }

  private CompletionStage<Outcome> writeIkeSa(Commit commit, long at) {
    IkeSaImage image = commit.image();
    byte[] body = ikeBodies.write(image.localSpi(), image);
    Change change =
        commit.creation()
            ? new Change.Create(
                new Stored(
                    Header.created(commit.fence(), image.sessionId(), at)
                        .ofSession(image.sessionId()),
                    body))
            : new Change.Replace(commit.fence(), at, body);
    return ikeSas.submit(image.localSpi(), change).thenApply(Answer::outcome);
  }

  @Override
  public CompletionStage<Outcome> removeIkeSa(long localSpi, Fence fence, List<Integer> saIds) {
    return turns.take(localSpi, () -> remove(localSpi, fence, saIds));
  }

  /**
   * What is gone already may have left SA clusters behind: the last try may have been cut short.
   */
  private CompletionStage<Outcome> remove(long localSpi, Fence fence, List<Integer> saIds) {
    return ikeSas
        .submit(localSpi, new Change.Remove(fence))
        .thenApply(Answer::outcome)
        .thenCompose(
            removed ->
                switch (removed) {
                  case DONE, GONE ->
                      discardAll(saIds, localSpi)
                          .thenApply(rest -> rest == Outcome.DONE ? removed : rest);
                  case FENCED, UNKNOWN -> CompletableFuture.completedStage(removed);
                });
  }

  @Override
  public CompletionStage<Swept> sweep(Owner gone, Owner claimant, int max) {
    Change takeOver = new Change.TakeOver(gone, claimant, tokens.getAsLong());
    return claimAll(ikeSas, gone, max, spi -> takeOverIkeSa(spi, takeOver))
        .thenCompose(
            ikes ->
                claimAll(
                        saClusters.table(),
                        gone,
                        max - ikes.size(),
                        id -> saClusters.takeOver(id, takeOver, claimant))
                    .thenApply(clusters -> new Swept(ikes, clusters)));
  }

  private CompletionStage<Found<IkeSaImage>> takeOverIkeSa(long localSpi, Change takeOver) {
    return Outcomes.twice(() -> ikeSas.submit(localSpi, takeOver))
        .thenApply(answer -> found(localSpi, answer));
  }

  private static <K, I> CompletionStage<List<Owned<I>>> claimAll(
      Table<K> table, Owner gone, int max, Function<K, CompletionStage<Found<I>>> claim) {
    return table
        .localKeys(gone, max)
        .thenCompose(
            keys -> {
              List<CompletableFuture<Found<I>>> claims = new ArrayList<>();
              for (K key : keys) {
                claims.add(claim.apply(key).toCompletableFuture());
              }
              return CompletableFuture.allOf(claims.toArray(CompletableFuture<?>[]::new))
                  .thenApply(_ -> present(claims));
            });
  }

  private static <I> List<Owned<I>> present(List<CompletableFuture<Found<I>>> claims) {
    List<Owned<I>> owned = new ArrayList<>();
    for (CompletableFuture<Found<I>> claim : claims) {
      if (claim.join() instanceof Found.Present<I>(Owned<I> one)) {
        owned.add(one);
      }
    }
    return List.copyOf(owned);
  }

  @Override
  public CompletionStage<Optional<Set<Long>>> sessionsAlive(Set<Long> sessionIds) {
    return ikeSas
        .marked(sessionIds)
        .thenApply(
            found ->
                found.map(marked -> marked.stream().map(Marked::mark).collect(Collectors.toSet())));
  }

  @Override
  public CompletionStage<List<Long>> ikeSasOf(Owner owner) {
    return ikeSas.keysOf(owner);
  }

  @Override
  public CompletionStage<List<Integer>> saClustersHere() {
    return saClusters.here();
  }

  @Override
  public CompletionStage<Optional<Long>> orphaned(int saId) {
    return orphans.judge(saId);
  }

  @Override
  public CompletionStage<Outcome> discardOrphan(int saId, long ikeSpi) {
    return saClusters.discard(saId, ikeSpi);
  }

  @Override
  public CompletionStage<Outcome> withdraw(int saId, Fence fence) {
    return saClusters.withdraw(saId, fence);
  }

  @Override
  public void watchRoutes(RouteListener listener) {
    saClusters.watchRoutes(listener);
  }

  private Found<IkeSaImage> found(long localSpi, Answer answer) {
    return Outcomes.found(answer, stored -> ikeBodies.read(localSpi, stored));
  }
}
