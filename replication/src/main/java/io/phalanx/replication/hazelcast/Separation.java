package io.phalanx.replication.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Since when this member is apart from others, so that it knows what they have made alone.
 *
 * <p>Only where both halves of a cluster may go on ({@code prefer: availability}) there is such a
 * thing. It takes the wall clocks of members for right within a second.
 */
final class Separation {
  static final String KEY = "phalanx.separation";

  private static final long CLOCKS_MILLIS_MAX = 1000;

  private final boolean halvesGoOn;
  private final LongSupplier nowMillis;
  private final AtomicLong sinceMillis;

  /**
   * @param halvesGoOn whether less than a majority makes changes
   */
  Separation(boolean halvesGoOn, LongSupplier nowMillis) {
    this.halvesGoOn = halvesGoOn;
    this.nowMillis = nowMillis;
    this.sinceMillis = new AtomicLong(nowMillis.getAsLong());
  }

  static Optional<Separation> of(HazelcastInstance instance) {
    return instance.getUserContext().get(KEY) instanceof Separation separation
        ? Optional.of(separation)
        : Optional.empty();
  }

  /** Another member has left. */
  void left() {
    sinceMillis.set(nowMillis.getAsLong());
  }

  /** Whether an entry that is not known here was made by others after they had left. */
  boolean made(long createdAtMillis) {
    return halvesGoOn && createdAtMillis > sinceMillis.get() + CLOCKS_MILLIS_MAX;
  }
}
