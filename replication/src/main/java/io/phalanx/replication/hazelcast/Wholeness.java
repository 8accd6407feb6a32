package io.phalanx.replication.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.topic.ITopic;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this member may have missed what others have done.
 *
 * <p>A member that was left with too few others changes nothing, but the others may have gone on
 * without it. When it has enough of them again, one of those may only be about to bring what they
 * did, and until then an entry here is old: to claim it would be to accept again what was received
 * after it. So from the moment when too few are here, until one that has come tells that it has
 * brought what it had, this member answers "unknown".
 *
 * <p>A member that has started afresh brings nothing and tells so at once.
 */
final class Wholeness {
  static final String KEY = "phalanx.wholeness";

  private static final String TOPIC = "phalanx.whole";

  /** A message may be lost together with a connection. */
  private static final int TOLD_TIMES = 3;

  private static final long TOLD_AGAIN_MILLIS = 2000;

  /** Bounds the wait for one that never tells, because it has gone again or cannot merge. */
  private static final long BEHIND_MILLIS_MAX = 30_000;

  private static final Logger log = LoggerFactory.getLogger(Wholeness.class);

  private final int minimumMembers;
  private volatile boolean behind;

  Wholeness(int minimumMembers) {
    this.minimumMembers = minimumMembers;
  }

  static Optional<Wholeness> of(HazelcastInstance instance) {
    return instance.getUserContext().get(KEY) instanceof Wholeness wholeness
        ? Optional.of(wholeness)
        : Optional.empty();
  }

  /** Hears what others tell, from now on; this member has started and brings nothing. */
  void begin(HazelcastInstance instance) {
    ITopic<Integer> topic = instance.getTopic(TOPIC);
    topic.addMessageListener(
        message -> {
          boolean own = message.getPublishingMember().localMember();
          if (!own && enough(instance)) {
            whole("told by another");
          }
        });
    tell(instance);
  }

  /** A member has left. */
  void left(HazelcastInstance instance) {
    if (!enough(instance) && !behind) {
      behind = true;
      log.info("store: too few members are here; the others may go on without this one");
    }
  }

  /** A member has come. */
  void joined(HazelcastInstance instance) {
    if (behind && enough(instance)) {
      later(
          BEHIND_MILLIS_MAX,
          () -> {
            if (enough(instance)) {
              whole("after a long wait");
            }
          });
    }
  }

  /** This member has brought what it had into the cluster it has joined, or cannot. */
  void merged(HazelcastInstance instance) {
    whole("by joining");
    tell(instance);
  }

  private void whole(String how) {
    if (behind) {
      behind = false;
      log.info("store: whole again, {}", how);
    }
  }

  boolean behind() {
    return behind;
  }

  private boolean enough(HazelcastInstance instance) {
    return instance.getCluster().getMembers().size() >= minimumMembers;
  }

  private void tell(HazelcastInstance instance) {
    for (int time = 0; time < TOLD_TIMES; time++) {
      later(time * TOLD_AGAIN_MILLIS, () -> tellNow(instance));
    }
  }

  private static void tellNow(HazelcastInstance instance) {
    try {
      ITopic<Integer> topic = instance.getTopic(TOPIC);
      topic.publish(1);
    } catch (RuntimeException stopped) {
      log.debug("store: nobody could be told: {}", stopped.getClass().getSimpleName());
    }
  }

  private static void later(long millis, Runnable task) {
    Executor executor = each -> Thread.ofVirtual().name("store-whole").start(each);
    var _ =
        CompletableFuture.runAsync(
            task, CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS, executor));
  }
}
