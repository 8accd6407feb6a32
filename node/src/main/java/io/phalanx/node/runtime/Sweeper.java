package io.phalanx.node.runtime;

import io.phalanx.replication.Membership;
import io.phalanx.replication.Owned;
import io.phalanx.replication.Owner;
import io.phalanx.replication.SaStore;
import io.phalanx.replication.SaStore.Swept;
import io.phalanx.replication.image.SaClusterImage;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Claims what a lost member owned and no packet has claimed yet, so that timers, liveness checks
 * and rekeys go on. Each survivor sweeps its own part of the store.
 *
 * <p>It begins late enough that traffic decides first where an SA goes, and looks again a few
 * times, because parts of the store may still move between the survivors.
 */
final class Sweeper implements Membership.Listener {
  private static final long DELAY_MILLIS = 500;
  private static final long AGAIN_MILLIS = 1000;
  private static final int ROUNDS = 10;
  private static final int BATCH = 256;

  private final ControlLoop control;
  private final SaStore store;
  private final Membership membership;
  private final SaDirectory directory;
  private final IkeService ike;
  private final AtomicLong swept = new AtomicLong();

  Sweeper(
      ControlLoop control,
      SaStore store,
      Membership membership,
      SaDirectory directory,
      IkeService ike) {
    this.control = control;
    this.store = store;
    this.membership = membership;
    this.directory = directory;
    this.ike = ike;
  }

  @Override
  public void up(Owner owner) {
    // nothing is orphaned by a member that comes
  }

  @Override
  public void down(Owner owner) {
    control.after(DELAY_MILLIS, () -> sweep(owner, 0));
  }

  private void sweep(Owner owner, int round) {
    if (membership.alive(owner)) {
      return;
    }
    var _ =
        store
            .sweep(owner, membership.self(), BATCH)
            .thenAcceptAsync(batch -> adopt(owner, batch, round), control);
  }

  private void adopt(Owner owner, Swept batch, int round) {
    batch.saClusters().forEach(this::adopt);
    batch.ikeSas().forEach(ike::adopt);
    int found = batch.saClusters().size() + batch.ikeSas().size();
    swept.addAndGet(found);
    if (found > 0) {
      control.execute(() -> sweep(owner, round));
    } else if (round < ROUNDS) {
      control.after(AGAIN_MILLIS, () -> sweep(owner, round + 1));
    }
  }

  /**
   * Not one that no IKE SA names: a commit was cut short that had made it, and the peer, whom a
   * successor has answered otherwise, could not read what it would send.
   */
  private void adopt(Owned<SaClusterImage> saCluster) {
    var _ =
        store
            .orphaned(saCluster.image().id())
            .thenAcceptAsync(
                orphan -> {
                  if (orphan.isEmpty()) {
                    directory.adopt(saCluster);
                  }
                },
                control);
  }

  /** Images claimed by sweeping since the start. */
  long swept() {
    return swept.get();
  }
}
