package io.phalanx.replication.lease;

import io.phalanx.replication.Fence;
import io.phalanx.replication.Owner;
import io.phalanx.replication.image.SaClusterImage.Limits;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;

/** A cluster of two members and one SA, under virtual time, from a seed. */
final class LeaseSimulation {
  private static final int SA = 4711;

  private final Random random;
  private final SimulatedStore store;
  private final Member[] members = new Member[2];
  private final Set<Long> sent = new HashSet<>();
  private final Set<Long> accepted = new HashSet<>();
  private long peerNumber;
  private long nowNanos;
  int claims;
  long settled;

  /** One member: its lease book, its packet path, and the queue between the two. */
  private final class Member {
    final Owner owner;
    final LeaseBook book = new LeaseBook();
    final Deque<Runnable> toPacketPath = new ArrayDeque<>();
    final Deque<LeaseEvent> toBook = new ArrayDeque<>();
    Optional<SimulatedPacketPath> path = Optional.empty();

    Member(int id) {
      this.owner = new Owner(id, 1);
    }

    void install(Fence fence, Limits limits) {
      path = Optional.of(new SimulatedPacketPath(SA, limits));
      toBook.add(new LeaseEvent.Forgotten(SA));
      toBook.add(new LeaseEvent.Tracked(SA, fence, limits));
    }

    /** The lease thread takes one thing out of its queue. */
    void stepBook() {
      LeaseEvent event =
          toBook.isEmpty() || (book.wakeAtNanos() <= nowNanos && random.nextBoolean())
              ? new LeaseEvent.Tick()
              : toBook.removeFirst();
      book.step(event, nowNanos).forEach(this::carryOut);
    }

    void carryOut(LeaseEffect effect) {
      switch (effect) {
        case LeaseEffect.SetLimits(var ticket, var fence, var out, var in) ->
            store
                .setLimits(SA, fence, out, in)
                .thenAccept(o -> toBook.add(new LeaseEvent.Answered(ticket, o)));
        case LeaseEffect.Probe(var ticket) ->
            onPath(p -> toBook.add(new LeaseEvent.Probed(ticket, Optional.of(p.usage(nowNanos)))));
        case LeaseEffect.Settle(var ticket) ->
            onPath(
                p -> {
                  p.settle().ifPresent(l -> toBook.add(new LeaseEvent.Lowered(ticket, l)));
                  toBook.add(new LeaseEvent.Settled(ticket));
                });
        case LeaseEffect.Grant(_, var out, var in) -> onPath(p -> p.grant(out, in));
        case LeaseEffect.Refuse _ -> onPath(SimulatedPacketPath::refused);
        case LeaseEffect.Lost _ -> path = Optional.empty();
      }
    }

    private void onPath(Consumer<SimulatedPacketPath> action) {
      toPacketPath.add(() -> path.ifPresent(action));
    }

    void stepPath() {
      if (!toPacketPath.isEmpty()) {
        toPacketPath.removeFirst().run();
      }
      path.ifPresent(
          p -> {
            p.acceptWaiting(nowNanos).ifPresent(LeaseSimulation.this::accept);
            p.sendWaiting().ifPresent(LeaseSimulation.this::send);
            p.wish().ifPresent(wish -> toBook.add(new LeaseEvent.Wished(wish)));
          });
    }
  }

  LeaseSimulation(int seed) {
    this.random = new Random(seed);
    this.store = new SimulatedStore(random, new Fence(new Owner(1, 1), 1), new Limits(1, 0));
    members[0] = new Member(1);
    members[1] = new Member(2);
    members[0].install(store.fence, store.limits);
  }

  void step() {
    nowNanos += random.nextInt(40) == 0 ? 120_000_000 : random.nextInt(1_000_000);
    Member member = members[random.nextInt(2)];
    switch (random.nextInt(14)) {
      case 0, 1, 2, 3 -> member.stepBook();
      case 4, 5, 6 -> member.stepPath();
      case 7, 8, 9 -> store.step();
      case 10, 11 -> member.path.ifPresent(p -> receive(p, peerNumber()));
      case 12 -> member.path.ifPresent(p -> p.send().ifPresent(this::send));
      default -> {
        if (random.nextInt(24) == 0) {
          claim(member);
        }
      }
    }
    settled = store.lowerings;
  }

  private void claim(Member claimant) {
    Limits limits = store.claim(claimant.owner);
    claimant.install(store.fence, limits);
    claims++;
  }

  /** The next number, an old one again, or one far ahead. */
  private long peerNumber() {
    return switch (random.nextInt(16)) {
      case 0 -> Math.max(1, peerNumber - random.nextInt(30));
      case 1 -> peerNumber += random.nextInt(200);
      default -> ++peerNumber;
    };
  }

  private void receive(SimulatedPacketPath path, long number) {
    if (path.receive(number, nowNanos)) {
      accept(number);
    }
  }

  private void accept(long number) {
    if (!accepted.add(number)) {
      throw new AssertionError("accepted twice: " + number);
    }
  }

  private void send(long number) {
    if (!sent.add(number)) {
      throw new AssertionError("sent twice: " + number);
    }
  }

  long sent() {
    return sent.size();
  }

  long accepted() {
    return accepted.size();
  }
}
