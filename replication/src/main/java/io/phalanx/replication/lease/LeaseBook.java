package io.phalanx.replication.lease;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * The leases of all SA clusters that this member owns: events and time in, effects out. Bounded by
 * the SA clusters that are tracked.
 *
 * <p>Times are those of a monotonic clock, from 0 up.
 */
final class LeaseBook {
  private record Alarm(long atNanos, int saId) implements Comparable<Alarm> {
    @Override
    public int compareTo(Alarm other) {
      return Long.compare(atNanos, other.atNanos);
    }
  }

  /** Serials of the leases of one SA cluster follow each other, so that old answers are known. */
  private static final long SERIALS_PER_LEASE = 1L << 40;

  private final Map<Integer, TrackedLease> leases = new HashMap<>();
  private final PriorityQueue<Alarm> alarms = new PriorityQueue<>();

  /** The earliest alarm of each SA cluster in the queue; others in there are stale. */
  private final Map<Integer, Long> alarmed = new HashMap<>();

  private final RoundTrip roundTrip = new RoundTrip();
  private List<LeaseEffect> effects = new ArrayList<>();
  private long nextSerial;

  List<LeaseEffect> step(LeaseEvent event, long nowNanos) {
    handle(event, nowNanos);
    List<LeaseEffect> done = effects;
    effects = new ArrayList<>();
    return done;
  }

  /** When {@link LeaseEvent.Tick} is due; {@link TrackedLease#NEVER} for not at all. */
  long wakeAtNanos() {
    Alarm first = alarms.peek();
    return first == null ? TrackedLease.NEVER : first.atNanos();
  }

  int size() {
    return leases.size();
  }

  private void handle(LeaseEvent event, long nowNanos) {
    switch (event) {
      case LeaseEvent.Tracked tracked -> track(tracked, nowNanos);
      case LeaseEvent.Forgotten(var saId) -> leases.remove(saId);
      case LeaseEvent.Wished(var wish) -> {
        Optional<TrackedLease> lease = lease(wish.saId());
        lease.ifPresentOrElse(
            tracked -> tracked.wish(wish, nowNanos),
            () -> effects.add(new LeaseEffect.Refuse(wish.saId())));
        alarm(wish.saId());
      }
      case LeaseEvent.Doubted _ ->
          leases.forEach(
              (saId, lease) -> {
                lease.doubt(nowNanos);
                alarm(saId);
              });
      case LeaseEvent.Answered(var ticket, var outcome) ->
          lease(ticket.saId())
              .ifPresent(
                  lease -> {
                    if (!lease.answered(ticket, outcome, nowNanos)) {
                      leases.remove(ticket.saId());
                      effects.add(new LeaseEffect.Lost(ticket.saId()));
                    }
                    alarm(ticket.saId());
                  });
      case LeaseEvent.Probed(var ticket, var usage) -> {
        lease(ticket.saId()).ifPresent(lease -> lease.probed(ticket, usage, nowNanos));
        alarm(ticket.saId());
      }
      case LeaseEvent.Lowered(var ticket, var limit) ->
          lease(ticket.saId()).ifPresent(lease -> lease.lowered(ticket, limit));
      case LeaseEvent.Settled(var ticket) -> {
        lease(ticket.saId()).ifPresent(lease -> lease.settled(ticket, nowNanos));
        alarm(ticket.saId());
      }
      case LeaseEvent.Tick _ -> tick(nowNanos);
    }
  }

  private void track(LeaseEvent.Tracked tracked, long nowNanos) {
    int saId = tracked.saId();
    if (lease(saId).filter(known -> known.fence().equals(tracked.fence())).isPresent()) {
      return;
    }
    TrackedLease lease =
        new TrackedLease(
            saId,
            tracked.fence(),
            tracked.limits(),
            nextSerial,
            roundTrip,
            effect -> effects.add(effect));
    nextSerial += SERIALS_PER_LEASE;
    leases.put(saId, lease);
    lease.start(nowNanos);
    alarm(saId);
  }

  private Optional<TrackedLease> lease(int saId) {
    return Optional.ofNullable(leases.get(saId));
  }

  /** Puts an alarm in the queue if the lease has none there that is early enough. */
  private void alarm(int saId) {
    long at = lease(saId).map(TrackedLease::wakeAtNanos).orElse(TrackedLease.NEVER);
    if (at < alarmed.getOrDefault(saId, TrackedLease.NEVER)) {
      alarmed.put(saId, at);
      alarms.add(new Alarm(at, saId));
    }
  }

  private void tick(long nowNanos) {
    while (wakeAtNanos() <= nowNanos) {
      Alarm due = alarms.remove();
      int saId = due.saId();
      if (!alarmed.remove(saId, due.atNanos())) {
        continue;
      }
      lease(saId)
          .filter(lease -> lease.wakeAtNanos() <= nowNanos)
          .ifPresent(lease -> lease.wake(nowNanos));
      alarm(saId);
    }
  }
}
