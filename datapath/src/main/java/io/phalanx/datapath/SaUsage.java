package io.phalanx.datapath;

/**
 * Counters of an SA cluster.
 *
 * @param inboundIdleNanos time since the last authenticated inbound packet
 */
public record SaUsage(
    int saId,
    long inPackets,
    long inBytes,
    long outPackets,
    long outBytes,
    long nextOutbound,
    long inTop,
    long inboundIdleNanos) {}
