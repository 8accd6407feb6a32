package io.phalanx.replication.table;

import io.phalanx.replication.Owner;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where an entry comes from: with how its former epochs ended, two halves of a store that meet
 * again find the point from which on their histories differ.
 *
 * @param former the last epochs before this one, newest last; at most {@link #FORMER_MAX}
 * @param forked whether both halves have used numbers beyond that point: the keys of an SA cluster
 *     that has this are to be replaced
 */
public record Lineage(List<Former> former, boolean forked) {
  /** Beyond it a history counts as unknown. Owners change a few times in the life of a key. */
  public static final int FORMER_MAX = 8;

  static final Lineage NONE = new Lineage(List.of(), false);

  /**
   * An epoch that ended.
   *
   * @param order number of its last change
   */
  public record Former(Owner owner, long outLease, long inLimit, long order) {
    static Former of(Header header) {
      return new Former(header.owner(), header.outLease(), header.inLimit(), header.order());
    }
  }

  public Lineage {
    former = List.copyOf(former);
    if (former.size() > FORMER_MAX) {
      throw new IllegalArgumentException(former.size() + " former epochs");
    }
  }

  /** Whether it says nothing. */
  public boolean none() {
    return former.isEmpty() && !forked;
  }

  /** With one more epoch behind it. */
  Lineage after(Former ended) {
    return new Lineage(
        Stream.concat(former.stream().skip(former.size() == FORMER_MAX ? 1 : 0), Stream.of(ended))
            .toList(),
        forked);
  }

  Lineage forked(boolean nowForked) {
    return new Lineage(former, nowForked);
  }

  /** How an epoch ended, or stands, for an entry; empty if that is not known any more. */
  static Optional<Former> at(Header header, long epoch) {
    List<Former> former = header.lineage().former();
    long back = header.epoch() - epoch;
    if (back == 0) {
      return Optional.of(Former.of(header));
    }
    return back < 0 || back > former.size()
        ? Optional.empty()
        : Optional.of(former.get((int) (former.size() - back)));
  }
}
