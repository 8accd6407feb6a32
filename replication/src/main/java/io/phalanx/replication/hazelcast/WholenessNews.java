package io.phalanx.replication.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.topic.ITopic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Members tell each other that they have brought what they had ({@link Wholeness}). */
final class WholenessNews {
  private static final String TOPIC = "phalanx.whole";

  /** A message may be lost together with a connection. */
  private static final int TOLD_TIMES = 3;

  private static final long TOLD_AGAIN_MILLIS = 2000;
  private static final Logger log = LoggerFactory.getLogger(WholenessNews.class);

  private final HazelcastInstance instance;
  private final Wholeness wholeness;
  private final Wholeness.Later later;

  private WholenessNews(HazelcastInstance instance, Wholeness wholeness, Wholeness.Later later) {
    this.instance = instance;
    this.wholeness = wholeness;
    this.later = later;
  }

  /** Hears what others tell, from now on. */
  static WholenessNews listen(
      HazelcastInstance instance, Wholeness wholeness, Wholeness.Later later) {
    ITopic<Integer> topic = instance.getTopic(TOPIC);
    topic.addMessageListener(
        message -> {
          if (!message.getPublishingMember().localMember()) {
            wholeness.told(instance.getCluster().getMembers().size());
          }
        });
    return new WholenessNews(instance, wholeness, later);
  }

  /** Tells the others that this member has brought what it had, or had nothing. */
  void tell() {
    for (int time = 0; time < TOLD_TIMES; time++) {
      later.after(time * TOLD_AGAIN_MILLIS, this::tellNow);
    }
  }

  private void tellNow() {
    if (wholeness.unsure()) {
      return; // it has something to bring again by now
    }
    try {
      ITopic<Integer> topic = instance.getTopic(TOPIC);
      topic.publish(1);
    } catch (RuntimeException stopped) {
      log.debug("store: nobody could be told: {}", stopped.getClass().getSimpleName());
    }
  }
}
