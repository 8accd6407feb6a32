package io.phalanx.replication.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this member may make changes: whether enough members are here, and whether it may have
 * missed what others have done.
 *
 * <p>A member that was left with too few others changes nothing, but the others may have gone on
 * without it. When it has enough of them again, one of those may only be about to bring what they
 * did, and until then an entry here is old: to claim it would be to accept again what was received
 * after it. So such a member is {@code behind}, until one that has come tells that it has brought
 * what it had. One that has started afresh brings nothing and tells so at once.
 *
 * <p>Events may come on any thread.
 */
final class Wholeness {
  static final String KEY = "phalanx.wholeness";

  /** Bounds the wait for one that never tells, because it cannot merge. */
  static final long BEHIND_MILLIS_MAX = 30_000;

  private static final Logger log = LoggerFactory.getLogger(Wholeness.class);

  /** Runs a task some time later. */
  @FunctionalInterface
  interface Later {
    void after(long millis, Runnable task);
  }

  private final int minimumMembers;
  private final Later later;
  private volatile boolean behind;
  private volatile boolean bringing;

  /** Counts comings and goings: whoever waits, waits anew after each. */
  private int changes;

  Wholeness(int minimumMembers, Later later) {
    this.minimumMembers = minimumMembers;
    this.later = later;
  }

  /** That of the member on which this runs. */
  static Wholeness of(HazelcastInstance instance) {
    if (instance.getUserContext().get(KEY) instanceof Wholeness wholeness) {
      return wholeness;
    }
    throw new IllegalStateException("not a member of ours");
  }

  /**
   * A member has left.
   *
   * @param members those that are here
   */
  synchronized void left(int members) {
    changes++;
    fallBehind(members);
  }

  private void fallBehind(int members) {
    if (members < minimumMembers && !behind) {
      behind = true;
      log.info("store: too few members are here; others may go on without this one");
    }
  }

  /** A member has come. */
  synchronized void came(int members) {
    int change = ++changes;
    if (behind && members >= minimumMembers) {
      later.after(BEHIND_MILLIS_MAX, () -> endWait(change));
    }
  }

  private synchronized void endWait(int change) {
    if (change == changes && behind) {
      log.warn("store: nobody has told that it has brought what it had; going on without");
      behind = false;
    }
  }

  /** Another member tells that it has brought what it had. */
  synchronized void told(int members) {
    catchUp(members);
  }

  private void catchUp(int members) {
    if (behind && members >= minimumMembers) {
      behind = false;
      log.info("store: whole again");
    }
  }

  /** This member is about to join another half of the cluster, empty, and to bring its entries. */
  void bringing() {
    bringing = true;
  }

  /** This member has brought its entries, or could not join. */
  synchronized void brought(int members) {
    bringing = false;
    fallBehind(members);
    catchUp(members);
  }

  /** Whether an entry here may be old, or one that is not here may be on its way. */
  boolean unsure() {
    return behind || bringing;
  }

  /** Whether enough members are here, and this one has missed nothing. */
  boolean whole(int members) {
    return members >= minimumMembers && !behind;
  }

  /**
   * Whether entries that live here may be changed. Those of a member that brings its own are those
   * of the half it has joined; if that was enough without it, that half has missed nothing.
   */
  boolean mayChange(int members) {
    return whole(members) || (bringing && members > minimumMembers);
  }
}
