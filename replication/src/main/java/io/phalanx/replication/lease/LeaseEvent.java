package io.phalanx.replication.lease;

import io.phalanx.datapath.LeaseWish;
import io.phalanx.datapath.SaUsage;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.image.SaClusterImage.Limits;
import java.util.Optional;

/** What {@link LeaseBook} is told. */
sealed interface LeaseEvent {
  /** This member owns the SA cluster from now on; the limits are in the store and in force. */
  record Tracked(int saId, Fence fence, Limits limits) implements LeaseEvent {}

  record Forgotten(int saId) implements LeaseEvent {}

  record Wished(LeaseWish wish) implements LeaseEvent {}

  /** Every fence may have been lost: ask the store. */
  record Doubted() implements LeaseEvent {}

  record Answered(Ticket ticket, Outcome outcome) implements LeaseEvent {}

  record Probed(Ticket ticket, Optional<SaUsage> usage) implements LeaseEvent {}

  /** The packet path has lowered its limit. */
  record Lowered(Ticket ticket, long inLimit) implements LeaseEvent {}

  /** The packet path is through with settling, whether it has lowered its limit or not. */
  record Settled(Ticket ticket) implements LeaseEvent {}

  /** Some time has gone by. */
  record Tick() implements LeaseEvent {}

  /** Tells which request an answer belongs to; never used twice. */
  record Ticket(int saId, long serial) {}
}
