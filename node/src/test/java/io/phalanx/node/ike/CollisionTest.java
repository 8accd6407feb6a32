package io.phalanx.node.ike;

import io.phalanx.node.ike.Interleavings.Budget;
import io.phalanx.node.ike.Interleavings.State;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Collisions of exchanges (RFC 7296 §2.8, §2.25): two engines are stepped through every
 * interleaving of each pair of exchanges; once the network is whole again and time has passed, both
 * ends agree.
 */
final class CollisionTest {
  private static final List<Opening> ALL = List.of(Opening.values());

  /**
   * States of a pair of exchanges to go through, the shortest ways first; a fourth of it where a
   * datagram comes twice or a member dies. The build takes what a few seconds allow: {@code
   * -Dphalanx.collisions.states=200000} goes to the end of every pair.
   */
  private static final int STATES_MAX = Integer.getInteger("phalanx.collisions.states", 400);

  /** Other random numbers: either end wins a collision. */
  private static final int SALTS = Integer.getInteger("phalanx.collisions.salts", 1);

  private static Configs config(Configs config) {
    config.children = List.of(Opening.FIRST, Opening.SECOND);
    config.networks = Map.of(Opening.SECOND, List.of("10.3.0.0/16", "10.4.0.0/16"));
    return config;
  }

  /** Both ends with a tunnel, one Child SA, and the configuration of another one. */
  private static State connected(Interleavings all) {
    SteppedSide left = side(true, config(Configs.left()));
    SteppedSide right = side(false, config(Configs.right()));
    left.throwDice(1);
    left.step(new Event.Initiate("conn"));
    State state = atRest(all, all.number(left), all.number(right));
    SteppedSide both = ObjectGraph.copy(all.side(state.left()));
    both.throwDice(2);
    both.begin(
        sa ->
            Opening.child(sa, Opening.SECOND).map(each -> new Task.DeleteChild(each.inboundSpi())));
    return atRest(all, all.number(both), state.right());
  }

  private static SteppedSide side(boolean left, Configs config) {
    return new SteppedSide(left, config.build(), new Dice(), Interleavings.START_MILLIS);
  }

  private static State atRest(Interleavings all, int left, int right) {
    State state = new State(left, right, List.of(), 0, Budget.NONE);
    for (Optional<Move> next = all.healing(state); next.isPresent(); next = all.healing(state)) {
      state = all.apply(state, next.get());
    }
    return state;
  }

  private static void explore(
      List<Opening> leftOpens, List<Opening> rightOpens, Budget budget, long salt) {
    Interleavings all = new Interleavings(leftOpens, rightOpens, salt);
    State start = connected(all);
    Agreement agreement = new Agreement(all, start, leftOpens, rightOpens, budget);
    State from = new State(start.left(), start.right(), List.of(), 0, budget);
    String name = "%s against %s, salt %d, %s".formatted(leftOpens, rightOpens, salt, budget);
    long begin = System.nanoTime();
    try {
      all.explore(from, budget.equals(Budget.NONE) ? STATES_MAX : STATES_MAX / 4, agreement::check);
    } catch (Interleavings.Fault fault) {
      throw new AssertionError(
          name + ": " + fault.getCause() + "\n" + fault.getMessage(), fault.getCause());
    }
    if (Boolean.getBoolean("phalanx.collisions.verbose")) {
      System.out.printf(
          "%s: %d states, %d steps of ends, %d ms%n",
          name, all.statesSeen(), all.sideStepsSeen(), (System.nanoTime() - begin) / 1_000_000);
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void shouldAgreeAfterEveryInterleaving(Opening left, Opening right) {
    for (long salt = 1; salt <= SALTS; salt++) {
      explore(List.of(left), List.of(right), Budget.NONE, salt);
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void shouldAgreeAfterADatagramThatCameTwice(Opening left, Opening right) {
    explore(List.of(left), List.of(right), new Budget(1, 0, 0, 0), 1);
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void shouldAgreeAfterACrashOfTheLeft(Opening left, Opening right) {
    explore(List.of(left), List.of(right), new Budget(0, 0, 1, 0), 1);
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void shouldAgreeAfterACrashOfTheRight(Opening left, Opening right) {
    explore(List.of(left), List.of(right), new Budget(0, 0, 0, 1), 1);
  }

  static Stream<Arguments> pairs() {
    return ALL.stream().flatMap(left -> ALL.stream().map(right -> Arguments.of(left, right)));
  }
}
