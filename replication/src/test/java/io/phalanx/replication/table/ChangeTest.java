package io.phalanx.replication.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.datapath.PeerPath;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owner;
import io.phalanx.replication.table.Step.Effect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChangeTest {
  private static final Owner FIRST = new Owner(1, 10);
  private static final Owner SECOND = new Owner(2, 20);
  private static final Fence FENCE = new Fence(FIRST, 3);
  private static final byte[] BODY = {1, 2, 3};
  private static final Optional<PeerPath> PATH = path(4500);
  private static final Optional<PeerPath> NEW_PATH = path(4501);

  private static final Lineage ENDED_BY_FIRST =
      new Lineage(List.of(new Lineage.Former(FIRST, 1000, 500, 50)), false);

  private final Stored stored =
      new Stored(new Header(FIRST, 3, 99, 50, 1000, 500, 0xabc, PATH), BODY);

  private static Optional<PeerPath> path(int port) {
    return Optional.of(
        new PeerPath(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), port), 0));
  }

  @Test
  void aClaimShouldAddOneToTheEpochAndKeepTheRest() {
    Stored claimed = after(new Change.Claim(3, SECOND));
    assertThat(claimed)
        .isEqualTo(
            new Stored(new Header(SECOND, 4, 0, 0, 1000, 500, 0xabc, PATH, ENDED_BY_FIRST), BODY));
  }

  @Test
  void aClaimOfAnotherEpochShouldAnswerWhatIsThere() {
    Step step = new Change.Claim(2, SECOND).present(stored);
    assertThat(step)
        .isEqualTo(new Step(new Answer.WithEntry(Outcome.FENCED, stored), new Effect.Keep()));
  }

  @Test
  void aTakeOverRunTwiceShouldAnswerTheSame() {
    Change takeOver = new Change.TakeOver(FIRST, SECOND, 7);
    Stored once = after(takeOver);
    Step again = takeOver.present(once);
    assertThat(again.answer()).isEqualTo(takeOver.present(stored).answer());
    assertThat(again.effect()).as("to the backups").isEqualTo(takeOver.present(stored).effect());
  }

  @Test
  void aHandOverShouldNameTheSuccessorAndTheExactLimits() {
    assertThat(after(handOver(51)))
        .isEqualTo(
            new Stored(new Header(SECOND, 4, 7, 0, 700, 450, 0xabc, PATH, ENDED_BY_FIRST), BODY));
  }

  @Test
  void aHandOverRunTwiceShouldAnswerTheSame() {
    Step again = handOver(51).present(after(handOver(51)));
    assertThat(again.answer()).isEqualTo(handOver(51).present(stored).answer());
    assertThat(again.effect())
        .as("to the backups")
        .isEqualTo(handOver(51).present(stored).effect());
  }

  @Test
  void aHandOverShouldNotUndoWhatCameAfterIt() {
    Stored begun = after(handOver(51));
    Stored claimed = new Stored(begun.header().claimedBy(SECOND, 0), BODY);
    assertThat(handOver(51).present(claimed)).isEqualTo(Step.refuse(Outcome.FENCED));
    Stored reclaimed = after(new Change.Claim(3, FIRST));
    assertThat(handOver(51).present(reclaimed)).isEqualTo(Step.refuse(Outcome.FENCED));
    assertThat(handOver(49).present(stored)).isEqualTo(Step.refuse(Outcome.UNKNOWN));
  }

  private static Change handOver(long order) {
    return new Change.HandOver(FENCE, order, SECOND, 7, 700, 450);
  }

  @Test
  void aTakeOverShouldNotTakeFromTheLiving() {
    Stored claimed = after(new Change.Claim(3, SECOND));
    Step late = new Change.TakeOver(FIRST, SECOND, 7).present(claimed);
    assertThat(late).isEqualTo(Step.refuse(Outcome.FENCED));
  }

  @Test
  void limitsRunTwiceShouldBeDoneTwice() {
    Change raise = new Change.SetLimits(FENCE, 51, 2000, 900);
    Step again = raise.present(after(raise));
    assertThat(again).isEqualTo(raise.present(stored));
    assertThat(again.answer().outcome()).isEqualTo(Outcome.DONE);
  }

  @Test
  void aLateChangeShouldBeRefusedAsUnknown() {
    assertThat(new Change.SetLimits(FENCE, 49, 2000, 900).present(stored))
        .isEqualTo(Step.refuse(Outcome.UNKNOWN));
    assertThat(new Change.Replace(FENCE, 49, BODY).present(stored))
        .isEqualTo(Step.refuse(Outcome.UNKNOWN));
    Stored early = new Stored(new Header(FIRST, 3, 99, 49, 0, 0, 0, PATH), BODY);
    assertThat(new Change.Create(early).present(stored)).isEqualTo(Step.refuse(Outcome.UNKNOWN));
  }

  @Test
  void aNewOwnerShouldCountItsChangesFromTheStart() {
    Stored claimed = after(new Change.Claim(3, SECOND));
    Step step = new Change.SetLimits(new Fence(SECOND, 4), 1, 1000, 600).present(claimed);
    assertThat(step.answer().outcome()).isEqualTo(Outcome.DONE);
  }

  @Test
  void aCreationTriedAgainShouldNotLowerLimits() {
    Stored again = new Stored(new Header(FIRST, 3, 99, 60, 65, 64, 0xabc, PATH), BODY);
    Stored after = put(new Change.Create(again).present(stored));
    assertThat(after.header().outLease()).isEqualTo(1000);
    assertThat(after.header().inLimit()).isEqualTo(500);
  }

  @Test
  void aCreationForAnotherSessionShouldBeRefused() {
    Stored other = new Stored(new Header(FIRST, 3, 98, 60, 65, 64, 0xabc, PATH), BODY);
    assertThat(new Change.Create(other).present(stored)).isEqualTo(Step.refuse(Outcome.GONE));
  }

  @Test
  void shouldMoveWhoeverOwnsIt() {
    assertThat(after(new Change.Move(0xdef, NEW_PATH.orElseThrow())).header())
        .isEqualTo(new Header(FIRST, 3, 99, 50, 1000, 500, 0xdef, NEW_PATH));
  }

  @Test
  void shouldDiscardOnlyWhatHangsOnThatIkeSa() {
    assertThat(new Change.Discard(0xabc).present(stored))
        .isEqualTo(Step.done(new Effect.Delete(), stored));
    assertThat(new Change.Discard(0xdef).present(stored)).isEqualTo(Step.refuse(Outcome.GONE));
  }

  @Test
  void aFollowerShouldOnlyGoOnAndKeepItsPlace() {
    Stored route = new Stored(new Header(SECOND, 4, 0, 0, 1, 1, 0x111, NEW_PATH), new byte[] {9});
    assertThat(after(new Change.Follow(route)))
        .isEqualTo(new Stored(new Header(SECOND, 4, 0, 0, 1000, 500, 0xabc, PATH), BODY));
    Stored older = new Stored(new Header(SECOND, 3, 0, 0, 1, 1, 0x111, PATH), BODY);
    assertThat(new Change.Follow(older).present(stored)).isEqualTo(Step.refuse(Outcome.FENCED));
    assertThat(put(new Change.Follow(older).absent())).isEqualTo(older);
  }

  @Test
  void aCounterShouldTakeTheProposalOnlyAhead() {
    assertThat(count(5, 7, 16)).isEqualTo(7);
    assertThat(count(7, 7, 16)).isEqualTo(8);
    assertThat(count(9, 7, 16)).isEqualTo(10);
    assertThat(count(65_530, 4, 16)).as("goes round").isEqualTo(65_536 + 4);
    assertThat(count(65_536 + 4, 65_535, 16)).isEqualTo(65_536 + 5);
    assertThat(count(0, 32_768, 16)).as("half the circle is behind").isEqualTo(1);
    assertThat(count(0, 32_767, 16)).isEqualTo(32_767);
  }

  private static long count(long last, long proposed, int bits) {
    Stored counter =
        new Stored(new Header(new Owner(0, 0), last, 0, 0, 0, 0, 0, Optional.empty()), new byte[0]);
    return put(new Change.Count(proposed, bits).present(counter)).header().epoch();
  }

  private Stored after(Change change) {
    return switch (change.present(stored).effect()) {
      case Effect.Put(Stored after) -> after;
      case Effect.PutHeader(Header header) -> new Stored(header, stored.body());
      case Effect.Keep() -> stored;
      case Effect.Delete() -> throw new AssertionError("deleted");
    };
  }

  private static Stored put(Step step) {
    if (step.effect() instanceof Effect.Put(Stored after)) {
      return after;
    }
    throw new AssertionError("nothing put: " + step);
  }
}
