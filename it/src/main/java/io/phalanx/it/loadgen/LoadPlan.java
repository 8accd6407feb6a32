package io.phalanx.it.loadgen;

import java.net.InetAddress;
import java.time.Duration;

/**
 * What a load consists of. Everything is bounded: peers, packets, time.
 *
 * @param gateway what the peers call
 * @param ikePort its port for IKE_SA_INIT; {@code natPort} for all that follows
 * @param sources where peers come from
 * @param peers each an identity, a socket and an IKE SA of its own
 * @param underWay handshakes at once
 * @param target inner address that echoes UDP
 * @param network what lies behind the gateway, as a prefix
 * @param packetsPerSecond of all peers together, towards the gateway
 * @param packetOctets of an inner packet, headers included
 * @param duration of the traffic; setting the peers up comes on top
 * @param dpd between liveness checks of an idle peer; zero for none
 * @param check whether to look for numbers used twice, and to send every packet once more
 */
public record LoadPlan(
    InetAddress gateway,
    int ikePort,
    int natPort,
    Sources sources,
    String secret,
    String gatewayId,
    String ikeSuite,
    String espSuite,
    int peers,
    int underWay,
    InetAddress target,
    String network,
    int packetsPerSecond,
    int packetOctets,
    Duration duration,
    Duration dpd,
    boolean check) {
  public static final int PEERS_MAX = 100_000;
  public static final int PACKETS_MAX = 10_000_000;

  /** Each is kept for the replay, so there are fewer. */
  public static final int CHECKED_PACKETS_MAX = 1_000_000;

  public static final int PACKET_OCTETS_MIN = 40;
  public static final int PACKET_OCTETS_MAX = 1400;

  public LoadPlan {
    require(peers >= 1 && peers <= PEERS_MAX, "peers: 1.." + PEERS_MAX);
    require(underWay >= 1 && underWay <= 10_000, "handshakes at once: 1..10000");
    require(packetsPerSecond >= 0, "a rate of packets is not negative");
    require(
        packetOctets >= PACKET_OCTETS_MIN && packetOctets <= PACKET_OCTETS_MAX,
        "octets of a packet: " + PACKET_OCTETS_MIN + ".." + PACKET_OCTETS_MAX);
    require(!duration.isNegative() && duration.toHours() < 24, "at most a day");
    long packets = packetsPerSecond * duration.toSeconds();
    int packetsMax = check ? CHECKED_PACKETS_MAX : PACKETS_MAX;
    require(packets <= packetsMax, packets + " packets are more than " + packetsMax);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  /** Packets that are sent at most. */
  int packetsMax() {
    return Math.toIntExact(packetsPerSecond * duration.toSeconds());
  }
}
