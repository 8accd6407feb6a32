package io.phalanx.node.ike;

import io.phalanx.node.ike.Interleavings.Budget;
import io.phalanx.node.ike.Interleavings.State;
import java.util.HashMap;
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
   * datagram comes twice or is lost, or a member dies, and an eighth where one end begins two
   * exchanges. The build takes what a few seconds allow: {@code -Dphalanx.collisions.states=200000}
   * goes to the end of every pair.
   */
  private static final int STATES_MAX = Integer.getInteger("phalanx.collisions.states", 220);

  private static final int WINDOW = 3;

  /** What two exchanges of one end run into: in the build those that collide most. */
  private static final List<Opening> OTHERS =
      STATES_MAX > 1000 ? ALL : List.of(Opening.REKEY_CHILD, Opening.REKEY_IKE);

  /** Other random numbers: either end wins a collision. */
  private static final int SALTS = Integer.getInteger("phalanx.collisions.salts", 1);

  private static Configs config(Configs config, int window) {
    config.window = window;
    config.children = List.of(Opening.FIRST, Opening.SECOND);
    config.networks = Map.of(Opening.SECOND, List.of("10.3.0.0/16", "10.4.0.0/16"));
    return config;
  }

  /** What every search begins with; whoever steps an end steps a copy. */
  private record Start(int window, long salt) {}

  private record Ends(SteppedSide left, SteppedSide right) {}

  private static final Map<Start, Ends> CONNECTED = new HashMap<>();

  private static State start(Interleavings all, int window, long salt) {
    Ends ends =
        CONNECTED.computeIfAbsent(
            new Start(window, salt),
            _ -> {
              Interleavings first = new Interleavings(List.of(), List.of(), salt);
              State state = connected(first, window);
              return new Ends(first.side(state.left()), first.side(state.right()));
            });
    return new State(all.number(ends.left()), all.number(ends.right()), List.of(), 0, Budget.NONE);
  }

  /** Both ends with a tunnel, one Child SA, and the configuration of another one. */
  private static State connected(Interleavings all, int window) {
    SteppedSide left = side(true, config(Configs.left(), window));
    SteppedSide right = side(false, config(Configs.right(), window));
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
    int states = budget.equals(Budget.NONE) ? STATES_MAX : STATES_MAX / 4;
    explore(leftOpens, rightOpens, 1, budget, salt, states);
  }

  private static void explore(
      List<Opening> leftOpens,
      List<Opening> rightOpens,
      int window,
      Budget budget,
      long salt,
      int statesMax) {
    Interleavings all = new Interleavings(leftOpens, rightOpens, salt);
    State start = start(all, window, salt);
    Agreement agreement = new Agreement(all, start, leftOpens, rightOpens, budget);
    State from = new State(start.left(), start.right(), List.of(), 0, budget);
    String name =
        "%s against %s, window %d, salt %d, %s"
            .formatted(leftOpens, rightOpens, window, salt, budget);
    long begin = System.nanoTime();
    try {
      all.explore(from, statesMax, agreement::check);
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
    explore(List.of(left), List.of(right), new Budget(1, 0, 0, 0, 0), 1);
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void shouldAgreeAfterACrashOfTheLeft(Opening left, Opening right) {
    explore(List.of(left), List.of(right), new Budget(0, 0, 1, 0, 0), 1);
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void shouldAgreeAfterACrashOfTheRight(Opening left, Opening right) {
    explore(List.of(left), List.of(right), new Budget(0, 0, 0, 1, 0), 1);
  }

  /** What was lost is sent again while what was only late still comes, in any order. */
  @ParameterizedTest
  @MethodSource("pairs")
  void shouldAgreeAfterALossAndRetransmissions(Opening left, Opening right) {
    explore(List.of(left), List.of(right), new Budget(0, 1, 0, 0, 2), 1);
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void shouldAgreeWhereOneEndBeginsTwice(Opening first, Opening second) {
    for (Opening right : OTHERS) {
      explore(List.of(first, second), List.of(right), 1, Budget.NONE, 1, STATES_MAX / 8);
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void shouldAgreeWithSeveralRequestsInFlight(Opening first, Opening second) {
    for (Opening right : OTHERS) {
      explore(List.of(first, second), List.of(right), WINDOW, Budget.NONE, 1, STATES_MAX / 8);
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void shouldAgreeAfterACrashWithSeveralRequestsInFlight(Opening first, Opening second) {
    Budget crash = new Budget(0, 0, 1, 0, 0);
    explore(List.of(first, second), List.of(Opening.REKEY_CHILD), WINDOW, crash, 1, STATES_MAX / 4);
  }

  static Stream<Arguments> pairs() {
    return ALL.stream().flatMap(left -> ALL.stream().map(right -> Arguments.of(left, right)));
  }
}
