package io.phalanx.it.loadgen;

import java.util.ArrayList;
import java.util.List;

/** What happened to the peers, apart from packets. One thread writes. */
final class Events {
  private static final int ODDITIES_MAX = 10;

  private final List<String> oddities = new ArrayList<>();

  /** IKE SAs that came up. */
  long established;

  long childrenUp;
  long childRekeys;
  long ikeRekeys;
  long reauthentications;

  /** IKE SAs that ended, other than by a rekey or by us. */
  long ended;

  /** ESP of the gateway with a number that was there before, or that was not authentic. */
  long repeated;

  long old;
  long notAuthentic;
  long withoutTunnel;
  long strangers;
  long notSent;

  /** Takes a line of a peer's engine. */
  void report(int peer, String name, String detail) {
    switch (name) {
      case "established" -> established++;
      case "child-up" -> childrenUp++;
      case "child-rekeyed" -> childRekeys++;
      case "rekeyed" -> ikeRekeys++;
      case "reauthenticating" -> reauthentications++;
      case "closed" -> {
        ended++;
        odd(peer, name, detail);
      }
      case "initiating", "phase" -> {}
      default -> odd(peer, name, detail);
    }
  }

  private void odd(int peer, String name, String detail) {
    if (oddities.size() < ODDITIES_MAX) {
      oddities.add("peer %d: %s %s".formatted(peer, name, detail));
    }
  }

  /** The first few lines that a quiet run does not have. */
  List<String> oddities() {
    return List.copyOf(oddities);
  }
}
