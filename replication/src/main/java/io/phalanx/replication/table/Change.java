package io.phalanx.replication.table;

import io.phalanx.datapath.PeerPath;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owner;
import io.phalanx.replication.table.Step.Effect.Delete;
import io.phalanx.replication.table.Step.Effect.Keep;
import io.phalanx.replication.table.Step.Effect.Put;
import io.phalanx.replication.table.Step.Effect.PutHeader;
import java.util.Optional;

/**
 * A change of one entry: atomic, judged where the entry lives.
 *
 * <p>Three things must hold for each. A change under an old fence is refused. A change may be run
 * twice: when the member that ran it dies before it answers, the store asks the next one, which may
 * have the result already; the second run then answers like the first. A change may be late: its
 * caller has given it up as unknown and made another one since; under one fence the later call
 * wins, whatever arrives last.
 */
public sealed interface Change {
  /** What it comes to if there is no entry. */
  Step absent();

  /** What it comes to for this entry. */
  Step present(Stored stored);

  /**
   * A new entry. One that the same owner has created for the same session is its own, tried again;
   * any other is in the way.
   */
  record Create(Stored entry) implements Change {
    @Override
    public Step absent() {
      return Step.done(new Put(entry));
    }

    @Override
    public Step present(Stored stored) {
      Header mine = entry.header();
      Header theirs = stored.header();
      if (!mine.fence().equals(theirs.fence()) || mine.token() != theirs.token()) {
        return Step.refuse(Outcome.GONE);
      }
      if (mine.order() < theirs.order()) {
        return Step.refuse(Outcome.UNKNOWN);
      }
      Header both =
          mine.limited(mine.order(), theirs.outLease(), Math.max(mine.inLimit(), theirs.inLimit()));
      return Step.done(new Put(entry.with(both)));
    }
  }

  /** Another body, by the owner. */
  record Replace(Fence fence, long order, byte[] body) implements Change {
    @Override
    public Step absent() {
      return Step.refuse(Outcome.GONE);
    }

    @Override
    public Step present(Stored stored) {
      return byOwner(
          stored.header(), fence, order, new Put(new Stored(stored.header().changed(order), body)));
    }
  }

  /** Other limits, by the owner. */
  record SetLimits(Fence fence, long order, long outLease, long inLimit) implements Change {
    @Override
    public Step absent() {
      return Step.refuse(Outcome.GONE);
    }

    @Override
    public Step present(Stored stored) {
      return byOwner(
          stored.header(),
          fence,
          order,
          new PutHeader(stored.header().limited(order, outLease, inLimit)));
    }
  }

  /** Another owner, if nobody came first. Answers the entry in either case. */
  record Claim(long seenEpoch, Owner claimant) implements Change {
    @Override
    public Step absent() {
      return Step.refuse(Outcome.GONE);
    }

    @Override
    public Step present(Stored stored) {
      if (stored.header().epoch() != seenEpoch) {
        return Step.refuse(Outcome.FENCED, stored);
      }
      Header claimed = stored.header().claimedBy(claimant, 0);
      return Step.done(new PutHeader(claimed), stored.with(claimed));
    }
  }

  /**
   * Another owner, if it still is the one that is gone.
   *
   * @param token tells this take-over from any other by the same claimant
   */
  record TakeOver(Owner gone, Owner claimant, long token) implements Change {
    @Override
    public Step absent() {
      return Step.refuse(Outcome.GONE);
    }

    @Override
    public Step present(Stored stored) {
      Header header = stored.header();
      if (header.owner().equals(claimant) && header.token() == token) {
        // Once more to the backups: the member that died may not have reached them.
        return Step.done(new PutHeader(header), stored);
      }
      if (!header.owner().equals(gone)) {
        return Step.refuse(Outcome.FENCED);
      }
      Header claimed = header.claimedBy(claimant, token);
      return Step.done(new PutHeader(claimed), stored.with(claimed));
    }
  }

  /**
   * Another owner, named by the one that leaves. With an SA cluster go its exact limits: the owner
   * has stopped for good, so this is the one place where an outbound lease goes back.
   *
   * @param token tells this hand-over from any other
   */
  record HandOver(Fence fence, long order, Owner successor, long token, long outLease, long inLimit)
      implements Change {
    @Override
    public Step absent() {
      return Step.refuse(Outcome.GONE);
    }

    @Override
    public Step present(Stored stored) {
      Header header = stored.header();
      if (header.fence().equals(new Fence(successor, fence.epoch() + 1))
          && header.token() == token) {
        return Step.done(new PutHeader(header));
      }
      return byOwner(
          header,
          fence,
          order,
          new PutHeader(header.handedTo(successor, token, outLease, inLimit)));
    }
  }

