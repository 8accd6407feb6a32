package io.phalanx.node.ike;

import io.phalanx.replication.image.IkeSaImage.Phase;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** The gate that every change of phase goes through. */
final class Phases {
  private static final Map<Phase, Set<Phase>> NEXT =
      Map.of(
          Phase.INITIATING, EnumSet.of(Phase.HALF_OPEN, Phase.DELETING),
          Phase.HALF_OPEN, EnumSet.of(Phase.ESTABLISHED, Phase.DELETING),
          Phase.UNCONFIRMED, EnumSet.of(Phase.ESTABLISHED, Phase.REKEYED, Phase.DELETING),
          Phase.ESTABLISHED, EnumSet.of(Phase.REKEYED, Phase.DELETING),
          Phase.REKEYED, EnumSet.of(Phase.DELETING),
          Phase.DELETING, EnumSet.noneOf(Phase.class));

  private Phases() {}

  /**
   * Changes the phase and tells so.
   *
   * @param why for the log
   * @throws IllegalStateException if there is no such change: a fault of ours
   */
  static void move(IkeSa sa, Phase to, String why) {
    Phase from = sa.phase;
    if (!NEXT.getOrDefault(from, Set.of()).contains(to)) {
      throw new IllegalStateException("no way from " + from + " to " + to + ": " + why);
    }
    sa.phase = to;
    sa.changes.touch();
    sa.report("phase", from + " -> " + to + ": " + why);
  }
}
