package io.phalanx.replication.table;

import io.phalanx.replication.SaStore.Found;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.SaClusterImage;
import io.phalanx.replication.table.Table.Marked;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;

/**
 * Finds SA clusters that no IKE SA names: a commit was cut short after it had made them, or the end
 * of an IKE SA before it had ended them. Also what was announced after it had ended.
 *
 * <p>A rekey of the IKE SA may have been cut short, too, before its SA clusters were noted to hang
 * on the new one. Those are no orphans; they are noted now.
 */
final class Orphans {
  private final Table<Long> ikeSas;
  private final SaClusterTable saClusters;
  private final LongFunction<CompletionStage<Found<IkeSaImage>>> findIkeSa;

  Orphans(
      Table<Long> ikeSas,
      SaClusterTable saClusters,
      LongFunction<CompletionStage<Found<IkeSaImage>>> findIkeSa) {
    this.ikeSas = ikeSas;
    this.saClusters = saClusters;
    this.findIkeSa = findIkeSa;
  }

  /** Whether an IKE SA names an SA cluster. */
  private sealed interface Names {
    record Yes(IkeSaImage ikeSa) implements Names {}

    record No() implements Names {}

    record Unknown() implements Names {}
  }

  /** The IKE SA that an orphan hung on; empty for what is none, or not known to be one. */
  CompletionStage<Optional<Long>> judge(int saId) {
    return saClusters
        .find(saId)
        .thenCompose(
            found ->
                switch (found) {
                  case Found.Present<SaClusterImage>(var owned) when owned.image().id() == saId ->
                      judge(owned.image());
                  case Found.Absent<SaClusterImage>() -> saClusters.announced(saId);
                  default -> no();
                });
  }

  private CompletionStage<Optional<Long>> judge(SaClusterImage cluster) {
    return names(cluster.ikeSpi(), cluster.id())
        .thenCompose(
            names ->
                switch (names) {
                  case Names.Yes _, Names.Unknown _ -> no();
                  case Names.No _ -> searchSession(cluster);
                });
  }

  private CompletionStage<Optional<Long>> searchSession(SaClusterImage cluster) {
    return ikeSas
        .marked(Set.of(cluster.sessionId()))
        .thenCompose(
            found ->
                found.isPresent()
                    ? search(cluster, found.get().stream().map(Marked::key).iterator())
                    : no());
  }

  private CompletionStage<Optional<Long>> search(SaClusterImage cluster, Iterator<Long> spis) {
    if (!spis.hasNext()) {
      return CompletableFuture.completedStage(Optional.of(cluster.ikeSpi()));
    }
    long spi = spis.next();
    return names(spi, cluster.id())
        .thenCompose(
            names ->
                switch (names) {
                  case Names.Yes(IkeSaImage ikeSa) ->
                      saClusters
                          .move(cluster.id(), spi, ikeSa.espPath())
                          .thenApply(_ -> Optional.empty());
                  case Names.Unknown _ -> no();
                  case Names.No _ -> search(cluster, spis);
                });
  }

  private CompletionStage<Names> names(long ikeSpi, int saId) {
    return findIkeSa
        .apply(ikeSpi)
        .thenApply(
            found ->
                switch (found) {
                  case Found.Present<IkeSaImage>(var owned) ->
                      owned.image().children().stream().anyMatch(child -> child.saId() == saId)
                          ? new Names.Yes(owned.image())
                          : new Names.No();
                  case Found.Absent<IkeSaImage>() -> new Names.No();
                  case Found.Unknown<IkeSaImage>() -> new Names.Unknown();
                });
  }

  private static CompletionStage<Optional<Long>> no() {
    return CompletableFuture.completedStage(Optional.empty());
  }
}
