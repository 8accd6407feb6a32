package io.phalanx.replication.table;

import io.phalanx.datapath.PeerPath;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Owner;
import java.util.Optional;

/**
 * The part of an entry that stays in the clear, so that a change can be judged where the entry
 * lives, without a key.
 *
 * @param owner who may change the entry
 * @param epoch counts the owners, from 1; in a counter, the count
 * @param token tells apart who created or took over the entry: whoever repeats that gets the answer
 *     again. In a lease of an address, the session
 * @param order number of the last change in this epoch, in the order of the owner's calls
 * @param outLease only numbers below it may be sent
 * @param inLimit only numbers up to it may be accepted
 * @param ikeSpi our SPI of the IKE SA that an SA cluster hangs on; it moves from one to the next.
 *     In an IKE SA, the session
 * @param path where the peer of an SA cluster is; it may move, too. Empty for everything else
 * @param lineage how it came to this epoch
 */
public record Header(
    Owner owner,
    long epoch,
    long token,
    long order,
    long outLease,
    long inLimit,
    long ikeSpi,
    Optional<PeerPath> path,
    Lineage lineage) {
  /** Of an entry whose former epochs are not known, or that has none. */
  public Header(
      Owner owner,
      long epoch,
      long token,
      long order,
      long outLease,
      long inLimit,
      long ikeSpi,
      Optional<PeerPath> path) {
    this(owner, epoch, token, order, outLease, inLimit, ikeSpi, path, Lineage.NONE);
  }

  /** Of a new entry that has no limits and hangs on nothing. */
  static Header created(Fence fence, long token, long order) {
    return new Header(fence.owner(), fence.epoch(), token, order, 0, 0, 0, Optional.empty());
  }

  public Fence fence() {
    return new Fence(owner, epoch);
  }

  /** Somebody else's from now on. The new owner counts its changes from the start. */
  Header claimedBy(Owner claimant, long claimToken) {
    return succeededBy(claimant, claimToken, outLease, inLimit);
  }

  /** Somebody else's from now on, by the will of its owner, who has used no number beyond these. */
  Header handedTo(Owner successor, long handoverToken, long exactOut, long exactIn) {
    return succeededBy(successor, handoverToken, exactOut, exactIn);
  }

  private Header succeededBy(Owner next, long nextToken, long out, long in) {
    Lineage onward = lineage.after(Lineage.Former.of(this));
    return new Header(next, epoch + 1, nextToken, 0, out, in, ikeSpi, path, onward);
  }

  /** Owned like another entry. */
  Header following(Header other) {
    return new Header(
        other.owner, other.epoch, other.token, other.order, outLease, inLimit, ikeSpi, path);
  }

  Header changed(long at) {
    return new Header(owner, epoch, token, at, outLease, inLimit, ikeSpi, path, lineage);
  }

  /** An outbound lease never goes back: numbers below it may have been sent. */
  Header limited(long at, long newOutLease, long newInLimit) {
    long raised = Math.max(outLease, newOutLease);
    return new Header(owner, epoch, token, at, raised, newInLimit, ikeSpi, path, lineage);
  }

  /** With the session of an IKE SA, by which it is found. */
  Header ofSession(long sessionId) {
    return new Header(owner, epoch, token, order, outLease, inLimit, sessionId, path, lineage);
  }

  Header movedTo(long newIkeSpi, PeerPath newPath) {
    return new Header(
        owner, epoch, token, order, outLease, inLimit, newIkeSpi, Optional.of(newPath), lineage);
  }

  /** With the larger limits of both. */
  Header limitedLike(Header other) {
    return new Header(
        owner,
        epoch,
        token,
        order,
        Math.max(outLease, other.outLease),
        Math.max(inLimit, other.inLimit),
        ikeSpi,
        path,
        lineage.forked(lineage.forked() || other.lineage.forked()));
  }

  /** Of the same owner, who has to claim it anew: above both, with the larger limits of both. */
  Header above(Header other) {
    return new Header(
        owner,
        Math.max(epoch, other.epoch) + 1,
        0,
        0,
        Math.max(outLease, other.outLease),
        Math.max(inLimit, other.inLimit),
        ikeSpi,
        path,
        lineage.after(Lineage.Former.of(this)));
  }

  Header forked(boolean nowForked) {
    return with(lineage.forked(nowForked));
  }

  public Header with(Lineage known) {
    return new Header(owner, epoch, token, order, outLease, inLimit, ikeSpi, path, known);
  }
}
