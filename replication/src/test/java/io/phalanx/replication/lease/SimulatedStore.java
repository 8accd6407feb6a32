package io.phalanx.replication.lease;

import io.phalanx.replication.Fence;
import io.phalanx.replication.LeaseStore;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owner;
import io.phalanx.replication.image.SaClusterImage.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** One entry. Changes happen some time after the call, answers some time after that, or never. */
final class SimulatedStore implements LeaseStore {
  Fence fence;
  Limits limits;
  long lowerings;

  private final Random random;
  private final List<Call> calls = new ArrayList<>();

  private static final class Call {
    final Fence fence;
    final Limits limits;
    final CompletableFuture<Outcome> answer = new CompletableFuture<>();
    boolean carriedOut;
    Outcome outcome = Outcome.UNKNOWN;

    Call(Fence fence, Limits limits) {
      this.fence = fence;
      this.limits = limits;
    }
  }

  SimulatedStore(Random random, Fence fence, Limits limits) {
    this.random = random;
    this.fence = fence;
    this.limits = limits;
  }

  @Override
  public CompletionStage<Outcome> setLimits(int saId, Fence asker, long outLease, long inLimit) {
    Call call = new Call(asker, new Limits(outLease, inLimit));
    calls.add(call);
    return call.answer;
  }

  Limits claim(Owner claimant) {
    fence = new Fence(claimant, fence.epoch() + 1);
    return limits;
  }

  /**
   * Something happens to some call. One that is answered as unknown has happened, or never will.
   */
  void step() {
    if (calls.isEmpty()) {
      return;
    }
    Call call = calls.get(random.nextInt(calls.size()));
    if (!call.carriedOut && random.nextInt(8) != 0) {
      carryOut(call);
      call.carriedOut = true;
    } else {
      calls.remove(call);
      boolean lost = random.nextInt(6) == 0;
      call.answer.complete(lost ? Outcome.UNKNOWN : call.outcome);
    }
  }

  private void carryOut(Call call) {
    if (!call.fence.equals(fence)) {
      call.outcome = Outcome.FENCED;
      return;
    }
    assertOrdered(call);
    lowerings += call.limits.inLimit() < limits.inLimit() ? 1 : 0;
    limits = call.limits;
    call.outcome = Outcome.DONE;
  }

  private void assertOrdered(Call call) {
    if (call.limits.outLease() < limits.outLease()) {
      throw new AssertionError("an outbound lease was lowered");
    }
    if (calls.stream().filter(other -> other.fence.equals(call.fence)).count() != 1) {
      throw new AssertionError("two calls of one owner in flight");
    }
  }
}
