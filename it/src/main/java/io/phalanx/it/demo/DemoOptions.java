package io.phalanx.it.demo;

/**
 * @param members JVMs in the cluster, 2..9
 * @param kills how many of them to kill, one after the other; fewer than members
 * @param rate packets per second in each direction
 * @param seconds how long traffic flows
 */
record DemoOptions(int members, int kills, int rate, int seconds) {
  private static final int PACKETS_MAX = 1_000_000;
  private static final int SECONDS_PER_KILL = 3;

  DemoOptions {
    require(members >= 2 && members <= 9, "--members: 2 to 9");
    require(kills >= 0 && kills < members, "--kill: 0 to members - 1, as one must survive");
    require(rate >= 1 && rate <= 20_000, "--rate: 1 to 20000 packets per second");
    require(
        seconds >= SECONDS_PER_KILL * (kills + 1),
        "--seconds: at least %d for %d kills".formatted(SECONDS_PER_KILL * (kills + 1), kills));
    require(
        (long) rate * seconds <= PACKETS_MAX,
        "--rate × --seconds: at most %d, since every packet is kept for the replay"
            .formatted(PACKETS_MAX));
  }

  /** Copies of each image beside the first: as many as members are killed, as far as it goes. */
  int backups() {
    return Math.clamp(kills, 1, Math.min(6, members - 1));
  }

  /** A majority, or as many as survive if those are fewer. */
  int minimumMembers() {
    return Math.min(members / 2 + 1, members - kills);
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalArgumentException(what);
    }
  }
}
