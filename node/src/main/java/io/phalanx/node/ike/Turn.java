package io.phalanx.node.ike;

import java.util.ArrayList;
import java.util.List;

/** One step of the engine: its moment, and the effects so far. */
final class Turn {
  private final long nowMillis;
  private final List<Effect> effects = new ArrayList<>();

  Turn(long nowMillis) {
    this.nowMillis = nowMillis;
  }

  long nowMillis() {
    return nowMillis;
  }

  void add(Effect effect) {
    effects.add(effect);
  }

  void addAll(List<Effect> more) {
    effects.addAll(more);
  }

  List<Effect> effects() {
    return List.copyOf(effects);
  }
}
