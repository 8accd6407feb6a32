package io.phalanx.replication.lease;

import io.phalanx.datapath.LeaseWish;
import io.phalanx.datapath.SaUsage;
import io.phalanx.replication.image.SaClusterImage.Limits;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** The rules that the packet path follows for one SA cluster, without packets. */
final class SimulatedPacketPath {
  private final int saId;
  private final Set<Long> seen = new HashSet<>();
  private final TreeSet<Long> waiting = new TreeSet<>();
  private final long inSeen;
  private long next;
  private int outWaiting;
  private long outLease;
  private long outHalf;
  private long inTop;
  private long inLimit;
  private long inHalf;
  private boolean told;
  private long lastInNanos;

  /** A successor: nothing below its limits is its own. */
  SimulatedPacketPath(int saId, Limits limits) {
    this.saId = saId;
    this.next = limits.outLease();
    this.outLease = limits.outLease();
    this.outHalf = outLease;
    this.inSeen = limits.inLimit();
    this.inTop = inSeen;
    this.inLimit = inSeen;
    this.inHalf = inSeen;
  }

  /** The number of a packet to be sent, or none yet. */
  OptionalLong send() {
    if (next < outLease) {
      return OptionalLong.of(next++);
    }
    outWaiting = Math.min(outWaiting + 1, 16);
    return OptionalLong.empty();
  }

  /** Whether an authenticated packet is accepted at once. */
  boolean receive(long number, long nowNanos) {
    if (number <= inSeen || seen.contains(number)) {
      return false;
    }
    if (number > inLimit) {
      if (waiting.size() < 16) {
        waiting.add(number);
      }
      return false;
    }
    return accept(number, nowNanos);
  }

  private boolean accept(long number, long nowNanos) {
    seen.add(number);
    inTop = Math.max(inTop, number);
    lastInNanos = nowNanos;
    return true;
  }

  Optional<LeaseWish> wish() {
    boolean due =
        outWaiting > 0
            || !waiting.isEmpty()
            || next > outHalf
            || (inTop > inHalf && inTop > inSeen);
    if (told || !due) {
      return Optional.empty();
    }
    told = true;
    long inWaitingTop = waiting.isEmpty() ? 0 : waiting.last();
    return Optional.of(
        new LeaseWish(saId, next, outWaiting, outLease, inTop, inWaitingTop, inLimit));
  }

  void grant(long newOutLease, long newInLimit) {
    told = false;
    outLease = Math.max(outLease, newOutLease);
    inLimit = Math.max(inLimit, newInLimit);
    outHalf = next + (outLease - next) / 2;
    inHalf = inTop + (inLimit - inTop) / 2;
  }

  void refused() {
    told = false;
  }

  /** A number that has waited and is accepted now. */
  OptionalLong acceptWaiting(long nowNanos) {
    if (waiting.isEmpty() || waiting.first() > inLimit) {
      return OptionalLong.empty();
    }
    long number = waiting.removeFirst();
    return receive(number, nowNanos) ? OptionalLong.of(number) : OptionalLong.empty();
  }

  OptionalLong sendWaiting() {
    if (outWaiting == 0 || next >= outLease) {
      return OptionalLong.empty();
    }
    outWaiting--;
    return send();
  }

  OptionalLong settle() {
    if (inLimit <= inTop || !waiting.isEmpty()) {
      return OptionalLong.empty();
    }
    inLimit = inTop;
    inHalf = inTop;
    return OptionalLong.of(inLimit);
  }

  SaUsage usage(long nowNanos) {
    return new SaUsage(saId, 0, 0, 0, 0, next, inTop, nowNanos - lastInNanos);
  }
}
