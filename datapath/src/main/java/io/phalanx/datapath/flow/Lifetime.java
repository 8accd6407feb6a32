package io.phalanx.datapath.flow;

/**
 * What went through an SA cluster in one direction on this member, against the soft limit (rekey)
 * and the hard one, a quarter later (RFC 4301 §4.4.2.1).
 */
final class Lifetime {
  private final long softPackets;
  private final long softBytes;
  private long packets;
  private long bytes;

  /** Limits; 0 for none. */
  Lifetime(long softPackets, long softBytes) {
    this.softPackets = softPackets == 0 ? Long.MAX_VALUE : softPackets;
    this.softBytes = softBytes == 0 ? Long.MAX_VALUE : softBytes;
  }

  void add(int octets) {
    packets++;
    bytes += octets;
  }

  boolean soft() {
    return packets >= softPackets || bytes >= softBytes;
  }

  boolean hard() {
    return packets >= hardOf(softPackets) || bytes >= hardOf(softBytes);
  }

  long packets() {
    return packets;
  }

  long bytes() {
    return bytes;
  }

  private static long hardOf(long soft) {
    return soft > Long.MAX_VALUE / 2 ? Long.MAX_VALUE : soft + soft / 4;
  }
}
