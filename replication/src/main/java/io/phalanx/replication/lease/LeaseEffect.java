package io.phalanx.replication.lease;

import io.phalanx.replication.Fence;
import io.phalanx.replication.lease.LeaseEvent.Ticket;

/** What {@link LeaseBook} wants done; requests are answered by an event with the same ticket. */
sealed interface LeaseEffect {
  /** Answered by {@link LeaseEvent.Answered}. */
  record SetLimits(Ticket ticket, Fence fence, long outLease, long inLimit)
      implements LeaseEffect {}

  /** How far inbound is, and for how long it has been quiet; {@link LeaseEvent.Probed}. */
  record Probe(Ticket ticket) implements LeaseEffect {}

  /** Answered by {@link LeaseEvent.Lowered}, if so, and then {@link LeaseEvent.Settled}. */
  record Settle(Ticket ticket) implements LeaseEffect {}

  record Grant(int saId, long outLease, long inLimit) implements LeaseEffect {}

  record Refuse(int saId) implements LeaseEffect {}

  /** Somebody else owns it, or it is gone. It is not tracked any more. */
  record Lost(int saId) implements LeaseEffect {}
}
