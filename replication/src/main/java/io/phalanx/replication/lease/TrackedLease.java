package io.phalanx.replication.lease;

import io.phalanx.datapath.LeaseWish;
import io.phalanx.datapath.SaUsage;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.image.SaClusterImage.Limits;
import io.phalanx.replication.lease.LeaseEvent.Ticket;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The leases of one SA cluster.
 *
 * <p>What must hold: the limits in force on the packet path never exceed those in the store. So a
 * raise is granted after the store has acknowledged it, and a lowering is in force before the store
 * is asked. Every call carries limits that are at least those in force from its start to its
 * answer, which makes it harmless to happen, or not, without an answer; for that a raise and a
 * settling never run at the same time: {@link State} is one of them or none.
 *
 * <pre>
 *            wish                    answered
 *   Idle ───────────► Raising ─────────────────► Idle      (granted)
 *    │                   └────── unknown ──────► Idle      (refused)
 *    │ quiet             lowered
 *    └──────► Settling ─────────► Lowering ────► Idle      (whatever the outcome)
 *                 └── nothing to lower ────────► Idle
 * </pre>
 */
final class TrackedLease {
  /** A time that never comes. */
  static final long NEVER = Long.MAX_VALUE;

  private sealed interface State {
    record Idle() implements State {}

    record Raising(Ticket ticket, Limits limits, long sinceNanos) implements State {}

    record Settling(Ticket ticket, OptionalLong lowered) implements State {}

    record Lowering(Ticket ticket, long sinceNanos) implements State {}
  }

  private final int saId;
  private final Fence fence;
  private final RoundTrip roundTrip;
  private final Consumer<LeaseEffect> effects;
  private final RateMeter outRate = new RateMeter(0);
  private final RateMeter inRate = new RateMeter(LeaseSizes.IN_BURST_NANOS);

  private State state = new State.Idle();
  private Optional<LeaseWish> waiting = Optional.empty();
  private Optional<Ticket> probe = Optional.empty();
  private long serial;

  /** In force on the packet path. */
  private long outLease;

  private long inLimit;

  /** The highest outbound lease the store may hold: one it has not answered about may be in it. */
  private long outAsked;

  /** The highest inbound number known to be accepted. */
  private long inTop;

  private long wakeAtNanos = NEVER;

  TrackedLease(
      int saId,
      Fence fence,
      Limits limits,
      long firstSerial,
      RoundTrip roundTrip,
      Consumer<LeaseEffect> effects) {
    this.saId = saId;
    this.fence = fence;
    this.outLease = limits.outLease();
    this.inLimit = limits.inLimit();
    this.outAsked = limits.outLease();
    this.serial = firstSerial;
    this.roundTrip = roundTrip;
    this.effects = effects;
  }

  Fence fence() {
    return fence;
  }

  /** When {@link #wake} is to be called; {@link #NEVER} for not at all. */
  long wakeAtNanos() {
    return wakeAtNanos;
  }

  void start(long nowNanos) {
    idle(nowNanos);
  }

  void wish(LeaseWish wish, long nowNanos) {
    outRate.read(wish.nextOutbound() + wish.outWaiting(), nowNanos);
    inRate.read(Math.max(wish.inTop(), wish.inWaitingTop()), nowNanos);
    inTop = Math.max(inTop, wish.inTop());
    switch (state) {
      case State.Idle _ -> raise(wish, nowNanos);
      case State.Raising _, State.Settling _, State.Lowering _ -> waiting = Optional.of(wish);
    }
  }

  /** Asks the store whether the fence is in force, by asking for what is granted already. */
  void doubt(long nowNanos) {
    if (state instanceof State.Idle) {
      ask(new Limits(outAsked, inLimit), nowNanos);
    }
  }

  private void raise(LeaseWish wish, long nowNanos) {
    long outAhead = LeaseSizes.outbound(outRate, roundTrip.nanos());
    long out = saturatedSum(saturatedSum(wish.nextOutbound(), wish.outWaiting()), outAhead);
    long inNeeded = Math.max(wish.inTop(), wish.inWaitingTop());
    long inAhead = LeaseSizes.inbound(inRate, roundTrip.nanos());
    // Traffic in one direction leaves the other one settled.
    boolean forOutbound = out - outLease >= outAhead / 2;
    long in =
        forOutbound && inNeeded == inLimit
            ? inLimit
            : Math.max(inLimit, saturatedSum(inNeeded, inAhead));
    Limits limits = new Limits(Math.max(outAsked, out), in);
    if (limits.outLease() == outLease && limits.inLimit() == inLimit) {
      effects.accept(new LeaseEffect.Grant(saId, outLease, inLimit));
      idle(nowNanos);
    } else {
      ask(limits, nowNanos);
    }
  }

