package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.datapath.SubSaSpec;
import io.phalanx.node.ike.Interleavings.Budget;
import io.phalanx.node.ike.Interleavings.State;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.ChildRef;
import io.phalanx.replication.image.IkeSaImage.Phase;
import io.phalanx.replication.image.SaClusterImage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** What must be true of two ends once all is quiet between them. */
final class Agreement {
  private final Interleavings all;
  private final SteppedSide leftBefore;
  private final SteppedSide rightBefore;
  private final List<Opening> leftOpens;
  private final List<Opening> rightOpens;
  private final boolean crashes;

  Agreement(
      Interleavings all,
      State before,
      List<Opening> leftOpens,
      List<Opening> rightOpens,
      Budget budget) {
    this.all = all;
    this.leftBefore = all.side(before.left());
    this.rightBefore = all.side(before.right());
    this.leftOpens = leftOpens;
    this.rightOpens = rightOpens;
    this.crashes = budget.leftCrashes() + budget.rightCrashes() > 0;
  }

  void check(State state) {
    SteppedSide left = all.side(state.left());
    SteppedSide right = all.side(state.right());
    nothingHalfDone(left);
    nothingHalfDone(right);
    sameIkeSas(left, right);
    sameChildren(left, right);
    whatWasAsked(state, left, right);
  }

  private static void nothingHalfDone(SteppedSide side) {
    for (IkeSaImage image : side.images()) {
      assertThat(image.phase()).as("phase").isEqualTo(Phase.ESTABLISHED);
      assertThat(image.requests()).as("requests in flight").isEmpty();
      assertThat(image.rekeyedByPeer()).as("rekeys begun").isEmpty();
      assertThat(image.expiresAtMillis()).as("end").isZero();
    }
    assertThat(side.images().stream().map(IkeSaImage::localSpi).sorted().toList())
        .as("IKE SAs in the store")
        .isEqualTo(side.store().spis());
    assertThat(side.carried().keySet())
        .as("Child SAs carried")
        .isEqualTo(side.store().children().keySet());
    Map<Integer, Long> named = new HashMap<>();
    for (IkeSaImage image : side.images()) {
      image.children().forEach(child -> named.put(child.saId(), image.localSpi()));
    }
    assertThat(side.store().childOf()).as("whose Child SAs").isEqualTo(named);
    for (IkeSaImage stored : side.store().images()) {
      assertThat(side.images().stream().filter(each -> each.localSpi() == stored.localSpi()))
          .as("the image and what it is of")
          .allSatisfy(each -> assertThat(each.children()).isEqualTo(stored.children()));
    }
  }

  /** An answered liveness check need not be in the image of a member that dies. */
  private void sameIds(long next, long expected) {
    assertThat(next - expected).as("message id").isBetween(0L, crashes ? 8L : 0L);
  }

  private void sameIkeSas(SteppedSide left, SteppedSide right) {
    Map<Long, IkeSaImage> theirs = new HashMap<>();
    right.images().forEach(each -> theirs.put(each.localSpi(), each));
    assertThat(left.images().stream().map(IkeSaImage::peerSpi))
        .as("IKE SAs")
        .containsExactlyInAnyOrderElementsOf(theirs.keySet());
    for (IkeSaImage ours : left.images()) {
      IkeSaImage other = Objects.requireNonNull(theirs.get(ours.peerSpi()));
      assertThat(other.peerSpi()).as("SPI").isEqualTo(ours.localSpi());
      assertThat(other.keys()).as("keys").isEqualTo(ours.keys());
      assertThat(other.initiator()).as("initiator").isNotEqualTo(ours.initiator());
      sameIds(ours.nextOwnId(), other.nextPeerId());
      sameIds(other.nextOwnId(), ours.nextPeerId());
      assertThat(other.children().stream().map(ChildRef::outboundSpi))
          .as("Child SAs of an IKE SA")
          .containsExactlyInAnyOrderElementsOf(
              ours.children().stream().map(ChildRef::inboundSpi).toList());
    }
  }

