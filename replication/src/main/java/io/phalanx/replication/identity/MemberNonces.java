package io.phalanx.replication.identity;

import io.phalanx.datapath.NonceSource;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link NonceSource} of one life of a member.
 *
 * <pre>
 *   63        52 51            36 35                                   0
 *  +------------+----------------+--------------------------------------+
 *  | member-id  |  incarnation   |               counter                |
 *  +------------+----------------+--------------------------------------+
 * </pre>
 *
 * <p>The counter lasts 19 hours at a million packets a second. A new incarnation is asked for when
 * half of it is used, so that it is there long before the end; the counter never carries into the
 * incarnation. If the store has not given one by the end, there is no nonce that is safe to use,
 * and this is an error, not a wait: packet loops call.
 */
public final class MemberNonces implements NonceSource {
  /** Counter values of one incarnation. */
  static final long COUNTERS = 1L << 36;

  private static final int COUNT_MAX = 65_536;
  private static final Logger log = LoggerFactory.getLogger(MemberNonces.class);

  private final int member;
  private final long counters;
  private final Supplier<? extends CompletionStage<Optional<Integer>>> incarnations;
  private volatile Run run;
  private volatile Optional<Run> spare = Optional.empty();
  private final AtomicBoolean asked = new AtomicBoolean();

  /** The counter of one incarnation; passes its end only by attempts that got nothing. */
  private record Run(int incarnation, AtomicLong counter) {}

  /**
   * @param member 1..4095
   * @param incarnation 0..65535, not used before by this member
   * @param incarnations gives another one, later than all before, or empty for "ask again"
   */
  public MemberNonces(
      int member,
      int incarnation,
      Supplier<? extends CompletionStage<Optional<Integer>>> incarnations) {
    this(member, incarnation, incarnations, COUNTERS);
  }

  MemberNonces(
      int member,
      int incarnation,
      Supplier<? extends CompletionStage<Optional<Integer>>> incarnations,
      long counters) {
    if (member < 1 || member > 4095 || incarnation < 0 || incarnation > SerialNumbers.MASK) {
      throw new IllegalArgumentException("member " + member + ", incarnation " + incarnation);
    }
    this.member = member;
    this.counters = counters;
    this.incarnations = incarnations;
    this.run = new Run(incarnation, new AtomicLong());
  }

  @Override
  public long next() {
    return reserve(1);
  }

  @Override
  public long reserve(int count) {
    if (count < 1 || count > COUNT_MAX) {
      throw new IllegalArgumentException("count " + count);
    }
    while (true) {
      Run current = run;
      long first = current.counter().getAndAdd(count);
      if (first + count > counters / 2) {
        askForIncarnation();
      }
      if (first + count <= counters) {
        return (long) member << 52 | (long) current.incarnation() << 36 | first;
      }
      switchFrom(current);
    }
  }

  /** Once in hours, so a lock does no harm here. */
  private synchronized void switchFrom(Run used) {
    if (run.incarnation() != used.incarnation()) {
      return;
    }
    run = spare.orElseThrow(() -> new IllegalStateException("nonces are used up"));
    spare = Optional.empty();
    asked.set(false);
  }

  private void askForIncarnation() {
    if (!asked.compareAndSet(false, true)) {
      return;
    }
    incarnations
        .get()
        .whenComplete(
            (given, failure) -> {
              if (failure == null && given.isPresent() && isNew(given.get())) {
                spare = Optional.of(new Run(given.get(), new AtomicLong()));
              } else {
                asked.set(false);
              }
            });
  }

  private boolean isNew(int incarnation) {
    boolean after = SerialNumbers.after(incarnation, run.incarnation());
    if (!after) {
      log.error("incarnation {} is not after the one in use; not taken", incarnation);
    }
    return after;
  }
}
