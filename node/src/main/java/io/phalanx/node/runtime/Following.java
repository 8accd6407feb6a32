package io.phalanx.node.runtime;

import io.phalanx.replication.Fence;
import io.phalanx.replication.Interlink;
import io.phalanx.replication.Membership;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owner;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands SA clusters to the members where their packets arrive. A balancer that has kept sending a
 * peer to one other member for some seconds has made up its mind: after a member has come back, or
 * one more has been added.
 *
 * <p>The IKE SA goes along, unless it has something under way; then it stays, and its messages are
 * forwarded.
 *
 * <p>{@link #forwarded} may be called on any thread, the rest on the control loop.
 */
final class Following {
  /** The IKE SAs of this member. */
  interface IkeSas {
    /** The fence of one that another member could go on with right now. */
    Optional<Fence> movable(long spi);

    void handOver(long spi, Fence fence, Owner successor, Consumer<Outcome> ended);
  }

  /** Of one SA cluster in one period: fewer packets say nothing about where they go. */
  private static final int PACKETS_MIN = 8;

  /** In a row: each with at least three quarters of all packets through the same member. */
  private static final int PERIODS = 3;

  /** So that a crowd does not move at once, while it is a member's turn to be slow. */
  private static final int MOVES_PER_PERIOD_MAX = 256;

  private static final int COUNTED_MAX = 1 << 17;

  /** What another member has sent here for one SA cluster. */
  private record Arrivals(int member, long packets) {
    static Arrivals more(Arrivals one, Arrivals other) {
      return one.packets >= other.packets ? one : other;
    }
  }

  /**
   * @param inPackets accepted by then
   * @param periods so many in a row through that member
   */
  private record Streak(int member, long inPackets, int periods) {}

  private final Drain.SaClusters directory;
  private final IkeSas ike;
  private final Membership membership;
  private final Interlink interlink;
  private final AtomicLong moved = new AtomicLong();
  private final Map<Integer, Streak> streaks = new HashMap<>();
  private volatile Map<Long, LongAdder> counts = new ConcurrentHashMap<>();
  private Map<Integer, Arrivals> arrivals = Map.of();
  private int moves;

  Following(Drain.SaClusters directory, IkeSas ike, Membership membership, Interlink interlink) {
    this.directory = directory;
    this.ike = ike;
    this.membership = membership;
    this.interlink = interlink;
  }

  /** An ESP packet has come from another member. */
  void forwarded(int member, byte[] esp) {
    Map<Long, LongAdder> current = counts;
    if (esp.length >= Integer.BYTES && current.size() < COUNTED_MAX) {
      long spi = ByteBuffer.wrap(esp).getInt();
      current.computeIfAbsent(spi << Integer.SIZE | member, _ -> new LongAdder()).increment();
    }
  }

  /** A period is over: {@link #look} is about it from now on. */
  void period() {
    Map<Long, LongAdder> ended = counts;
    counts = new ConcurrentHashMap<>();
    Map<Integer, Arrivals> bySa = new HashMap<>();
    ended.forEach(
        (key, count) ->
            bySa.merge(
                directory.idOf((int) (key >> Integer.SIZE)),
                new Arrivals(key.intValue(), count.sum()),
                Arrivals::more));
    bySa.values().removeIf(some -> some.packets() < PACKETS_MIN);
    streaks.keySet().retainAll(bySa.keySet());
    arrivals = bySa;
    moves = 0;
  }

  /**
   * Decides about one of this member's SA clusters.
   *
   * @param inPackets accepted so far
   */
  void look(SaDirectory.Carried sa, long inPackets) {
    int saId = sa.image().id();
    Arrivals most = arrivals.get(saId);
    if (most == null) {
      return;
    }
    Streak now = new Streak(most.member(), inPackets, periods(streaks.get(saId), most, inPackets));
    streaks.put(saId, now);
    if (now.periods() >= PERIODS && moves < MOVES_PER_PERIOD_MAX) {
      streaks.remove(saId);
      living(now.member()).ifPresent(successor -> move(sa, successor));
    }
  }

  private static int periods(@Nullable Streak before, Arrivals most, long inPackets) {
    if (before == null || before.member() != most.member()) {
      return 0;
    }
    boolean mostly = 4 * most.packets() >= 3 * (inPackets - before.inPackets());
    return mostly ? before.periods() + 1 : 0;
  }

  private Optional<Owner> living(int member) {
    Set<Owner> all = membership.living();
    return all.stream().filter(owner -> owner.member() == member).findFirst();
  }

  private void move(SaDirectory.Carried sa, Owner successor) {
    moves++;
    int saId = sa.image().id();
    long ikeSpi = sa.image().ikeSpi();
    directory.handOver(
        saId,
        successor,
        there -> {
          if (there) {
            moved.incrementAndGet();
            interlink.handedOver(successor.member(), ikeSpi, saId);
            ike.movable(ikeSpi).ifPresent(fence -> moveIke(ikeSpi, fence, successor));
          }
        });
  }

  private void moveIke(long spi, Fence fence, Owner successor) {
    ike.handOver(
        spi,
        fence,
        successor,
        outcome -> {
          if (outcome == Outcome.DONE) {
            interlink.handedOver(successor.member(), spi, 0);
          }
        });
  }

  /** SA clusters handed over so far. */
  long moved() {
    return moved.get();
  }
}
