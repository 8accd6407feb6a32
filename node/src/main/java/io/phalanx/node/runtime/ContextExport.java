package io.phalanx.node.runtime;

import io.phalanx.node.context.ContextCodec;
import io.phalanx.node.ike.Effect;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.SaClusterImage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Takes IKE SAs of this member out of the cluster, with their Child SAs, for another one to go on
 * with (seed 004).
 *
 * <p>First the IKE SA, then its SA clusters: whatever is cut short leaves SA clusters that no IKE
 * SA names, which end, and nobody can use a number of them twice. What has been taken out exists
 * only in what {@link Given} tells.
 *
 * <p>All methods run on the control loop.
 */
final class ContextExport {
  private static final int AT_ONCE_MAX = 64;
  private static final long ANSWER_MILLIS_MAX = 10_000;

  /** An IKE SA in an exchange is asked for again, for three seconds. */
  private static final long PAUSE_MILLIS = 100;

  private static final int ATTEMPTS_MAX = 30;

  /** An IKE SA with all of its SA clusters, none of which is in this cluster any more. */
  record Session(IkeSaImage ike, List<SaClusterImage> saClusters) {}

  /** The SA clusters of this member. */
  interface SaClusters {
    /** Whether it is carried here, and is not on its way to another member. */
    boolean stays(int saId);

    /**
     * Takes an SA cluster out of the cluster for good.
     *
     * @param ended told what it was, with the next number to send and the highest one accepted;
     *     empty if this member could not stop it, or it was another's by then
     */
    void withdraw(int saId, Consumer<Optional<SaClusterImage>> ended);
  }

  /** The IKE SAs of this member. */
  interface IkeSas {
    /** Those that have done with their first exchanges, and are not replaced. */
    List<IkeSaImage> established();

    /** Answered by {@link #givenAway}. */
    void giveAway(long spi, long untilMillis);
  }

  /**
   * @param left what is not among the sessions, and why, one line each
   */
  record Given(List<Session> sessions, List<String> left) {}

  private record Asked(long sessionId, int attempt) {}

  /** One export. */
  private static final class Run {
    final Deque<IkeSaImage> waiting = new ArrayDeque<>();

    /** By our IKE SPI: what the engine was asked for and has not answered. */
    final Map<Long, Asked> asked = new HashMap<>();

    final List<Session> sessions = new ArrayList<>();
    final List<String> left = new ArrayList<>();
    final long untilMillis;
    final Consumer<Given> ended;
    int underWay;

    Run(long untilMillis, Consumer<Given> ended) {
      this.untilMillis = untilMillis;
      this.ended = ended;
    }
  }

  private final ControlLoop control;
  private final SaClusters directory;
  private final IkeSas ike;
  private Optional<Run> running = Optional.empty();

  ContextExport(ControlLoop control, SaClusters directory, IkeSas ike) {
    this.control = control;
    this.directory = directory;
    this.ike = ike;
  }

  /**
   * @param wanted ids of the sessions to take out; empty for all of this member
   * @param untilMillis wall clock: how long the cluster remembers that it had them
   * @return whether it has begun: there is one export at a time
   */
  boolean begin(Set<Long> wanted, long untilMillis, Consumer<Given> ended) {
    if (running.isPresent()) {
      return false;
    }
    Run run = new Run(untilMillis, ended);
    running = Optional.of(run);
    Set<Long> missing = new HashSet<>(wanted);
    for (IkeSaImage image : ike.established()) {
      if (!wanted.isEmpty() && !missing.remove(image.sessionId())) {
        continue;
      }
      if (run.waiting.size() < ContextCodec.IKE_SAS_MAX) {
        run.waiting.add(image);
      } else {
        run.left.add(line(image.sessionId(), "the set is full; make another one"));
      }
    }
    missing.forEach(id -> run.left.add(line(id, "it is not here, or not established")));
    goOn(run);
    return true;
  }

  private void goOn(Run run) {
    while (run.underWay < AT_ONCE_MAX && !run.waiting.isEmpty()) {
      IkeSaImage image = run.waiting.remove();
      long spi = image.localSpi();
      if (image.children().stream().anyMatch(each -> !directory.stays(each.saId()))) {
        run.left.add(
            line(image.sessionId(), "a Child SA of it is at another member, or on its way there"));
      } else {
        run.underWay++;
        ask(run, spi, new Asked(image.sessionId(), 1));
      }
    }
    if (run.underWay == 0 && running.filter(run::equals).isPresent()) {
      running = Optional.empty();
      run.ended.accept(new Given(List.copyOf(run.sessions), List.copyOf(run.left)));
    }
  }

  /** Whether sessions leave: nothing else is to move them then. */
  boolean running() {
    return running.isPresent();
  }

  private void ask(Run run, long spi, Asked asked) {
    run.asked.put(spi, asked);
    control.after(ANSWER_MILLIS_MAX, () -> unanswered(run, spi, asked));
    ike.giveAway(spi, run.untilMillis);
  }

  /** The answer of the engine. One that comes too late is among those that are left, as lost. */
  void givenAway(Effect.GivenAway answer) {
    // Later, so that a thousand refusals are no deep stack.
    control.execute(() -> answered(answer));
  }

  private void answered(Effect.GivenAway answer) {
    running.ifPresent(
        run ->
            Optional.ofNullable(run.asked.remove(answer.localSpi()))
                .ifPresent(asked -> answered(run, asked, answer)));
  }

  private void answered(Run run, Asked asked, Effect.GivenAway answer) {
    if (answer.forNow() && asked.attempt() < ATTEMPTS_MAX) {
      Asked again = new Asked(asked.sessionId(), asked.attempt() + 1);
      control.after(PAUSE_MILLIS, () -> ask(run, answer.localSpi(), again));
    } else if (answer.given().isEmpty()) {
      over(run, line(asked.sessionId(), answer.why()));
    } else {
      withdraw(run, answer.given().get(), new ArrayList<>());
    }
  }

  private void unanswered(Run run, long spi, Asked asked) {
    if (run.asked.remove(spi, asked)) {
      over(run, line(asked.sessionId(), "the store did not answer; it may be lost"));
    }
  }

  private void over(Run run, String line) {
    run.left.add(line);
    run.underWay--;
    goOn(run);
  }

  /** One SA cluster after the other: most IKE SAs have one. */
  private void withdraw(Run run, IkeSaImage given, List<SaClusterImage> stopped) {
    if (stopped.size() == given.children().size()) {
      run.sessions.add(new Session(given, List.copyOf(stopped)));
      run.underWay--;
      goOn(run);
      return;
    }
    int saId = given.children().get(stopped.size()).saId();
    directory.withdraw(
        saId,
        image -> {
          if (image.isEmpty()) {
            over(run, line(given.sessionId(), "lost: a Child SA of it could not be stopped"));
          } else {
            stopped.add(image.get());
            control.execute(() -> withdraw(run, given, stopped));
          }
        });
  }

  private static String line(long sessionId, String why) {
    return "%016x: %s".formatted(sessionId, why);
  }
}