  private static void sameChildren(SteppedSide left, SteppedSide right) {
    Map<Integer, SubSaSpec> theirs = new HashMap<>();
    for (SaClusterImage image : right.store().children().values()) {
      theirs.put(image.subSas().getFirst().outboundSpi(), image.subSas().getFirst());
    }
    assertThat(left.store().children()).as("Child SAs").hasSameSizeAs(theirs);
    for (SaClusterImage image : left.store().children().values()) {
      SubSaSpec ours = image.subSas().getFirst();
      SubSaSpec other = Objects.requireNonNull(theirs.get(ours.inboundSpi()));
      assertThat(other.inboundSpi()).as("SPI").isEqualTo(ours.outboundSpi());
      assertThat(other.inboundEncryption()).as("key").isEqualTo(ours.outboundEncryption());
      assertThat(other.outboundEncryption()).as("key").isEqualTo(ours.inboundEncryption());
    }
  }

  private boolean asked(Opening opening) {
    return leftOpens.contains(opening) || rightOpens.contains(opening);
  }

  private static long count(SteppedSide side, String child) {
    return side.images().stream()
        .flatMap(each -> each.children().stream())
        .filter(each -> each.child().equals(child))
        .count();
  }

  /** A wish that waits in a member dies with it; what was begun does not. */
  private void whatWasAsked(State state, SteppedSide left, SteppedSide right) {
    boolean allBegun = state.begun() == (1 << (leftOpens.size() + rightOpens.size())) - 1;
    if (asked(Opening.DELETE_IKE)) {
      if (!crashes && allBegun) {
        assertThat(firstIkeSas(left)).as("IKE SAs to be closed").isEmpty();
      }
      return;
    }
    assertThat(firstIkeSas(left)).as("IKE SAs").hasSize(1);
    int clones = left.images().size() - 1;
    // An end that wants two wants the same twice.
    long clonesAsked =
        Stream.of(leftOpens, rightOpens).filter(each -> each.contains(Opening.CLONE_IKE)).count();
    assertThat(clones).as("clones").isBetween(0, 2);
    boolean rekeyed = firstIkeSas(left).getFirst().localSpi() != spi(leftBefore);
    boolean twice = leftOpens.contains(Opening.NEW_CHILD) && rightOpens.contains(Opening.NEW_CHILD);
    assertThat(count(left, Opening.SECOND)).as("second child").isLessThanOrEqualTo(twice ? 2 : 1);
    assertThat(count(left, Opening.FIRST))
        .as("first child")
        .isBetween(asked(Opening.DELETE_CHILD) ? 0L : 1L, 1L);
    if (crashes || !allBegun) {
      return;
    }
    assertThat(clones).as("clones").isGreaterThanOrEqualTo((int) clonesAsked);
    assertThat(clones > 0).as("cloned").isEqualTo(asked(Opening.CLONE_IKE));
    assertThat(rekeyed).as("IKE SA rekeyed").isEqualTo(asked(Opening.REKEY_IKE));
    if (asked(Opening.NEW_CHILD)) {
      assertThat(count(left, Opening.SECOND)).as("second child").isPositive();
    }
    boolean gone = asked(Opening.REKEY_CHILD) || asked(Opening.DELETE_CHILD);
    for (int old : leftBefore.store().children().keySet()) {
      assertThat(left.carried().containsKey(old)).as("the old Child SA").isNotEqualTo(gone);
    }
    assertThat(
            rightBefore.store().children().keySet().stream().anyMatch(right.carried()::containsKey))
        .as("the old Child SA")
        .isNotEqualTo(gone);
  }

  /** The IKE SA that there was, or what has taken its place. */
  private static List<IkeSaImage> firstIkeSas(SteppedSide side) {
    return side.images().stream().filter(each -> !each.extensions().cloned()).toList();
  }

  private static long spi(SteppedSide side) {
    return side.images().getFirst().localSpi();
  }
}
