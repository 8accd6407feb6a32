package io.phalanx.replication.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.datapath.LeaseWish;
import io.phalanx.datapath.SaUsage;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owner;
import io.phalanx.replication.image.SaClusterImage.Limits;
import io.phalanx.replication.lease.LeaseEffect.Grant;
import io.phalanx.replication.lease.LeaseEffect.Lost;
import io.phalanx.replication.lease.LeaseEffect.Probe;
import io.phalanx.replication.lease.LeaseEffect.Refuse;
import io.phalanx.replication.lease.LeaseEffect.SetLimits;
import io.phalanx.replication.lease.LeaseEffect.Settle;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LeaseBookTest {
  private static final int SA = 0x1234_5678;
  private static final long MS = 1_000_000;
  private static final Fence FENCE = new Fence(new Owner(1, 100), 3);

  private final LeaseBook book = new LeaseBook();
  private long now;

  private List<LeaseEffect> step(LeaseEvent event) {
    return book.step(event, now);
  }

  private void track(long outLease, long inLimit) {
    assertThat(step(new LeaseEvent.Tracked(SA, FENCE, new Limits(outLease, inLimit)))).isEmpty();
  }

  private List<LeaseEffect> wish(long next, int waiting, long inTop, long inWaitingTop) {
    return step(new LeaseEvent.Wished(new LeaseWish(SA, next, waiting, 0, inTop, inWaitingTop, 0)));
  }

  private SetLimits asked(List<LeaseEffect> effects) {
    assertThat(effects).hasSize(1);
    return (SetLimits) effects.getFirst();
  }

  private List<LeaseEffect> answer(SetLimits ask, Outcome outcome) {
    return step(new LeaseEvent.Answered(ask.ticket(), outcome));
  }

  private List<LeaseEffect> tickAfter(long nanos) {
    now += nanos;
    return step(new LeaseEvent.Tick());
  }

  private static SaUsage usage(long next, long inTop, long idleNanos) {
    return new SaUsage(SA, 0, 0, 0, 0, next, inTop, idleNanos);
  }

  /** Brings a tracked lease to the store call of a settling. */
  private SetLimits settling(long inTop) {
    Probe probe = (Probe) tickAfter(100 * MS).getFirst();
    Settle settle =
        (Settle)
            step(new LeaseEvent.Probed(probe.ticket(), Optional.of(usage(1, inTop, 200 * MS))))
                .getFirst();
    step(new LeaseEvent.Lowered(settle.ticket(), inTop));
    return asked(step(new LeaseEvent.Settled(settle.ticket())));
  }

  @Test
  void shouldAskForTheSmallestLeasesWhenTheRateIsNotKnown() {
    track(65, 4);
    SetLimits ask = asked(wish(33, 0, 4, 5));
    assertThat(ask.fence()).isEqualTo(FENCE);
    assertThat(ask.outLease()).isEqualTo(33 + 64);
    assertThat(ask.inLimit()).isEqualTo(5);
  }

  @Test
  void shouldReserveNothingAheadOfPacketsThatAreRare() {
    track(65, 0);
    for (long number = 1; number < 50; number++) {
      SetLimits ask = asked(wish(1, 0, number - 1, number));
      assertThat(ask.inLimit()).isEqualTo(number);
      answer(ask, Outcome.DONE);
      assertThat(wish(1, 0, number, 0)).as("no call").containsExactly(new Grant(SA, 65, number));
      assertThat(tickAfter(120 * MS)).as("nothing to settle").isEmpty();
    }
  }

  @Test
  void shouldReserveAFewNumbersAheadOfASlowFlow() {
    track(65, 0);
    SetLimits ask = asked(wish(1, 0, 0, 1));
    for (long number = 2; number < 50; number++) {
      answer(ask, Outcome.DONE);
      now += 60 * MS;
      ask = asked(wish(1, 0, number * 4 - 1, number * 4));
    }
    assertThat(ask.inLimit()).isEqualTo(49 * 4 + LeaseSizes.IN_MIN);
  }

  @Test
  void shouldGrantOnlyAfterTheStoreHasIt() {
    track(65, 4);
    SetLimits ask = asked(wish(33, 0, 2, 0));
    assertThat(tickAfter(10 * MS)).isEmpty();
    assertThat(answer(ask, Outcome.DONE)).containsExactly(new Grant(SA, 97, 4));
    assertThat(answer(ask, Outcome.DONE)).isEmpty();
  }

  @Test
  void shouldReachBeyondWhatWaits() {
    track(65, 4);
    SetLimits ask = asked(wish(65, 100, 4, 5000));
    assertThat(ask.outLease()).isEqualTo(65 + 100 + 64);
    assertThat(ask.inLimit()).isEqualTo(5000);
  }

  @Test
  void shouldSizeLeasesByTheRate() {
    track(65, 4);
    long out = 1;
    long in = 0;
    SetLimits ask = asked(wish(out, 1, in, 0));
    for (int i = 0; i < 20; i++) {
      answer(ask, Outcome.DONE);
      now += 20 * MS;
      out += 2_000;
      in += 200;
      ask = asked(wish(out, 0, in, 0));
    }
    assertThat(ask.outLease() - out).isBetween(99_000L, 101_000L);
    assertThat(ask.inLimit() - in).isBetween(490L, 510L);
  }

  /** Packets that waited for a take-over come at once: they tell nothing of the peer's rate. */
  @Test
  void shouldReserveNothingForTheBurstOfATakeOver() {
    track(1, 32);
    SetLimits first = asked(wish(1, 0, 32, 33));
    assertThat(first.inLimit()).isEqualTo(33);
    answer(first, Outcome.DONE);
    now += MS / 2;
    SetLimits second = asked(wish(1, 0, 33, 45));
    assertThat(second.inLimit()).isEqualTo(45);
  }

  @Test
  void shouldBoundLeasesAtAnyRate() {
    track(65, 4);
    SetLimits ask = asked(wish(1, 1, 0, 0));
    for (long number = 1L << 30; number < 1L << 40; number += 1L << 30) {
      answer(ask, Outcome.DONE);
      now += 2 * MS;
      ask = asked(wish(number, 0, number, 0));
      assertThat(ask.outLease() - number).isLessThanOrEqualTo(LeaseSizes.OUT_MAX);
      assertThat(ask.inLimit() - number).isLessThanOrEqualTo(LeaseSizes.IN_MAX);
    }
  }

  @Test
  void shouldNotTakeASkipOfThePeerForTraffic() {
    track(65, 4);
    answer(asked(wish(1, 0, 4, 5)), Outcome.DONE);
    now += 1000 * MS;
    SetLimits ask = asked(wish(1, 0, 5, 1_000_000));
    assertThat(ask.inLimit()).isBetween(1_000_000L, 1_000_300L);
  }

  @Test
  void shouldStretchLeasesWhenTheStoreIsSlow() {
    track(65, 4);
    long in = 0;
    SetLimits ask = asked(wish(1, 1, in, 0));
    for (int i = 0; i < 40; i++) {
      now += 200 * MS;
      answer(ask, Outcome.DONE);
      in = ask.inLimit();
      ask = asked(wish(1, 0, in, in + 1));
    }
    assertThat(ask.inLimit() - in).isGreaterThan(1000);
  }

  @Test
  void shouldRefuseWhenTheOutcomeIsUnknown() {
    track(65, 4);
    SetLimits ask = asked(wish(33, 0, 2, 0));
    assertThat(answer(ask, Outcome.UNKNOWN)).containsExactly(new Refuse(SA));
    SetLimits again = asked(wish(33, 0, 2, 0));
    assertThat(again.outLease()).isEqualTo(97);
    assertThat(answer(again, Outcome.DONE)).containsExactly(new Grant(SA, 97, 4));
  }

  @Test
  void shouldNeverAskForALowerOutboundLeaseThanTheStoreMayHold() {
    track(65, 4);
    answer(asked(wish(33, 1000, 4, 0)), Outcome.UNKNOWN);
    assertThat(asked(wish(33, 0, 4, 5)).outLease()).isEqualTo(33 + 1000 + 64);
  }

  @Test
  void shouldTellTheLossAndForget() {
    track(65, 4);
    assertThat(answer(asked(wish(33, 0, 2, 0)), Outcome.FENCED)).containsExactly(new Lost(SA));
    assertThat(book.size()).isZero();
    assertThat(wish(33, 0, 2, 0)).containsExactly(new Refuse(SA));
    track(65, 4);
    assertThat(answer(asked(wish(33, 0, 2, 0)), Outcome.GONE)).containsExactly(new Lost(SA));
  }

  @Test
  void shouldIgnoreAnswersToALeaseThatWasReplaced() {
    track(65, 4);
    SetLimits old = asked(wish(33, 0, 2, 0));
    Fence newer = new Fence(new Owner(1, 100), 5);
    step(new LeaseEvent.Tracked(SA, newer, new Limits(500, 50)));
    assertThat(answer(old, Outcome.FENCED)).isEmpty();
    assertThat(asked(wish(480, 0, 48, 0)).fence()).isEqualTo(newer);
  }

  @Test
  void shouldGrantNothingOnceForgotten() {
    track(65, 4);
    SetLimits ask = asked(wish(33, 0, 2, 0));
    step(new LeaseEvent.Forgotten(SA));
    assertThat(answer(ask, Outcome.DONE)).isEmpty();
    assertThat(tickAfter(1000 * MS)).isEmpty();
    assertThat(book.wakeAtNanos()).isEqualTo(TrackedLease.NEVER);
  }

  @Test
  void shouldLowerAtThePacketPathBeforeTheStore() {
    track(65, 64);
    List<LeaseEffect> due = tickAfter(100 * MS);
    Probe probe = (Probe) due.getFirst();
    List<LeaseEffect> quiet =
        step(new LeaseEvent.Probed(probe.ticket(), Optional.of(usage(1, 10, 150 * MS))));
    assertThat(quiet).singleElement().isInstanceOf(Settle.class);
    Settle settle = (Settle) quiet.getFirst();
    assertThat(step(new LeaseEvent.Lowered(settle.ticket(), 10))).isEmpty();
    SetLimits ask = asked(step(new LeaseEvent.Settled(settle.ticket())));
    assertThat(ask.outLease()).isEqualTo(65);
    assertThat(ask.inLimit()).isEqualTo(10);
    assertThat(answer(ask, Outcome.DONE)).isEmpty();
    assertThat(book.wakeAtNanos()).as("a settled SA is left alone").isEqualTo(TrackedLease.NEVER);
  }

  @Test
  void shouldNotSettleWhilePacketsCome() {
    track(65, 24);
    for (int i = 1; i < 20; i++) {
      Probe probe = (Probe) tickAfter(100 * MS).getFirst();
      assertThat(step(new LeaseEvent.Probed(probe.ticket(), Optional.of(usage(1, i, 20 * MS)))))
          .isEmpty();
    }
  }

  @Test
  void shouldSettleALimitThatIsFarTooHighEvenUnderTraffic() {
    track(65, 1_000_000);
    Probe probe = (Probe) tickAfter(100 * MS).getFirst();
    assertThat(step(new LeaseEvent.Probed(probe.ticket(), Optional.of(usage(1, 10, 0)))))
        .singleElement()
        .isInstanceOf(Settle.class);
  }

  @Test
  void shouldHoldARaiseBackWhileALoweringIsInFlight() {
    track(65, 64);
    SetLimits lowering = settling(10);
    assertThat(wish(1, 0, 10, 11)).isEmpty();
    SetLimits raise = asked(answer(lowering, Outcome.DONE));
    assertThat(raise.inLimit()).isEqualTo(11);
  }

  @Test
  void shouldCountALoweringOfUnknownOutcomeAsLowered() {
    track(65, 64);
    SetLimits lowering = settling(10);
    assertThat(answer(lowering, Outcome.UNKNOWN)).isEmpty();
    SetLimits raise = asked(wish(40, 0, 10, 0));
    assertThat(raise.inLimit()).as("outbound traffic leaves inbound settled").isEqualTo(10);
  }

  @Test
  void shouldGoOnWhenThereWasNothingToLower() {
    track(65, 64);
    Probe probe = (Probe) tickAfter(100 * MS).getFirst();
    Settle settle =
        (Settle)
            step(new LeaseEvent.Probed(probe.ticket(), Optional.of(usage(1, 10, 200 * MS))))
                .getFirst();
    assertThat(wish(40, 0, 12, 0)).isEmpty();
    assertThat(asked(step(new LeaseEvent.Settled(settle.ticket()))).inLimit()).isEqualTo(64);
  }

  @Test
  void shouldAskTheStoreAboutEachWhenInDoubt() {
    track(65, 4);
    SetLimits ask = asked(step(new LeaseEvent.Doubted()));
    assertThat(ask.outLease()).isEqualTo(65);
    assertThat(ask.inLimit()).isEqualTo(4);
    assertThat(answer(ask, Outcome.FENCED)).containsExactly(new Lost(SA));
  }
}
