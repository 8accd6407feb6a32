package io.phalanx.replication.lease;

import io.phalanx.datapath.Datapath;
import io.phalanx.datapath.LeaseWish;
import io.phalanx.replication.Fence;
import io.phalanx.replication.LeaseStore;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.image.SaClusterImage.Limits;
import io.phalanx.replication.lease.LeaseEvent.Ticket;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Extends the leases of the SA clusters that this member owns, ahead of need and off the packet
 * path, and takes inbound limits back when it is quiet. The rules are in {@link TrackedLease}, the
 * sizes in {@link LeaseSizes}.
 *
 * <p>{@link #turn} is for one thread, {@link LeaseThread} as a rule. All other methods may be
 * called from any thread, packet loops among them, and return at once.
 */
public final class LeaseKeeper {
  /** Called by {@link #turn}; returns at once. */
  @FunctionalInterface
  public interface Listener {
    /**
     * The store has refused an extension: another member owns the SA cluster, or it is gone. The
     * packet path still carries it, within the leases it has.
     */
    void lost(int saId);
  }

  /** Wishes that wait for the thread; a packet loop whose wish is too many is refused. */
  private static final int WISHES_MAX = 65_536;

  private static final Logger log = LoggerFactory.getLogger(LeaseKeeper.class);

  private final LeaseStore store;
  private final Datapath datapath;
  private final Listener listener;
  private final LeaseBook book = new LeaseBook();
  private final Queue<LeaseEvent> events = new ConcurrentLinkedQueue<>();
  private final AtomicInteger wishes = new AtomicInteger();
  private final Runnable wake;

  /**
   * @param wake has {@link #turn} called soon; from any thread
   */
  public LeaseKeeper(LeaseStore store, Datapath datapath, Listener listener, Runnable wake) {
    this.store = store;
    this.datapath = datapath;
    this.listener = listener;
    this.wake = wake;
  }

  /**
   * This member owns the SA cluster from now on. Call it before {@link Datapath#install}.
   *
   * @param limits what the store holds, and what the packet path is going to start with
   */
  public void track(int saId, Fence fence, Limits limits) {
    tell(new LeaseEvent.Tracked(saId, fence, limits));
  }

  /** The SA cluster is gone, or is another member's. Unknown ids are ignored. */
  public void forget(int saId) {
    tell(new LeaseEvent.Forgotten(saId));
  }

  /** For {@link io.phalanx.datapath.DatapathEvents#leaseWanted}. */
  public void onWish(LeaseWish wish) {
    if (wishes.incrementAndGet() > WISHES_MAX) {
      wishes.decrementAndGet();
      datapath.refused(wish.saId());
    } else {
      tell(new LeaseEvent.Wished(wish));
    }
  }

  /**
   * This member was frozen or cut off, so others may own its SA clusters by now: asks the store
   * about each, and tells those that are lost.
   */
  public void confirmAll() {
    tell(new LeaseEvent.Doubted());
  }

  private void tell(LeaseEvent event) {
    events.add(event);
    wake.run();
  }

  /**
   * Does what is due.
   *
   * @param clock monotonic time in nanoseconds, from 0 up
   * @return when the next turn is due, unless one is wanted before; {@link Long#MAX_VALUE} for not
   *     at all
   */
  public long turn(LongSupplier clock) {
    while (true) {
      long nowNanos = clock.getAsLong();
      LeaseEvent event = events.poll();
      if (event != null) {
        if (event instanceof LeaseEvent.Wished) {
          wishes.decrementAndGet();
        }
        step(event, nowNanos);
      } else if (book.wakeAtNanos() <= nowNanos) {
        step(new LeaseEvent.Tick(), nowNanos);
      } else {
        return book.wakeAtNanos();
      }
    }
  }

  /** SA clusters whose leases are kept. On the thread of {@link #turn}. */
  public int size() {
    return book.size();
  }

  /** A fault in one SA's leases must not end those of all others. */
  private void step(LeaseEvent event, long nowNanos) {
    try {
      book.step(event, nowNanos).forEach(this::carryOut);
    } catch (RuntimeException e) {
      log.error("a lease could not be handled", e);
    }
  }

  private void carryOut(LeaseEffect effect) {
    switch (effect) {
      case LeaseEffect.SetLimits ask -> ask(ask);
      case LeaseEffect.Probe(var ticket) ->
          datapath
              .usage(ticket.saId())
              .whenComplete(
                  (usage, failure) ->
                      tell(
                          new LeaseEvent.Probed(
                              ticket, failure == null ? usage : Optional.empty())));
      case LeaseEffect.Settle(var ticket) -> settle(ticket);
      case LeaseEffect.Grant(var saId, var outLease, var inLimit) ->
          datapath.grant(saId, outLease, inLimit);
      case LeaseEffect.Refuse(var saId) -> datapath.refused(saId);
      case LeaseEffect.Lost(var saId) -> listener.lost(saId);
    }
  }

  private void ask(LeaseEffect.SetLimits ask) {
    CompletionStage<Outcome> answer;
    try {
      answer = store.setLimits(ask.ticket().saId(), ask.fence(), ask.outLease(), ask.inLimit());
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedStage(e);
    }
    answer.whenComplete(
        (outcome, failure) -> {
          if (failure != null) {
            log.error("the lease store has failed", failure);
          }
          tell(new LeaseEvent.Answered(ask.ticket(), failure == null ? outcome : Outcome.UNKNOWN));
        });
  }

  /**
   * The packet path says when it lowers, but not when there was nothing to lower. Since calls for
   * one SA cluster take effect in their order, the answer to a later one tells that it is through.
   */
  private void settle(Ticket ticket) {
    datapath.settle(ticket.saId(), limit -> tell(new LeaseEvent.Lowered(ticket, limit)));
    datapath.usage(ticket.saId()).whenComplete((_, _) -> tell(new LeaseEvent.Settled(ticket)));
  }
}
