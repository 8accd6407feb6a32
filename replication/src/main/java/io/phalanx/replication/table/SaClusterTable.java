package io.phalanx.replication.table;

import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.SubSaSpec;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owned;
import io.phalanx.replication.Owner;
import io.phalanx.replication.Route;
import io.phalanx.replication.SaStore.Found;
import io.phalanx.replication.SaStore.RouteListener;
import io.phalanx.replication.image.ImageCodec;
import io.phalanx.replication.image.RouteImage;
import io.phalanx.replication.image.SaClusterImage;
import io.phalanx.replication.image.SaClusterImage.Limits;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/** SA clusters, with the routes and the SPIs that go with them. */
final class SaClusterTable {
  private final Table<Integer> clusters;
  private final Table<Integer> routes;
  private final Table<Integer> spis;
  private final Bodies<SaClusterImage> bodies;
  private final Bodies<RouteImage> routeBodies;

  SaClusterTable(Tables tables, Wrapping wrapping) {
    clusters = tables.saClusters();
    routes = tables.routes();
    spis = tables.spis();
    bodies = new Bodies<>(Tables.SA_CLUSTERS, ImageCodec.ofSaClusters(), wrapping);
    routeBodies = new Bodies<>(Tables.ROUTES, ImageCodec.ofRoutes(), wrapping);
  }

  Table<Integer> table() {
    return clusters;
  }

  /** Most SA clusters have one sub-SA, whose SPI is the id; the others are looked up by it next. */
  CompletionStage<Found<SaClusterImage>> find(int inboundSpi) {
    return clusters
        .find(inboundSpi)
        .thenCompose(
            answer ->
                answer.outcome() == Outcome.GONE
                    ? findFurther(inboundSpi)
                    : CompletableFuture.completedStage(found(inboundSpi, answer)));
  }

  private CompletionStage<Found<SaClusterImage>> findFurther(int inboundSpi) {
    return spis.find(inboundSpi)
        .thenCompose(
            answer ->
                switch (answer) {
                  case Answer.WithEntry(_, Stored stored) -> {
                    int saId = ByteBuffer.wrap(stored.body()).getInt();
                    yield clusters.find(saId).thenApply(cluster -> found(saId, cluster));
                  }
                  case Answer.Plain _ ->
                      CompletableFuture.completedStage(found(inboundSpi, answer));
                });
  }

  /** Creates it under its SPIs, where only its own packets find it; {@link #announce} it later. */
  CompletionStage<Outcome> create(SaClusterImage image, Fence fence, long order) {
    int id = image.id();
    Header header = created(image, fence, order);
    Stored cluster = new Stored(header, bodies.write(id, image));
    byte[] idOctets = ByteBuffer.allocate(Integer.BYTES).putInt(id).array();
    List<CompletionStage<Answer>> writes = new ArrayList<>();
    writes.add(clusters.submit(id, new Change.Create(cluster)));
    for (int spi : furtherSpis(image)) {
      writes.add(spis.submit(spi, new Change.Create(new Stored(header, idOctets))));
    }
    return Outcomes.all(writes, write -> write.thenApply(Answer::outcome));
  }

  /**
   * Lets clear traffic find one that its IKE SA names. One that another member has claimed, or that
   * has ended, by now is left as it is.
   */
  CompletionStage<Outcome> announce(SaClusterImage image, Fence fence, long order) {
    Stored route = route(image, created(image, fence, order));
    return routes
        .submit(image.id(), new Change.Create(route))
        .thenApply(answer -> answer.outcome() == Outcome.UNKNOWN ? Outcome.UNKNOWN : Outcome.DONE);
  }

  /** The IKE SA that one is said to hang on; empty if it is not announced, or nobody knows. */
  CompletionStage<Optional<Long>> announced(int saId) {
    return routes
        .find(saId)
        .thenApply(
            answer ->
                answer instanceof Answer.WithEntry(_, Stored route)
                    ? Optional.of(route.header().ikeSpi())
                    : Optional.empty());
  }

  /** Those whose entries this member holds. */
  CompletionStage<List<Integer>> here() {
    return clusters
        .localKeys()
        .thenCombine(
            routes.localKeys(),
            (some, others) -> Stream.concat(some.stream(), others.stream()).distinct().toList());
  }

  private static Header created(SaClusterImage image, Fence fence, long order) {
    Limits limits = image.limits();
    return Header.created(fence, image.sessionId(), order)
        .limited(order, limits.outLease(), limits.inLimit())
        .movedTo(image.ikeSpi(), image.path());
  }

  CompletionStage<Outcome> setLimits(
      int saId, Fence fence, long order, long outLease, long inLimit) {
    return clusters
        .submit(saId, new Change.SetLimits(fence, order, outLease, inLimit))
        .thenApply(Answer::outcome);
  }

  /** The route follows when the successor claims. */
  CompletionStage<Outcome> handOver(int saId, Change.HandOver handOver) {
    return clusters.submit(saId, handOver).thenApply(Answer::outcome);
  }

  CompletionStage<Found<SaClusterImage>> claim(int saId, Change claim, Owner claimant) {
    return clusters.submit(saId, claim).thenApply(answer -> claimed(saId, answer, claimant));
  }

