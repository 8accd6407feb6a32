package io.phalanx.it.lab;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.core.ConditionTimeoutException;

/** Waits for something to become so. */
public final class Waiting {
  private static final Duration POLL = Duration.ofMillis(50);

  private Waiting() {}

  /**
   * @throws AssertionError if it does not come about in time
   */
  public static void until(String what, int seconds, Callable<Boolean> condition) {
    try {
      await(what).pollInterval(POLL).atMost(Duration.ofSeconds(seconds)).until(condition);
    } catch (ConditionTimeoutException late) {
      throw new AssertionError("not within " + seconds + " s: " + what, late);
    }
  }
}
