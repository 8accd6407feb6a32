package io.phalanx.node.runtime;

import io.phalanx.replication.Membership;
import io.phalanx.replication.Owner;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;

/**
 * Puts members out of the store that are silent. A claim from a member that lives after all is safe
 * and cheap. To put one out of the store is not: the cluster is split until the store has merged
 * again. So this waits for more than the claims do, and much longer where the silence has a
 * likelier reason than death: another member hears it, or it has started just now and its process,
 * which has everything to load and to compile, stands still for a moment.
 *
 * <p>A process that ends needs none of this: the store sees its connections break.
 */
final class Exclusion implements Membership.Listener {
  /** Beyond the silence that makes a member suspect. */
  static final long PATIENCE_MILLIS = 300;

  /** The same, with one that is heard by another or has started just now. */
  static final long LONG_PATIENCE_MILLIS = 3000;

  /** How long a member counts as started just now. */
  static final long YOUNG_MILLIS = 20_000;

  private final ControlLoop control;
  private final Membership membership;
  private final IntConsumer exclude;
  private final LongSupplier nowMillis;

  /** When each member was first heard in its present life. */
  private final Map<Integer, Since> since = new HashMap<>();

  private record Since(Owner owner, long millis) {}

  /**
   * @param exclude puts the member with that id out of the store
   */
  Exclusion(
      ControlLoop control, Membership membership, IntConsumer exclude, LongSupplier nowMillis) {
    this.control = control;
    this.membership = membership;
    this.exclude = exclude;
    this.nowMillis = nowMillis;
  }

  @Override
  public void up(Owner owner) {
    Since known = since.get(owner.member());
    if (known == null || !known.owner().equals(owner)) {
      since.put(owner.member(), new Since(owner, nowMillis.getAsLong()));
    }
  }

  @Override
  public void down(Owner owner) {
    control.after(PATIENCE_MILLIS, () -> excludeUnlessExplained(owner));
  }

  private void excludeUnlessExplained(Owner owner) {
    if (membership.heardByAnother(owner) || young(owner)) {
      control.after(LONG_PATIENCE_MILLIS - PATIENCE_MILLIS, () -> excludeIfSilent(owner));
    } else {
      excludeIfSilent(owner);
    }
  }

  private boolean young(Owner owner) {
    Since known = since.get(owner.member());
    return known != null && nowMillis.getAsLong() - known.millis() < YOUNG_MILLIS;
  }

  private void excludeIfSilent(Owner owner) {
    if (membership.living().stream().noneMatch(one -> one.member() == owner.member())) {
      exclude.accept(owner.member());
    }
  }

  /** It hands its data to the others now, and to put it out would cut it off from them. */
  @Override
  public void left(Owner owner) {
    since.remove(owner.member());
  }
}
