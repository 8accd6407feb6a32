package io.phalanx.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.node.context.Samples;
import io.phalanx.node.runtime.ContextExport.Session;
import io.phalanx.replication.Commit;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owned;
import io.phalanx.replication.Owner;
import io.phalanx.replication.SaStore.Found;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.SaClusterImage;
import io.phalanx.replication.image.SaClusterImage.Limits;
import io.phalanx.replication.memory.Courier;
import io.phalanx.replication.memory.MemoryStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Over the store of tables, in memory. */
final class ContextImportTest {
  private static final Owner SELF = new Owner(1, 10);

  private final MemoryStore.Ports ports = new MemoryStore().member(Courier.immediate());
  private final Addresses addresses = new Addresses(List.of(), ports.registry(), () -> 5_000);
  private final List<Owned<IkeSaImage>> adopted = Collections.synchronizedList(new ArrayList<>());
  private final ContextImport importer =
      new ContextImport(Runnable::run, ports.saStore(), addresses, adopted::add, SELF);

  private static Session session(long spi, long sessionId, int saId) {
    return new Session(
        Samples.ike(spi, sessionId, saId), List.of(Samples.child(saId, spi, sessionId)));
  }

  private static <T> T get(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  @Test
  void shouldGoOnFromExactlyWhereTheyStopped() throws InterruptedException {
    List<Session> sessions = List.of(session(1, 11, 0x1001));
    assertThat(importer.prepare(sessions)).isEmpty();
    assertThat(importer.take(sessions)).isEmpty();
    assertThat(adopted)
        .singleElement()
        .satisfies(owned -> assertThat(owned.fence()).isEqualTo(new Fence(SELF, 1)));
    Found<SaClusterImage> found = get(ports.saStore().findSaCluster(0x1001));
    assertThat(found)
        .isInstanceOfSatisfying(
            Found.Present.class,
            present ->
                assertThat(((SaClusterImage) ((Owned<?>) present.owned()).image()).limits())
                    .isEqualTo(new Limits(701, 130)));
  }

  @Test
  void shouldRefuseAllIfOneHasNoPlace() throws InterruptedException {
    List<Session> first = List.of(session(1, 11, 0x1001));
    importer.prepare(first);
    importer.take(first);
    Session other = session(2, 12, 0x1002);
    assertThat(importer.prepare(List.of(other, session(3, 11, 0x1003))))
        .singleElement()
        .asString()
        .contains("it is here, or has left");
    assertThat(importer.prepare(List.of(other, session(3, 13, 0x1001))))
        .as("the same ESP SPI")
        .containsExactly(
            "000000000000000d: an SPI of it is in use here, or the store did not answer");
    assertThat(importer.prepare(List.of(session(4, 14, 0x1004))))
        .as("the same inner address")
        .singleElement()
        .asString()
        .contains("an inner address of it is in use here");
    assertThat(adopted).hasSize(1);
  }

  @Test
  void shouldLeaseNothingForWhatDoesNotCome() throws InterruptedException {
    List<Session> sessions = List.of(session(1, 11, 0x1001));
    assertThat(importer.prepare(sessions)).isEmpty();
    importer.giveBack(sessions);
    assertThat(importer.prepare(List.of(session(2, 12, 0x1002)))).isEmpty();
  }

  @Test
  void shouldTellWhatSomebodyElseHasMadeMeanwhile() throws InterruptedException {
    List<Session> sessions = List.of(session(1, 11, 0x1001));
    assertThat(importer.prepare(sessions)).isEmpty();
    var commit =
        new Commit(
            Samples.ike(1, 99, 0x1009),
            new Fence(new Owner(2, 10), 1),
            true,
            List.of(),
            List.of(),
            List.of());
    assertThat(get(ports.saStore().commit(commit))).isEqualTo(Outcome.DONE);
    assertThat(importer.take(sessions)).singleElement().asString().contains("an SPI of it");
    assertThat(adopted).isEmpty();
  }
}
