package io.phalanx.it.sim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is to happen in one run, all of it data: the same plan and seed make the same run.
 *
 * @param nanos how long things go wrong; time to recover comes after it
 */
record Plan(
    long seed, int members, int peers, long nanos, Mutation mutation, List<Planned> faults) {
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000 * MILLI;
  private static final long FIRST_NANOS = 3 * SECOND;
  private static final long RECOVERY_NANOS = 3 * SECOND;
  private static final int PEERS_MIN = 2;
  private static final int PEERS_MAX = 4;

  /** A fault and when it strikes. */
  record Planned(long atNanos, Fault fault) {}

  /** A member that is not as it should be, until the store has all copies again. */
  private record Hurt(int member, long untilNanos) {}

  static Plan of(long seed, int members, long nanos, Mutation mutation) {
    Dice dice = new Dice(seed).of("plan");
    int peers = (int) dice.between(PEERS_MIN, PEERS_MAX);
    List<Planned> faults = new ArrayList<>();
    List<Hurt> hurt = new ArrayList<>();
    // As a rule no more members at once than there are copies; else sessions may be lost, whole.
    int hurtMax =
        dice.chance(150) ? members - 1 : Math.min(Sites.backups(members), (members - 1) / 2);
    for (long at = FIRST_NANOS; at < nanos; at += dice.between(100 * MILLI, 1500 * MILLI)) {
      long now = at;
      hurt.removeIf(each -> each.untilNanos() < now);
      for (Fault fault : draw(dice, members, peers)) {
        Set<Integer> hit = hit(fault);
        Set<Integer> all = new TreeSet<>(hit);
        hurt.forEach(each -> all.add(each.member()));
        if (hit.isEmpty()
            || (all.size() <= hurtMax && hurt.stream().noneMatch(h -> hit.contains(h.member())))) {
          faults.add(new Planned(at, fault));
          hit.forEach(member -> hurt.add(new Hurt(member, now + lasting(fault) + RECOVERY_NANOS)));
        }
      }
    }
    faults.sort(Comparator.comparingLong(Planned::atNanos));
    return new Plan(seed, members, peers, nanos, mutation, List.copyOf(faults));
  }

  private static List<Fault> draw(Dice dice, int members, int peers) {
    int member = 1 + dice.below(members);
    int other = 1 + (member + dice.below(members - 1)) % members;
    int peer = dice.below(peers);
    long down = dice.between(300 * MILLI, 3 * SECOND);
    return switch (dice.below(15)) {
      case 0 -> List.of(new Fault.Crash(member, down));
      case 1 ->
          List.of(
              new Fault.CrashAtCommit(member, dice.chance(500), down),
              new Fault.Rekey(peer, dice.chance(300)));
      case 2 -> List.of(new Fault.Freeze(member, dice.between(50 * MILLI, 4 * SECOND)));
      case 3 -> List.of(new Fault.Cut(List.of(member), dice.between(200 * MILLI, 3 * SECOND)));
      case 4 -> List.of(new Fault.OneWay(member, other, dice.between(200 * MILLI, 2 * SECOND)));
      case 5 -> List.of(new Fault.SetBack(member, dice.between(0, 120 * SECOND) / MILLI));
      case 6 -> List.of(new Fault.PauseStore(member, dice.between(50 * MILLI, 3 * SECOND)));
      case 7 ->
          List.of(new Fault.LoseBackups(dice.below(200), dice.between(500 * MILLI, 2 * SECOND)));
      case 8 -> List.of(new Fault.Rough(dice.below(250), dice.between(500 * MILLI, 3 * SECOND)));
      case 9 -> List.of(new Fault.Drain(member, down));
      case 10, 11 -> List.of(new Fault.Rebalance(peer));
      case 12 -> List.of(new Fault.Rekey(peer, dice.chance(300)));
      default -> List.of(new Fault.Replay(peer, 20 + dice.below(100)));
    };
  }

  /** The members whose copies may be lost, or not reachable. */
  private static Set<Integer> hit(Fault fault) {
    return switch (fault) {
      case Fault.Crash(int member, _) -> Set.of(member);
      case Fault.CrashAtCommit(int member, _, _) -> Set.of(member);
      case Fault.Freeze(int member, _) -> Set.of(member);
      case Fault.Cut(List<Integer> members, _) -> Set.copyOf(members);
      case Fault.OneWay(int from, int to, _) -> Set.of(from, to);
      case Fault.Drain(int member, _) -> Set.of(member);
      case Fault.PauseStore(int member, _) -> Set.of(member);
      case Fault.SetBack _,
          Fault.LoseBackups _,
          Fault.Rough _,
          Fault.Rebalance _,
          Fault.Replay _,
          Fault.Rekey _ ->
          Set.of();
    };
  }

  private static long lasting(Fault fault) {
    return switch (fault) {
      case Fault.Crash(_, long nanos) -> nanos;
      case Fault.CrashAtCommit(_, _, long nanos) -> nanos + 2 * SECOND;
      case Fault.Freeze(_, long nanos) -> nanos;
      case Fault.Cut(_, long nanos) -> nanos;
      case Fault.OneWay(_, _, long nanos) -> nanos;
      case Fault.Drain(_, long nanos) -> nanos + 5 * SECOND;
      case Fault.PauseStore(_, long nanos) -> nanos;
      case Fault.SetBack _,
          Fault.LoseBackups _,
          Fault.Rough _,
          Fault.Rebalance _,
          Fault.Replay _,
          Fault.Rekey _ ->
          0;
    };
  }
}
