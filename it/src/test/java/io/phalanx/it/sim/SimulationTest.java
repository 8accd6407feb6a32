package io.phalanx.it.sim;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** A fixed set of seeds, the same in every build; {@code phalanx sim} runs as many as one likes. */
class SimulationTest {
  private static final long SECOND = 1_000_000_000;
  private static final long NANOS = 12 * SECOND;

  private final Logger root =
      ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(Logger.ROOT_LOGGER_NAME);
  private final Level before = root.getLevel();

  /** Members warn of each fault that the plan makes. */
  @BeforeEach
  void beQuiet() {
    root.setLevel(Level.OFF);
  }

  @AfterEach
  void beAsBefore() {
    root.setLevel(before);
  }

  private static Simulation.Result run(long seed, int members, Mutation mutation) {
    return Simulation.run(Plan.of(seed, members, NANOS, mutation));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 5, 7})
  void shouldFindNothingWrong(int members) {
    for (long seed = 1; seed <= 36 / members; seed++) {
      Simulation.Result result = run(seed, members, Mutation.NONE);
      assertThat(result.violation())
          .as("phalanx sim --seed %d --members %d --minutes 0.2", seed, members)
          .isEmpty();
      assertThat(result.packets()).as("traffic, or nothing could have gone wrong").isPositive();
    }
  }

  @Test
  void shouldBeTheSameRunForTheSameSeed() {
    Simulation.Result once = run(11, 3, Mutation.NONE);
    assertThat(run(11, 3, Mutation.NONE)).isEqualTo(once);
    assertThat(run(12, 3, Mutation.NONE).hash()).isNotEqualTo(once.hash());
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void shouldNoticeARuleThatIsSwitchedOff(Mutation mutation) {
    long seed = seedThatNotices(mutation);
    assertThat(run(seed, 3, Mutation.NONE).violation()).as("seed %d with the rule", seed).isEmpty();
    assertThat(run(seed, 3, mutation).violation())
        .as("another: phalanx sim --seeds 200 --minutes 0.2 --without %s", mutation)
        .isPresent();
  }

  /** The first one from 1 on. */
  private static long seedThatNotices(Mutation mutation) {
    return switch (mutation) {
      case NONE -> throw new IllegalArgumentException("nothing to notice");
      case EPOCH_KEPT, SUCCESSOR_ACCEPTS_AGAIN, INCARNATION_AGAIN -> 1;
      case LEASE_BEFORE_STORE -> 8;
      case MESSAGE_BEFORE_COMMIT -> 10;
      case SUCCESSOR_SENDS_AGAIN, HANDOVER_TOO_LOW -> 11;
      case FENCE_IGNORED -> 34;
      case BACKUPS_NOT_AWAITED -> 88;
      case UNKNOWN_LEASE_USED, MERGE_BACKWARDS -> 83;
    };
  }
}