  CompletionStage<Found<SaClusterImage>> takeOver(int saId, Change takeOver, Owner claimant) {
    return Outcomes.twice(() -> clusters.submit(saId, takeOver))
        .thenApply(answer -> claimed(saId, answer, claimant));
  }

  /** The route follows by itself: a take-over does not wait for it. */
  private Found<SaClusterImage> claimed(int saId, Answer answer, Owner claimant) {
    Found<SaClusterImage> found = found(saId, answer);
    if (answer instanceof Answer.WithEntry(_, Stored stored)
        && found instanceof Found.Present<SaClusterImage>(Owned<SaClusterImage> owned)
        && owned.fence().owner().equals(claimant)) {
      Stored route = route(owned.image(), stored.header());
      Outcomes.twice(() -> routes.submit(saId, new Change.Follow(route)));
    }
    return found;
  }

  /** One that has ended meanwhile needs no new place. */
  CompletionStage<Outcome> move(int saId, long ikeSpi, PeerPath path) {
    return Outcomes.all(
        List.of(clusters, routes),
        table ->
            table.submit(saId, new Change.Move(ikeSpi, path)).thenApply(SaClusterTable::ended));
  }

  /** Ends one of an IKE SA; one that hangs on another by now stays. */
  CompletionStage<Outcome> discard(int saId, long ikeSpi) {
    Change discard = new Change.Discard(ikeSpi);
    CompletionStage<Outcome> route = routes.submit(saId, discard).thenApply(SaClusterTable::ended);
    return clusters
        .submit(saId, discard)
        .thenCompose(answer -> discardSpis(saId, answer).thenApply(_ -> ended(answer)))
        .thenCombine(route, (one, other) -> one == Outcome.DONE ? other : one);
  }

  /** The entries of further SPIs do not move with their SA cluster, and end with it. */
  private CompletionStage<Outcome> discardSpis(int saId, Answer answer) {
    Optional<SaClusterImage> created =
        answer instanceof Answer.WithEntry(_, Stored stored)
            ? bodies.read(saId, stored)
            : Optional.empty();
    return Outcomes.all(
        created.map(SaClusterTable::furtherSpis).orElse(List.of()),
        spi ->
            spis.submit(spi, new Change.Discard(created.orElseThrow().ikeSpi()))
                .thenApply(SaClusterTable::ended));
  }

  /** Ends one under its owner's fence; what is named by it only follows. */
  CompletionStage<Outcome> withdraw(int saId, Fence fence) {
    return clusters
        .find(saId)
        .thenCompose(
            before ->
                clusters
                    .submit(saId, new Change.Remove(fence))
                    .thenCompose(
                        answer ->
                            answer.outcome() == Outcome.DONE
                                ? forget(saId, before).thenApply(_ -> Outcome.DONE)
                                : CompletableFuture.completedStage(answer.outcome())));
  }

  private CompletionStage<Outcome> forget(int saId, Answer before) {
    return before instanceof Answer.WithEntry(_, Stored stored)
        ? routes
            .submit(saId, new Change.Discard(stored.header().ikeSpi()))
            .thenCombine(discardSpis(saId, before), (_, outcome) -> outcome)
        : CompletableFuture.completedStage(Outcome.DONE);
  }

  private static Outcome ended(Answer answer) {
    return answer.outcome() == Outcome.GONE ? Outcome.DONE : answer.outcome();
  }

  void watchRoutes(RouteListener listener) {
    routes.watch(
        new Table.Watcher<>() {
          @Override
          public void changed(Integer saId, Stored stored) {
            routeBodies
                .read(saId, stored)
                .ifPresent(image -> listener.routeChanged(routeOf(image, stored.header())));
          }

          @Override
          public void removed(Integer saId) {
            listener.routeRemoved(saId);
          }
        });
  }

  private static Route routeOf(RouteImage image, Header header) {
    return new Route(
        image.saId(),
        header.ikeSpi(),
        image.inboundSpis(),
        image.remoteSelectors(),
        header.path(),
        header.fence());
  }

  private Stored route(SaClusterImage image, Header header) {
    List<Integer> inboundSpis = image.subSas().stream().map(SubSaSpec::inboundSpi).toList();
    RouteImage route =
        new RouteImage(image.id(), image.ikeSpi(), inboundSpis, image.remoteSelectors());
    return new Stored(header, routeBodies.write(image.id(), route));
  }

  private static List<Integer> furtherSpis(SaClusterImage image) {
    return image.subSas().stream()
        .map(SubSaSpec::inboundSpi)
        .filter(spi -> spi != image.id())
        .toList();
  }

  private Found<SaClusterImage> found(int saId, Answer answer) {
    return Outcomes.found(
        answer, stored -> bodies.read(saId, stored).map(image -> inForce(image, stored.header())));
  }

  /** What changes often stands in the header: the body is as it was when the image was created. */
  private static SaClusterImage inForce(SaClusterImage image, Header header) {
    Limits limits = new Limits(header.outLease(), header.inLimit());
    return image.inForce(header.ikeSpi(), header.path().orElseGet(image::path), limits);
  }
}
