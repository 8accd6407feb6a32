package io.phalanx.replication.table;

import io.phalanx.replication.Owner;
import io.phalanx.replication.table.Lineage.Former;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What stays of two entries with one key when two halves of a store meet again. It does not matter
 * which half gives and which takes.
 *
 * <p>Of histories that went apart the one of the higher epoch goes on, from the larger limits of
 * both. Whoever may go on under the fence it has is one who knows of all that the entry says:
 * wherever the other half has added something, the epoch is raised above both, so that the owner
 * has to claim the entry anew and starts from what is in it.
 */
public enum MergeRule {
  /** IKE SAs. One that only one half has changed stays as that half has it. */
  IKE_SAS {
    @Override
    Stored apart(Stored winner, Stored loser) {
      Fork fork = Fork.of(winner.header(), loser.header());
      boolean onlyLoserChanged =
          fork.known() && fork.changed(loser.header()) && !fork.changed(winner.header());
      return onlyLoserChanged
          ? new Stored(winner.header().above(loser.header()), loser.body())
          : winner;
    }
  },

  /**
   * SA clusters. Where both halves sent, or both accepted, beyond the point from which on they
   * differ, one number may stand for two packets: keys like that are replaced. The nonces of the
   * packets differ in any case.
   */
  SA_CLUSTERS {
    @Override
    Stored apart(Stored winner, Stored loser) {
      Header stays = winner.header();
      Header goes = loser.header();
      Fork fork = Fork.of(stays, goes);
      boolean forked =
          !fork.known()
              || (fork.sent(stays) && fork.sent(goes))
              || (fork.accepted(stays) && fork.accepted(goes))
              || stays.lineage().forked()
              || goes.lineage().forked();
      boolean knowsAll =
          goes.outLease() <= stays.outLease()
              && goes.inLimit() <= stays.inLimit()
              && forked == stays.lineage().forked();
      return knowsAll ? winner : winner.with(stays.above(goes).forked(forked));
    }
  },

  /** What follows something else, or is nothing but a number: the higher epoch. */
  FOLLOWERS {
    @Override
    Stored apart(Stored winner, Stored loser) {
      return winner;
    }
  },

  /** Leased addresses: what happened to each one last. */
  ADDRESSES {
    @Override
    Stored apart(Stored winner, Stored loser) {
      return sameFence(winner, loser);
    }

    @Override
    Stored sameFence(Stored later, Stored earlier) {
      AddressBlock block = AddressBlock.of(later.body());
      return new Stored(later.header(), block.mergedWith(AddressBlock.of(earlier.body())).body());
    }
  };

  private static final Comparator<Owner> OWNERS =
      Comparator.comparingInt(Owner::member).thenComparingInt(Owner::incarnation);

  private static final Comparator<Stored> EPOCHS =
      Comparator.<Stored>comparingLong(stored -> stored.header().epoch())
          .thenComparing(stored -> stored.header().owner(), OWNERS);

  /** Of one fence: the later change. The rest only makes both halves choose the same. */
  private static final Comparator<Stored> CHANGES =
      Comparator.<Stored>comparingLong(stored -> stored.header().order())
          .thenComparingLong(stored -> stored.header().ikeSpi())
          .thenComparing(Stored::body, Arrays::compare);

  /** The rule of a table, by its name. */
  public static MergeRule of(String table) {
    return switch (table) {
      case Tables.IKE_SAS -> IKE_SAS;
      case Tables.SA_CLUSTERS -> SA_CLUSTERS;
      case Tables.ADDRESSES -> ADDRESSES;
      case Tables.ROUTES, Tables.SPIS, Tables.COUNTERS -> FOLLOWERS;
      default -> throw new IllegalArgumentException("no table " + table);
    };
  }

  /** Two entries of different fences. */
  abstract Stored apart(Stored winner, Stored loser);

  /** One owner in one epoch: its changes come one after the other, and one half lacks the last. */
  Stored sameFence(Stored later, Stored earlier) {
    return later.with(later.header().limitedLike(earlier.header()));
  }

  public Stored merge(Stored one, Stored other) {
    boolean sameFence = one.header().fence().equals(other.header().fence());
    Comparator<Stored> order = sameFence ? CHANGES : EPOCHS.thenComparing(CHANGES);
    boolean oneIsFirst = order.compare(one, other) >= 0;
    Stored first = oneIsFirst ? one : other;
    Stored second = oneIsFirst ? other : one;
    return sameFence ? sameFence(first, second) : apart(first, second);
  }

  /**
   * Where two histories went apart.
   *
   * @param epoch the first one that they tell differently
   * @param base what both have of it: limits and changes
   * @param known whether the histories reach back that far
   */
  private record Fork(long epoch, Former base, boolean known) {
    private static final Former NOTHING = new Former(new Owner(0, 0), 0, 0, 0);

    static Fork of(Header one, Header other) {
      long last = Math.min(one.epoch(), other.epoch());
      long first = Math.max(oldest(one), oldest(other));
      for (long epoch = first; epoch <= last; epoch++) {
        Former here = Lineage.at(one, epoch).orElse(NOTHING);
        Former there = Lineage.at(other, epoch).orElse(NOTHING);
        if (!here.owner().equals(there.owner())) {
          return epoch == first ? new Fork(epoch, NOTHING, false) : claimed(one, epoch);
        }
        if (epoch == last || !here.equals(there)) {
          return new Fork(epoch, earlier(here, there), true);
        }
      }
      return new Fork(last, NOTHING, false);
    }

    private static long oldest(Header header) {
      return header.epoch() - header.lineage().former().size();
    }

    /** A new owner has the limits of the last one, and counts its changes from the start. */
    private static Fork claimed(Header one, long epoch) {
      Former before = Lineage.at(one, epoch - 1).orElse(NOTHING);
      Former begun = new Former(before.owner(), before.outLease(), before.inLimit(), 0);
      return new Fork(epoch, begun, true);
    }

    /** Only the half with the owner changes anything in an epoch: the other one has the base. */
    private static Former earlier(Former one, Former other) {
      if (one.order() != other.order()) {
        return one.order() < other.order() ? one : other;
      }
      return new Former(
          one.owner(),
          Math.min(one.outLease(), other.outLease()),
          Math.min(one.inLimit(), other.inLimit()),
          one.order());
    }

    private Stream<Former> since(Header header) {
      return LongStream.rangeClosed(epoch, header.epoch())
          .mapToObj(each -> Lineage.at(header, each))
          .flatMap(Optional::stream);
    }

    boolean sent(Header header) {
      return since(header).anyMatch(each -> each.outLease() > base.outLease());
    }

    boolean accepted(Header header) {
      return since(header).anyMatch(each -> each.inLimit() > base.inLimit());
    }

    /** Whether there was a change in a later epoch, or more of them in this one. */
    boolean changed(Header header) {
      return Lineage.at(header, epoch).filter(at -> at.order() > base.order()).isPresent()
          || since(header).skip(1).anyMatch(each -> each.order() > 0);
    }
  }
}
