package io.phalanx.node.runtime;

import io.phalanx.node.ops.DrainView;
import io.phalanx.node.ops.DrainView.State;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Interlink;
import io.phalanx.replication.Membership;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owner;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Empties a member that is going to stop: everything it owns is handed to the others, so many at a
 * time, until nothing is left. What comes while it does (the balancer may be slow) goes the same
 * way.
 *
 * <p>A session and its SA clusters go to the same member; sessions are spread by their SPIs, which
 * are random. Each step tries again what did not work in the one before.
 *
 * <p>All methods run on the control loop, {@link #view} on any thread.
 */
final class Drain {
  /** The SA clusters of this member. */
  interface SaClusters {
    Iterable<SaDirectory.Carried> all();

    /** The SA cluster of an inbound SPI. */
    int idOf(int inboundSpi);

    int size();

    /** How many have gone whose packets wait still for the successor to begin. */
    int following();

    /**
     * @param ended told once the store has answered, with whether it is the successor's now
     */
    void handOver(int saId, Owner successor, Consumer<Boolean> ended);
  }

  /** The IKE SAs of this member. */
  interface IkeSas {
    /** How many another member could go on with: the others end with this one. */
    int moving();

    /**
     * Those to be handed over, with their fences.
     *
     * @param patient leaves out those that have something under way
     * @param except those that are on their way
     */
    Map<Long, Fence> movable(boolean patient, Set<Long> except, int max);

    void handOver(long spi, Fence fence, Owner successor, Consumer<Outcome> ended);
  }

  private static final long STEP_MILLIS = 20;
  private static final int AT_ONCE_MAX = 64;

  /**
   * How long an IKE SA may have something under way before it goes as it is: its peer, or the
   * successor, then sends a message again.
   */
  private static final long PATIENCE_MILLIS = 3000;

  /** The others hear a little later where everything is, and send some packets here until then. */
  private static final long LINGER_MILLIS = 200;

  private final ControlLoop control;
  private final Membership membership;
  private final Interlink interlink;
  private final SaClusters directory;
  private final IkeSas ike;
  private final LongSupplier nowMillis;
  private final Set<Long> ikeSas = new HashSet<>();
  private final Set<Integer> saClusters = new HashSet<>();
  private long movingSinceMillis;
  private long emptySinceMillis;
  private volatile DrainView view = new DrainView(State.SERVING, 0, 0);

  Drain(
      ControlLoop control,
      Membership membership,
      Interlink interlink,
      SaClusters directory,
      IkeSas ike,
      LongSupplier nowMillis) {
    this.control = control;
    this.membership = membership;
    this.interlink = interlink;
    this.directory = directory;
    this.ike = ike;
    this.nowMillis = nowMillis;
  }

  /**
   * Begins, unless it has.
   *
   * @param waitMillis for the balancer to send packets elsewhere
   */
  void begin(long waitMillis) {
    if (view.state() == State.SERVING) {
      show(State.WAITING);
      control.after(
          waitMillis,
          () -> {
            movingSinceMillis = nowMillis.getAsLong();
            emptySinceMillis = movingSinceMillis;
            step();
          });
    }
  }

  DrainView view() {
    return view;
  }

  private void step() {
    List<Owner> others =
        membership.living().stream()
            .filter(owner -> !owner.equals(membership.self()))
            .sorted(Comparator.comparingInt(Owner::member))
            .toList();
    if (!others.isEmpty()) {
      moveSaClusters(others);
      moveIkeSas(others);
    }
    long now = nowMillis.getAsLong();
    if (!empty()) {
      emptySinceMillis = now;
    }
    show(now - emptySinceMillis >= LINGER_MILLIS ? State.DRAINED : State.MOVING);
    control.after(STEP_MILLIS, this::step);
  }

  private boolean empty() {
    return ike.moving() == 0
        && directory.size() == 0
        && directory.following() == 0
        && ikeSas.isEmpty()
        && saClusters.isEmpty();
  }

  private void moveSaClusters(List<Owner> others) {
    for (SaDirectory.Carried sa : directory.all()) {
      int saId = sa.image().id();
      long ikeSpi = sa.image().ikeSpi();
      if (saClusters.size() >= AT_ONCE_MAX) {
        return;
      }
      if (saClusters.add(saId)) {
        Owner successor = successor(ikeSpi, others);
        directory.handOver(
            saId,
            successor,
            there -> {
              saClusters.remove(saId);
              if (there) {
                interlink.handedOver(successor.member(), ikeSpi, saId);
              }
            });
      }
    }
  }

  private void moveIkeSas(List<Owner> others) {
    boolean patient = nowMillis.getAsLong() - movingSinceMillis < PATIENCE_MILLIS;
    int room = AT_ONCE_MAX - ikeSas.size();
    Map<Long, Fence> movable = ike.movable(patient, ikeSas, room);
    movable.forEach(
        (spi, fence) -> {
          Owner successor = successor(spi, others);
          ikeSas.add(spi);
          ike.handOver(
              spi,
              fence,
              successor,
              outcome -> {
                ikeSas.remove(spi);
                if (outcome == Outcome.DONE) {
                  interlink.handedOver(successor.member(), spi, 0);
                }
              });
        });
  }

  private static Owner successor(long ikeSpi, List<Owner> others) {
    return others.get(Math.floorMod(Long.hashCode(ikeSpi), others.size()));
  }

  private void show(State state) {
    view = new DrainView(state, ike.moving(), directory.size());
  }
}
