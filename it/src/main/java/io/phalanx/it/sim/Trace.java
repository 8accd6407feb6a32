package io.phalanx.it.sim;

import java.util.Arrays;

/**
 * A fingerprint of everything that happens: two runs with the same one were the same. On request
 * the happenings are told as text, too.
 */
final class Trace {
  /** Where a told happening goes. */
  interface Teller {
    void tell(long atNanos, String what);
  }

  private final Timeline timeline;
  private final Teller teller;
  private final boolean telling;
  private long hash = 1;

  private Trace(Timeline timeline, Teller teller, boolean telling) {
    this.timeline = timeline;
    this.teller = teller;
    this.telling = telling;
  }

  static Trace silent(Timeline timeline) {
    return new Trace(timeline, (_, _) -> {}, false);
  }

  static Trace telling(Timeline timeline, Teller teller) {
    return new Trace(timeline, teller, true);
  }

  /** A datagram on its way. */
  void datagram(String kind, int from, int to, byte[] octets) {
    mix(kind.hashCode());
    mix((long) from << 32 | to);
    mix(Arrays.hashCode(octets));
    if (telling) {
      teller.tell(
          timeline.nowNanos(), "%s %d -> %d, %s".formatted(kind, from, to, WireText.of(octets)));
    }
  }

  /** Anything else. */
  void note(String what) {
    mix(what.hashCode());
    if (telling) {
      teller.tell(timeline.nowNanos(), what);
    }
  }

  private void mix(long value) {
    hash = Dice.mix(hash * 31 + value + timeline.nowNanos());
  }

  long hash() {
    return hash;
  }
}
