package io.phalanx.replication;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.phalanx.datapath.PeerPath;
import io.phalanx.replication.SaStore.Found;
import io.phalanx.replication.image.Images;
import io.phalanx.replication.image.SaClusterImage;
import io.phalanx.replication.image.SaClusterImage.Limits;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Three members of a store, and what the tests of its promises use. Each test has keys of its own.
 */
public abstract class StoreFixture {
  private static final AtomicInteger KEYS = new AtomicInteger(1000);

  protected static final PeerPath PATH = Images.saCluster(1).path();

  /** The ports of one member. */
  public record Ports(SaStore saStore, LeaseStore leaseStore, Registry registry) {}

  protected final int key = KEYS.addAndGet(100);
  protected final long spi = key;

  /**
   * @param number 1..3
   */
  protected abstract Ports member(int number);

  /** A life of a member that no other test knows. */
  protected final Owner owner(int number) {
    return new Owner(number, key & 0xffff);
  }

  protected final Fence first(int number) {
    return new Fence(owner(number), 1);
  }

  protected final Outcome create(int number, List<SaClusterImage> saClusters) {
    Commit commit =
        new Commit(Images.ikeSa(spi), first(number), true, saClusters, List.of(), List.of());
    return get(member(number).saStore().commit(commit));
  }

  /** One that hangs on the IKE SA of this test. */
  protected final SaClusterImage saCluster(int id) {
    return saCluster(id, List.of(id));
  }

  protected final SaClusterImage saCluster(int id, List<Integer> inboundSpis) {
    SaClusterImage image = Images.saCluster(id, inboundSpis);
    return image.inForce(spi, PATH, image.limits());
  }

  protected final Commit change(int number, int nextPeerId) {
    return new Commit(
        Images.ikeSa(spi, nextPeerId), first(number), false, List.of(), List.of(), List.of());
  }

  protected final Commit changeOf(long localSpi, int number, boolean creation) {
    return new Commit(
        Images.ikeSa(localSpi), first(number), creation, List.of(), List.of(), List.of());
  }

  protected final Outcome setLimits(int number, Fence fence, long outLease, long inLimit) {
    return get(member(number).leaseStore().setLimits(key, fence, outLease, inLimit));
  }

  protected final Limits limits() {
    return image(get(member(3).saStore().findSaCluster(key))).limits();
  }

  protected final long nextPeerId() {
    return image(get(member(3).saStore().findIkeSa(spi))).nextPeerId();
  }

  protected final Fence fenceOfIkeSa() {
    return fence(get(member(3).saStore().findIkeSa(spi)));
  }

  protected final Fence fenceOfSaCluster() {
    return fence(get(member(3).saStore().findSaCluster(key)));
  }

  protected static <I> I image(Found<I> found) {
    return present(found).image();
  }

  protected static <I> Fence fence(Found<I> found) {
    return present(found).fence();
  }

  protected static <I> Owned<I> present(Found<I> found) {
    if (found instanceof Found.Present<I>(Owned<I> owned)) {
      return owned;
    }
    throw new AssertionError("not present: " + found);
  }

  protected static <T> T get(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(10, SECONDS).join();
  }
}
