package io.phalanx.replication.interlink;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.replication.Owner;
import io.phalanx.replication.interlink.LivenessTracker.Change;
import io.phalanx.replication.interlink.LivenessTracker.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LivenessTrackerTest {
  private static final long MS = 1_000_000;
  private static final long SUSPECT = 200 * MS;
  private static final Owner SELF = new Owner(1, 100);
  private static final long NONCE = 0xA11CE;
  private static final Owner OTHER = new Owner(2, 50);
  private static final Owner RESTARTED = new Owner(2, 51);

  private final Map<Owner, Long> counters = new HashMap<>();
  private long now = 5_000 * MS;
  private LivenessTracker tracker = new LivenessTracker(SELF, Set.of(2, 3), NONCE, SUSPECT, now);

  private static final Frame.Heard US = new Frame.Heard(1, 100, NONCE, true);

  private long nextCounter(Owner sender) {
    return counters.merge(sender, 1L, Long::sum);
  }

  private Verdict deliver(Owner sender, long counter, Frame.Heard... heard) {
    Verdict verdict = tracker.received(sender, counter, now);
    if (verdict != Verdict.STALE) {
      long startNonce = 1_000L + sender.incarnation();
      tracker.heartbeat(sender, counter, new Frame.Heartbeat(startNonce, List.of(heard)), now);
    }
    return verdict;
  }

  private void heartbeat(Owner sender, Frame.Heard... heard) {
    deliver(sender, nextCounter(sender), heard);
  }

  private List<Change> passing(long nanos) {
    List<Change> changes = new ArrayList<>(tracker.changes());
    for (long end = now + nanos; now < end; ) {
      now += Math.min(10 * MS, end - now);
      tracker.tick(now);
      changes.addAll(tracker.changes());
    }
    return changes;
  }

  private List<Integer> listed() {
    return tracker.heartbeat().heard().stream().map(Frame.Heard::incarnation).toList();
  }

  @Test
  void shouldBeAloneAtFirst() {
    assertThat(tracker.living()).containsExactly(SELF);
    assertThat(tracker.heartbeat()).isEqualTo(new Frame.Heartbeat(NONCE, List.of()));
  }

  @Test
  void shouldTakeAMemberForAliveOnceItEchoesOurNonce() {
    heartbeat(OTHER);
    assertThat(tracker.living()).containsExactly(SELF);
    assertThat(tracker.heartbeat().heard()).containsExactly(new Frame.Heard(2, 50, 1_050, false));
    heartbeat(OTHER, US);
    assertThat(tracker.changes()).containsExactly(new Change.Up(OTHER));
    assertThat(tracker.living()).containsExactlyInAnyOrder(SELF, OTHER);
    assertThat(tracker.heartbeat().heard()).containsExactly(new Frame.Heard(2, 50, 1_050, true));
  }

  @Test
  void shouldHaveHalfThePatienceWithAMemberThatTheStoreHasLost() {
    heartbeat(OTHER, US);
    passing(40 * MS);
    tracker.doubt(2);
    assertThat(passing(60 * MS)).doesNotContain(new Change.Down(OTHER));
    assertThat(passing(10 * MS)).containsExactly(new Change.Down(OTHER));
  }

  @Test
  void shouldTrustAMemberAgainThatGoesOn() {
    heartbeat(OTHER, US);
    tracker.doubt(2);
    passing(50 * MS);
    heartbeat(OTHER, US);
    assertThat(passing(190 * MS)).isEmpty();
    tracker.doubt(99); // no such member
  }

  @Test
  void shouldNotTakeARecordingFromBeforeOurStartForLife() {
    heartbeat(OTHER, new Frame.Heard(1, 100, 0xDEAD, true), new Frame.Heard(1, 99, NONCE, true));
    assertThat(tracker.changes()).isEmpty();
    assertThat(tracker.received(OTHER, 77, now)).isEqualTo(Verdict.UNPROVEN);
  }

  @Test
  void shouldSuspectAfterTheSilenceAndNotBefore() {
    heartbeat(OTHER, US);
    assertThat(passing(SUSPECT)).containsExactly(new Change.Up(OTHER));
    assertThat(passing(10 * MS)).containsExactly(new Change.Down(OTHER));
    assertThat(tracker.living()).containsExactly(SELF);
    assertThat(tracker.heartbeat().heard()).isEmpty();
  }

  @Test
  void shouldKnowWhomTheOthersHear() {
    Owner third = new Owner(3, 7);
    heartbeat(OTHER, US);
    heartbeat(third, US, new Frame.Heard(2, 50, 1_050, true));
    heartbeat(third, US, new Frame.Heard(2, 50, 1_050, true));
    assertThat(tracker.heardByOthers()).containsExactlyInAnyOrder(SELF, OTHER);
    heartbeat(third, US);
    assertThat(tracker.heardByOthers()).as("no longer").containsExactly(SELF);
    heartbeat(third, US, new Frame.Heard(2, 50, 1_050, true));
    passing(SUSPECT + 10 * MS);
    assertThat(tracker.heardByOthers()).as("by one that is silent itself").isEmpty();
  }

  @Test
  void shouldSuspectWhoDoesNotHearUs() {
    heartbeat(OTHER, US);
    tracker.changes();
    for (int i = 0; i < 10; i++) {
      heartbeat(OTHER);
      passing(25 * MS);
    }
    assertThat(tracker.living()).containsExactly(SELF);
    assertThat(tracker.heartbeat().heard()).as("or it would never hear us again").hasSize(1);
  }

  @Test
  void shouldComeBackAfterAPartition() {
    heartbeat(OTHER, US);
    assertThat(passing(1_000 * MS)).endsWith(new Change.Down(OTHER));
    heartbeat(OTHER);
    assertThat(tracker.living()).containsExactly(SELF);
    assertThat(listed()).containsExactly(50);
    heartbeat(OTHER, US);
    assertThat(tracker.changes()).containsExactly(new Change.Up(OTHER));
  }

  @Test
  void shouldNotReviveADeadLifeByARecordingOfIt() {
    long recorded = nextCounter(OTHER);
    deliver(OTHER, recorded, US);
    long later = nextCounter(OTHER);
    deliver(OTHER, later, US);
    assertThat(passing(1_000 * MS)).endsWith(new Change.Down(OTHER));
    assertThat(deliver(OTHER, recorded, US)).isEqualTo(Verdict.STALE);
    assertThat(deliver(OTHER, later, US)).isEqualTo(Verdict.STALE);
    assertThat(tracker.living()).containsExactly(SELF);
  }

  @Test
  void shouldRefuseWhatWasSentBeforeTheProof() {
    deliver(OTHER, 500, US);
    assertThat(tracker.received(OTHER, 499, now)).isEqualTo(Verdict.STALE);
    assertThat(tracker.received(OTHER, 500, now)).isEqualTo(Verdict.STALE);
    assertThat(tracker.received(OTHER, 501, now)).isEqualTo(Verdict.FRESH);
    assertThat(tracker.received(OTHER, 501, now)).isEqualTo(Verdict.STALE);
  }

  @Test
  void shouldEndALifeWhenTheNextOneIsProven() {
    heartbeat(OTHER, US);
    tracker.changes();
    heartbeat(RESTARTED);
    assertThat(tracker.living()).contains(OTHER);
    heartbeat(RESTARTED, US);
    assertThat(tracker.changes()).containsExactly(new Change.Down(OTHER), new Change.Up(RESTARTED));
    assertThat(tracker.living()).containsExactlyInAnyOrder(SELF, RESTARTED);
    assertThat(listed()).containsExactly(51);
  }

  @Test
  void shouldNotGoBackToAnEarlierLife() {
    heartbeat(RESTARTED, US);
    tracker.changes();
    heartbeat(OTHER, US);
    heartbeat(OTHER, US);
    assertThat(tracker.changes()).isEmpty();
    assertThat(tracker.living()).containsExactlyInAnyOrder(SELF, RESTARTED);
  }

  @Test
  void shouldTakeTheNextLifeAcrossTheWrapOfIncarnations() {
    heartbeat(new Owner(2, 65_535), US);
    heartbeat(new Owner(2, 0), US);
    assertThat(tracker.living()).containsExactlyInAnyOrder(SELF, new Owner(2, 0));
  }

  @Test
  void shouldFollowAMemberThatFlaps() {
    for (int i = 0; i < 20; i++) {
      heartbeat(OTHER, US);
      assertThat(passing(300 * MS)).containsExactly(new Change.Up(OTHER), new Change.Down(OTHER));
    }
  }

  @Test
  void shouldStayUpWithLossBelowTheSilence() {
    heartbeat(OTHER, US);
    tracker.changes();
    for (int i = 0; i < 20; i++) {
      assertThat(passing(190 * MS)).isEmpty();
      heartbeat(OTHER, US);
    }
  }

  @Test
  void shouldSuspectNobodyAfterAPauseOfItsOwn() {
    heartbeat(OTHER, US);
    tracker.changes();
    now += 3_000 * MS;
    tracker.tick(now);
    assertThat(tracker.changes()).containsExactly(new Change.SelfPaused(3_000 * MS));
    assertThat(tracker.living()).contains(OTHER);
    assertThat(passing(SUSPECT)).isEmpty();
    assertThat(passing(10 * MS)).containsExactly(new Change.Down(OTHER));
  }

  @Test
  void shouldNoticeItsOwnPauseByWhatComesFirst() {
    heartbeat(OTHER, US);
    tracker.changes();
    now += 3_000 * MS;
    heartbeat(OTHER, US);
    assertThat(tracker.changes()).containsExactly(new Change.SelfPaused(3_000 * MS));
  }

  @Test
  void shouldTakeAGoodbyeForTheEnd() {
    heartbeat(OTHER, US);
    tracker.changes();
    assertThat(tracker.received(OTHER, nextCounter(OTHER), now)).isEqualTo(Verdict.FRESH);
    tracker.goodbye(OTHER, now);
    assertThat(tracker.changes()).containsExactly(new Change.Left(OTHER));
    heartbeat(OTHER, US);
    assertThat(tracker.living()).containsExactly(SELF);
    heartbeat(RESTARTED, US);
    assertThat(tracker.living()).contains(RESTARTED);
  }

  @Test
  void shouldReportALifeThatGoesOnBesideItsSuccessor() {
    heartbeat(OTHER, US);
    heartbeat(RESTARTED, US);
    tracker.changes();
    heartbeat(OTHER, US);
    assertThat(tracker.changes()).as("may have been late").isEmpty();
    assertThat(listed()).containsExactly(51);
    heartbeat(OTHER, US);
    assertThat(tracker.changes()).containsExactly(new Change.Duplicate(OTHER));
    assertThat(listed()).containsExactly(51, 50);
  }

  @Test
  void shouldReportAnotherProcessWithOurOwnId() {
    Frame.Heard another = new Frame.Heard(1, 99, 0xB0B, true);
    heartbeat(OTHER, US, another);
    passing(2 * SUSPECT - 20 * MS);
    heartbeat(OTHER, US, another);
    assertThat(tracker.duplicate()).as("may be a life of ours that is over").isEmpty();
    passing(20 * MS);
    heartbeat(OTHER, US, new Frame.Heard(1, 99, 0xB0B, false));
    assertThat(tracker.duplicate()).as("may be a recording").isEmpty();
    heartbeat(OTHER, US, another);
    assertThat(tracker.duplicate()).contains(new Owner(1, 99));
    heartbeat(OTHER, US, another);
    assertThat(tracker.changes().stream().filter(Change.Duplicate.class::isInstance)).hasSize(1);
  }

  @Test
  void shouldKnowNobodyButTheConfiguredMembers() {
    Owner stranger = new Owner(9, 1);
    assertThat(deliver(stranger, 1, US)).isEqualTo(Verdict.STALE);
    assertThat(deliver(SELF, 1, US)).isEqualTo(Verdict.STALE);
    assertThat(tracker.living()).containsExactly(SELF);
  }
}
