package io.phalanx.node.runtime;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a member does when its half of the cluster has met another one: it asks the store about all
 * that it owns. What another history has taken is given up, and what is ours still is claimed anew,
 * from limits that cover both histories.
 *
 * <p>Entries come one by one, so it asks a moment after the first one, and once more after the last
 * should be there.
 */
final class Reunion {
  private static final Logger log = LoggerFactory.getLogger(Reunion.class);
  private static final long SOON_MILLIS = 300;
  private static final long AGAIN_MILLIS = 3000;

  private final ControlLoop control;
  private final Runnable confirm;
  private final AtomicBoolean asking = new AtomicBoolean();
  private final AtomicLong reunions = new AtomicLong();

  /**
   * @param confirm asks the store about all that this member owns; on the control loop
   */
  Reunion(ControlLoop control, Runnable confirm) {
    this.control = control;
    this.confirm = confirm;
  }

  /** The store has taken over entries of another half. Any thread; returns at once. */
  void merged() {
    if (!asking.getAndSet(true)) {
      control.after(SOON_MILLIS, this::ask);
      control.after(
          AGAIN_MILLIS,
          () -> {
            asking.set(false);
            confirm.run();
          });
    }
  }

  private void ask() {
    log.info("the cluster was apart; what this member owns is confirmed");
    reunions.incrementAndGet();
    confirm.run();
  }

  /** How often since the start. */
  long reunions() {
    return reunions.get();
  }
}
