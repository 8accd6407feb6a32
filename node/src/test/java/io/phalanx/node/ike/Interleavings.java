package io.phalanx.node.ike;

import io.phalanx.datapath.UdpDatagram;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Steps two ends through every order in which what is under way may happen, and from each state on
 * until all is quiet.
 *
 * <p>An end is an automaton: what it does depends on its state and on the event alone, randomness
 * included. So each of its steps is taken once, however many interleavings of both ends pass there,
 * and two orders that come to the same are followed once. A datagram that comes late stands for one
 * that was lost and sent again.
 */
final class Interleavings {
  static final long START_MILLIS = 1_780_000_000_000L;
  private static final int HEALING_MOVES_MAX = 2_000;

  /** Long enough for whatever waits to end; no rekey by time lies in it. */
  private static final long HEALING_MILLIS = 600_000;

  /** A datagram as it is on its way. */
  record Message(boolean fromLeft, boolean natPort, byte[] octets) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Message that
          && fromLeft == that.fromLeft
          && natPort == that.natPort
          && Arrays.equals(octets, that.octets);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(octets);
    }
  }

  /**
   * Both ends and the network.
   *
   * @param left number of a state of that end
   * @param net messages on their way, by number, sorted
   * @param begun which exchanges have begun, as bits
   */
  record State(int left, int right, List<Integer> net, int begun, Budget budget) {}

  /**
   * How often the world may still do harm.
   *
   * @param waits how often time may pass until something is due, while anything is under way
   */
  record Budget(int copies, int losses, int leftCrashes, int rightCrashes, int waits) {
    static final Budget NONE = new Budget(0, 0, 0, 0, 0);
  }

  private record SideMove(int side, Move move) {}

  private record SideStep(int side, List<Integer> sent) {}

  /** How a state was reached. */
  private record From(State state, Move move) {}

  private final List<Opening> leftOpens;
  private final List<Opening> rightOpens;
  private final long salt;
  private final List<SteppedSide> sides = new ArrayList<>();
  private final Map<Long, Integer> numbers = new HashMap<>();
  private final List<Message> messages = new ArrayList<>();
  private final Map<Message, Integer> messageNumbers = new HashMap<>();
  private final Map<SideMove, SideStep> steps = new HashMap<>();
  private final Map<State, From> reached = new HashMap<>();
  private final Set<State> quiet = new HashSet<>();
  private final Set<State> healing = new HashSet<>();

  Interleavings(List<Opening> leftOpens, List<Opening> rightOpens, long salt) {
    this.leftOpens = leftOpens;
    this.rightOpens = rightOpens;
    this.salt = salt;
  }

  /** Something went wrong on the way to a state. */
  static final class Fault extends AssertionError {
    private static final long serialVersionUID = 1;

    Fault(String what, Throwable cause) {
      super(what, cause);
    }
  }

  int number(SteppedSide side) {
    return numbers.computeIfAbsent(
        side.fingerprint(),
        _ -> {
          sides.add(side);
          return sides.size() - 1;
        });
  }

  SteppedSide side(int number) {
    return sides.get(number);
  }

  Message message(int number) {
    return messages.get(number);
  }

  int statesSeen() {
    return reached.size();
  }

  int sideStepsSeen() {
    return steps.size();
  }

  // One move

  State apply(State state, Move move) {
    return switch (move) {
      case Move.Begin(boolean left, int number) ->
          moved(state, left, move, state.net(), state.begun() | 1 << number, state.budget());
      case Move.Deliver(int message, boolean again) ->
          moved(
              state,
              !messages.get(message).fromLeft(),
              new Move.Deliver(message, false),
              again ? state.net() : without(state.net(), message),
              state.begun(),
              again ? fewerCopies(state.budget()) : state.budget());
      case Move.Lose(int message) ->
          new State(
              state.left(),
              state.right(),
              without(state.net(), message),
              state.begun(),
              fewerLosses(state.budget()));
      case Move.LoseAll() ->
          new State(state.left(), state.right(), List.of(), state.begun(), state.budget());
      case Move.Store(boolean left, int _) ->
          moved(state, left, move, state.net(), state.begun(), state.budget());
      case Move.Crash(boolean left, _, _) ->
          moved(state, left, move, state.net(), state.begun(), fewerCrashes(state.budget(), left));
      case Move.Sweep(boolean left) ->
          moved(state, left, move, state.net(), state.begun(), state.budget());
      case Move.Time _ -> {
        Budget rest = fewerWaits(state.budget());
        State half = moved(state, true, move, state.net(), state.begun(), rest);
        yield moved(half, false, move, half.net(), half.begun(), rest);
      }
    };
  }

  private static Budget fewerCopies(Budget of) {
    return new Budget(
        of.copies() - 1, of.losses(), of.leftCrashes(), of.rightCrashes(), of.waits());
  }

  private static Budget fewerLosses(Budget of) {
    return new Budget(
        of.copies(), of.losses() - 1, of.leftCrashes(), of.rightCrashes(), of.waits());
  }

  private static Budget fewerCrashes(Budget of, boolean left) {
    int less = left ? 1 : 0;
    return new Budget(
        of.copies(),
        of.losses(),
        of.leftCrashes() - less,
        of.rightCrashes() - 1 + less,
        of.waits());
  }

  /** Healing waits as long as it takes. */
  private static Budget fewerWaits(Budget of) {
    return new Budget(
        of.copies(), of.losses(), of.leftCrashes(), of.rightCrashes(), Math.max(0, of.waits() - 1));
  }

  private static List<Integer> without(List<Integer> net, int message) {
    List<Integer> rest = new ArrayList<>(net);
    rest.remove(/* index */ rest.indexOf(message));
    return List.copyOf(rest);
  }

  private State moved(
      State state, boolean left, Move move, List<Integer> net, int begun, Budget budget) {
    int from = left ? state.left() : state.right();
    SideMove key = new SideMove(from, move);
    SideStep step = steps.get(key);
    if (step == null) {
      step = take(from, move);
      steps.put(key, step);
    }
    List<Integer> all = new ArrayList<>(net);
    all.addAll(step.sent());
    all.sort(null);
    return left
        ? new State(step.side(), state.right(), List.copyOf(all), begun, budget)
        : new State(state.left(), step.side(), List.copyOf(all), begun, budget);
  }

  private SideStep take(int from, Move move) {
    SteppedSide side = ObjectGraph.copy(sides.get(from));
    perform(side, move);
    List<Integer> sent = new ArrayList<>();
    for (UdpDatagram datagram : side.sent()) {
      sent.add(number(new Message(side.left, datagram.natPort(), datagram.payload())));
    }
    return new SideStep(number(side), List.copyOf(sent));
  }

  private int number(Message message) {
    return messageNumbers.computeIfAbsent(
        message,
        _ -> {
          messages.add(message);
          return messages.size() - 1;
        });
  }

  private void perform(SteppedSide side, Move move) {
    switch (move) {
      case Move.Begin(_, int number) -> {
        side.throwDice(ObjectGraph.mix(salt, number));
        side.begin(opening(number)::wantedBy);
      }
      case Move.Deliver(int number, _) -> {
        Message message = messages.get(number);
        side.throwDice(ObjectGraph.mix(salt, ObjectGraph.ofOctets(message.octets())));
        side.received(message.octets(), message.natPort());
      }
      case Move.Store(_, int place) -> {
        side.throwDice(ObjectGraph.mix(salt, ObjectGraph.fingerprint(side.asked(place))));
        side.answered(place);
      }
      case Move.Crash(_, boolean reached, var succession) -> {
        side.throwDice(salt);
        side.crashed(reached, succession);
      }
      case Move.Sweep _ -> {
        side.throwDice(ObjectGraph.mix(salt, 77));
        side.swept();
      }
      case Move.Time(long atMillis) -> {
        side.throwDice(ObjectGraph.mix(salt, atMillis));
        side.due(atMillis);
      }
      case Move.Lose _, Move.LoseAll _ -> throw new AssertionError("no move of an end");
    }
  }

  private Opening opening(int number) {
    return number < leftOpens.size()
        ? leftOpens.get(number)
        : rightOpens.get(number - leftOpens.size());
  }

  // All of them

  private List<Move> moves(State state) {
    List<Move> moves = new ArrayList<>();
    int openings = leftOpens.size() + rightOpens.size();
    for (int number = 0; number < openings; number++) {
      if ((state.begun() & 1 << number) == 0) {
        moves.add(new Move.Begin(number < leftOpens.size(), number));
        if (number < leftOpens.size()) {
          number = leftOpens.size() - 1; // those of one end begin in their order
        } else {
          break;
        }
      }
    }
    for (int message : new HashSet<>(state.net())) {
      moves.add(new Move.Deliver(message, false));
      if (state.budget().copies() > 0) {
        moves.add(new Move.Deliver(message, true));
      }
      if (state.budget().losses() > 0) {
        moves.add(new Move.Lose(message));
      }
    }
    for (boolean left : List.of(true, false)) {
      SteppedSide side = sides.get(left ? state.left() : state.right());
      for (int place : side.answerable()) {
        moves.add(new Move.Store(left, place));
      }
      int crashes = left ? state.budget().leftCrashes() : state.budget().rightCrashes();
      if (crashes > 0) {
        addCrashes(side, moves);
      }
    }
    if (state.budget().waits() > 0) {
      wait(state).ifPresent(moves::add);
    }
    return moves;
  }

  private static void addCrashes(SteppedSide side, List<Move> moves) {
    boolean shared = side.store().spis().size() > 1;
    for (SteppedSide.Succession succession : SteppedSide.Succession.values()) {
      boolean two =
          succession == SteppedSide.Succession.TWO
              || succession == SteppedSide.Succession.TWO_REVERSED;
      if (!two || shared) {
        moves.add(new Move.Crash(side.left, false, succession));
        if (!side.answerable().isEmpty()) {
          moves.add(new Move.Crash(side.left, true, succession));
        }
      }
    }
  }

  /**
   * Goes through all of it, the shortest ways first.
   *
   * @param statesMax where to stop
   * @param check throws if both ends are not as they should be, once all is quiet
   */
  void explore(State start, int statesMax, Consumer<State> check) {
    Deque<State> open = new ArrayDeque<>();
    reached.put(start, new From(start, new Move.LoseAll()));
    open.add(start);
    while (!open.isEmpty() && reached.size() < statesMax) {
      State state = open.remove();
      List<Move> moves = moves(state);
      boolean ends =
          state.net().isEmpty() && moves.stream().noneMatch(Move.Store.class::isInstance);
      if (ends || !state.net().isEmpty()) {
        heal(state, check);
      }
      for (Move move : moves) {
        State next = guarded(state, move);
        if (!reached.containsKey(next)) {
          reached.put(next, new From(state, move));
          open.add(next);
        }
      }
    }
  }

  private State guarded(State state, Move move) {
    try {
      return apply(state, move);
    } catch (RuntimeException | AssertionError fault) {
      List<Move> path = path(state);
      path.add(move);
      throw new Fault(new Ladder(this, path, start(state)).text(), fault);
    }
  }

  /** What is on its way gets lost; then nothing gets lost any more, and time goes by. */
  private void heal(State from, Consumer<State> check) {
    State state = apply(from, new Move.LoseAll());
    List<Move> path = new ArrayList<>(List.of(new Move.LoseAll()));
    try {
      for (Optional<Move> next = healing(state);
          next.isPresent() && healing.add(state);
          next = healing(state)) {
        state = apply(state, next.get());
        path.add(next.get());
        if (path.size() > HEALING_MOVES_MAX) {
          throw new AssertionError("does not come to rest");
        }
      }
      if (healing(state).isEmpty() && quiet.add(state)) {
        check.accept(state);
      }
    } catch (RuntimeException | AssertionError fault) {
      List<Move> all = path(from);
      all.addAll(path);
      throw new Fault(new Ladder(this, all, start(from)).text(), fault);
    }
  }

  /** What happens next where nothing gets lost and nothing new begins. */
  Optional<Move> healing(State state) {
    for (boolean left : List.of(true, false)) {
      SteppedSide side = sides.get(left ? state.left() : state.right());
      if (!side.orphans().isEmpty()) {
        return Optional.of(new Move.Sweep(left));
      }
      if (!side.answerable().isEmpty()) {
        return Optional.of(new Move.Store(left, 0));
      }
    }
    if (!state.net().isEmpty()) {
      return Optional.of(new Move.Deliver(state.net().getFirst(), false));
    }
    return wait(state);
  }

  /** Until either end has something to do. */
  private Optional<Move> wait(State state) {
    SteppedSide left = sides.get(state.left());
    SteppedSide right = sides.get(state.right());
    long at = Math.min(left.nextMillis(), right.nextMillis());
    return at > START_MILLIS + HEALING_MILLIS
        ? Optional.empty()
        : Optional.of(new Move.Time(Math.max(at, left.nowMillis() + 1)));
  }

  private List<Move> path(State to) {
    Deque<Move> moves = new ArrayDeque<>();
    State at = to;
    for (From from = reached.get(at); from != null && !from.state().equals(at); ) {
      moves.push(from.move());
      at = from.state();
      from = reached.get(at);
    }
    return new ArrayList<>(moves);
  }

  private State start(State of) {
    State at = of;
    for (From from = reached.get(at); from != null && !from.state().equals(at); ) {
      at = from.state();
      from = reached.get(at);
    }
    return at;
  }
}