  private void ask(Limits limits, long nowNanos) {
    Ticket ticket = ticket();
    outAsked = limits.outLease();
    state = new State.Raising(ticket, limits, nowNanos);
    wakeAtNanos = NEVER;
    effects.accept(new LeaseEffect.SetLimits(ticket, fence, limits.outLease(), limits.inLimit()));
  }

  /** Whether the SA cluster is still owned. */
  boolean answered(Ticket ticket, Outcome outcome, long nowNanos) {
    return switch (state) {
      case State.Raising(var asked, var limits, var since) when asked.equals(ticket) ->
          raised(limits, since, outcome, nowNanos);
      case State.Lowering(var asked, var since) when asked.equals(ticket) -> {
        if (outcome == Outcome.DONE) {
          roundTrip.took(nowNanos - since);
        }
        idle(nowNanos);
        yield owned(outcome);
      }
      case State.Raising _, State.Lowering _, State.Idle _, State.Settling _ -> true;
    };
  }

  private boolean raised(Limits limits, long sinceNanos, Outcome outcome, long nowNanos) {
    switch (outcome) {
      case DONE -> {
        roundTrip.took(nowNanos - sinceNanos);
        outLease = limits.outLease();
        inLimit = limits.inLimit();
        effects.accept(new LeaseEffect.Grant(saId, outLease, inLimit));
        idle(nowNanos);
      }
      case UNKNOWN -> {
        // The packet path waits a moment before it wishes again, and longer each time.
        waiting = Optional.empty();
        effects.accept(new LeaseEffect.Refuse(saId));
        idle(nowNanos);
      }
      case FENCED, GONE -> {}
    }
    return owned(outcome);
  }

  private static boolean owned(Outcome outcome) {
    return outcome != Outcome.FENCED && outcome != Outcome.GONE;
  }

  void wake(long nowNanos) {
    switch (state) {
      case State.Idle _ -> {
        Ticket ticket = ticket();
        probe = Optional.of(ticket);
        wakeAtNanos = NEVER;
        effects.accept(new LeaseEffect.Probe(ticket));
      }
      case State.Raising _, State.Settling _, State.Lowering _ -> wakeAtNanos = NEVER;
    }
  }

  void probed(Ticket ticket, Optional<SaUsage> usage, long nowNanos) {
    if (!probe.equals(Optional.of(ticket))) {
      return;
    }
    probe = Optional.empty();
    if (!(state instanceof State.Idle)) {
      return;
    }
    if (usage.isEmpty()) {
      probeIn(LeaseSizes.QUIET_NANOS_MAX, nowNanos);
      return;
    }
    SaUsage seen = usage.get();
    outRate.read(seen.nextOutbound(), nowNanos);
    inRate.read(seen.inTop(), nowNanos);
    inTop = Math.max(inTop, seen.inTop());
    long quietNanos = LeaseSizes.quietNanos(inRate, roundTrip.nanos());
    boolean quiet = seen.inboundIdleNanos() >= quietNanos;
    if (inLimit > inTop
        && (quiet || LeaseSizes.excessive(inLimit - inTop, inRate, roundTrip.nanos()))) {
      Ticket settling = ticket();
      state = new State.Settling(settling, OptionalLong.empty());
      effects.accept(new LeaseEffect.Settle(settling));
    } else {
      probeIn(Math.max(quietNanos - seen.inboundIdleNanos(), LeaseSizes.QUIET_NANOS_MIN), nowNanos);
    }
  }

  void lowered(Ticket ticket, long limit) {
    if (state instanceof State.Settling(var asked, _) && asked.equals(ticket)) {
      if (limit > inLimit) {
        throw new IllegalStateException("settling has raised the limit");
      }
      inLimit = limit;
      inTop = Math.max(inTop, limit);
      state = new State.Settling(asked, OptionalLong.of(limit));
    }
  }

  void settled(Ticket ticket, long nowNanos) {
    if (state instanceof State.Settling(var asked, var lowered) && asked.equals(ticket)) {
      if (lowered.isEmpty()) {
        idle(nowNanos);
        return;
      }
      Ticket lowering = ticket();
      state = new State.Lowering(lowering, nowNanos);
      effects.accept(new LeaseEffect.SetLimits(lowering, fence, outAsked, lowered.getAsLong()));
    }
  }

  private void idle(long nowNanos) {
    state = new State.Idle();
    Optional<LeaseWish> next = waiting;
    waiting = Optional.empty();
    if (next.isPresent()) {
      raise(next.get(), nowNanos);
    } else {
      probeIn(LeaseSizes.quietNanos(inRate, roundTrip.nanos()), nowNanos);
    }
  }

  /** An SA that is settled needs no watching: only a wish can change that. */
  private void probeIn(long nanos, long nowNanos) {
    wakeAtNanos = inLimit > inTop && probe.isEmpty() ? nowNanos + nanos : NEVER;
  }

  private Ticket ticket() {
    return new Ticket(saId, serial++);
  }

  private static long saturatedSum(long a, long b) {
    return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
  }
}