  /** The end of an entry, by the owner. */
  record Remove(Fence fence) implements Change {
    @Override
    public Step absent() {
      return Step.refuse(Outcome.GONE);
    }

    @Override
    public Step present(Stored stored) {
      return stored.header().fence().equals(fence)
          ? Step.done(new Delete())
          : Step.refuse(Outcome.FENCED);
    }
  }

  /**
   * The end of an SA cluster, whoever owns it, as long as it hangs on this IKE SA: one that a rekey
   * has moved to another is not for this one to end. Answers what it was.
   */
  record Discard(long ikeSpi) implements Change {
    @Override
    public Step absent() {
      return Step.refuse(Outcome.GONE);
    }

    @Override
    public Step present(Stored stored) {
      return stored.header().ikeSpi() == ikeSpi
          ? Step.done(new Delete(), stored)
          : Step.refuse(Outcome.GONE);
    }
  }

  /** An entry that follows another one from owner to owner, up to the highest epoch. */
  record Follow(Stored entry) implements Change {
    @Override
    public Step absent() {
      return Step.done(new Put(entry));
    }

    @Override
    public Step present(Stored stored) {
      return entry.header().epoch() > stored.header().epoch()
          ? Step.done(new PutHeader(stored.header().following(entry.header())))
          : Step.refuse(Outcome.FENCED);
    }
  }

  /** An SA cluster hangs on this IKE SA, and its peer is there, whoever owns it. */
  record Move(long ikeSpi, PeerPath path) implements Change {
    @Override
    public Step absent() {
      return Step.refuse(Outcome.GONE);
    }

    @Override
    public Step present(Stored stored) {
      return Step.done(new PutHeader(stored.header().movedTo(ikeSpi, path)));
    }
  }

  /**
   * An address out of a block, for a session. Answers its slot; where there is none, when the
   * longest free of those that somebody else had was freed.
   */
  record Lease(SlotWish wish) implements Change {
    @Override
    public Step absent() {
      return present(Count.of(0));
    }

    @Override
    public Step present(Stored stored) {
      AddressBlock block = AddressBlock.of(stored.body());
      Optional<Integer> slot = block.lease(wish);
      return slot.isPresent()
          ? Step.done(new Put(changed(stored, block)), Count.of(slot.get()))
          : block
              .oldest(wish)
              .map(oldest -> Step.refuse(Outcome.GONE, Count.of(oldest.sinceSeconds())))
              .orElseGet(() -> Step.refuse(Outcome.GONE));
    }

    /** Each change counts, so that the later one is known when two halves of a store meet. */
    private static Stored changed(Stored stored, AddressBlock block) {
      return new Stored(stored.header().changed(stored.header().order() + 1), block.body());
    }

    /** The number in an answer. */
    static Optional<Long> number(Answer answer) {
      return answer instanceof Answer.WithEntry(_, Stored told)
          ? Optional.of(told.header().epoch())
          : Optional.empty();
    }
  }

  /** The end of a lease, if it is this session's. */
  record Free(int slot, long sessionId, long nowSeconds) implements Change {
    @Override
    public Step absent() {
      return Step.done(new Keep());
    }

    @Override
    public Step present(Stored stored) {
      AddressBlock block = AddressBlock.of(stored.body());
      return Step.done(
          block.free(slot, sessionId, nowSeconds)
              ? new Put(Lease.changed(stored, block))
              : new Keep());
    }
  }

  /**
   * The next value of a counter, which goes round after {@code 2^bits}: the proposed one if it is
   * ahead, by less than half the circle (RFC 1982), else one more than the last. The entry counts
   * on without going round.
   *
   * @param bits 1..62
   */
  record Count(long proposed, int bits) implements Change {
    private static final Owner NOBODY = new Owner(0, 0);

    @Override
    public Step absent() {
      return counted(proposed);
    }

    @Override
    public Step present(Stored stored) {
      long last = stored.header().epoch();
      long ahead = (proposed - last) & ((1L << bits) - 1);
      return counted(last + (ahead > 0 && ahead < 1L << (bits - 1) ? ahead : 1));
    }

    private static Step counted(long value) {
      return Step.done(new Put(of(value)), of(value));
    }

    /** An entry that is nothing but a number. */
    static Stored of(long value) {
      return new Stored(new Header(NOBODY, value, 0, 0, 0, 0, 0, Optional.empty()), new byte[0]);
    }
  }

  private static Step byOwner(Header header, Fence fence, long order, Step.Effect effect) {
    if (!header.fence().equals(fence)) {
      return Step.refuse(Outcome.FENCED);
    }
    return order < header.order() ? Step.refuse(Outcome.UNKNOWN) : Step.done(effect);
  }
}
