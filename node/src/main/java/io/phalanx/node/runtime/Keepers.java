package io.phalanx.node.runtime;

import io.phalanx.node.ike.Event;
import io.phalanx.replication.Membership;
import io.phalanx.replication.Owner;
import io.phalanx.replication.Registry;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Elects, for each connection that is to be kept up, the one member that does so.
 *
 * <p>The keeper is noted in the store. Whoever has come to carry a session of the connection, as
 * its successor say, becomes its keeper. Where the keeper is gone and nobody has, any other member
 * takes its place, but only after a while: until then its session may still be found.
 *
 * <p>All methods run on the control loop.
 */
final class Keepers {
  /** Longer than it takes to sweep the images of a member that is gone. */
  static final long GRACE_MILLIS = 15_000;

  private static final class Connection {
    private final String name;
    private boolean asking;
    private boolean keeping;

    /** Whether the session here has made us the keeper; once for each time that one comes here. */
    private boolean claimed;

    private long goneSinceMillis;

    Connection(String name) {
      this.name = name;
    }
  }

  private final Executor control;
  private final Registry registry;
  private final Membership membership;
  private final List<Connection> connections;
  private final Predicate<String> carried;
  private final Consumer<Event> engine;
  private final LongSupplier nowMillis;

  /**
   * @param names connections to be kept up
   * @param carried whether this member has a session of a connection, or tries to make one
   */
  Keepers(
      Executor control,
      Registry registry,
      Membership membership,
      List<String> names,
      Predicate<String> carried,
      Consumer<Event> engine,
      LongSupplier nowMillis) {
    this.control = control;
    this.registry = registry;
    this.membership = membership;
    this.connections = names.stream().map(Connection::new).toList();
    this.carried = carried;
    this.engine = engine;
    this.nowMillis = nowMillis;
  }

  /** Looks after all of them. */
  void tick() {
    for (Connection connection : connections) {
      if (!connection.asking) {
        connection.asking = true;
        var _ =
            registry
                .keeper(connection.name, membership.self())
                .thenAcceptAsync(keeper -> heard(connection, keeper), control);
      }
    }
  }

  private void heard(Connection connection, Optional<Owner> keeper) {
    connection.asking = false;
    boolean here = carried.test(connection.name);
    connection.claimed &= here;
    if (keeper.isEmpty()) {
      return; // the store does not answer; asked again later
    }
    if (keeper.get().equals(membership.self())) {
      connection.claimed = here;
      connection.goneSinceMillis = 0;
      if (!connection.keeping) {
        connection.keeping = true;
        engine.accept(new Event.Initiate(connection.name));
      }
      return;
    }
    if (connection.keeping) {
      connection.keeping = false;
      engine.accept(new Event.Yield(connection.name));
    }
    if ((here && !connection.claimed) || isGoneForLong(connection, keeper.get())) {
      connection.asking = true;
      var _ =
          registry
              .succeedKeeper(connection.name, keeper.get(), membership.self())
              .thenAcceptAsync(now -> heard(connection, now), control);
      connection.claimed = here; // one try: should another have a session as well, it may keep it
    }
  }

  private boolean isGoneForLong(Connection connection, Owner keeper) {
    if (membership.alive(keeper)) {
      connection.goneSinceMillis = 0;
      return false;
    }
    long now = nowMillis.getAsLong();
    if (connection.goneSinceMillis == 0) {
      connection.goneSinceMillis = now;
    }
    return now - connection.goneSinceMillis >= GRACE_MILLIS;
  }
}
