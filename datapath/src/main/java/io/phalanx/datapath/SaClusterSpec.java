package io.phalanx.datapath;

import io.phalanx.config.PacketHandling;
import io.phalanx.config.net.TrafficSelector;
import java.util.List;
import java.util.Optional;

/**
 * What is needed to carry an SA cluster: its sub-SAs, and the one sequence source and the one
 * anti-replay window that they share. An ordinary Child SA is a cluster of one.
 *
 * @param id the inbound SPI of the first sub-SA
 * @param localSelectors what may be sent from the protected side (inner source)
 * @param remoteSelectors what the peer may send from (inner source of inbound packets)
 * @param rekeyBytes bytes in one direction after which {@link DatapathEvents#rekeyDue} is told; 0
 *     for no limit
 * @param rekeyPackets packets in one direction, likewise
 * @param transport the two ends in transport mode; empty in tunnel mode
 */
public record SaClusterSpec(
    int id,
    List<SubSaSpec> subSas,
    boolean extendedSequenceNumbers,
    int windowSizeBits,
    List<TrafficSelector> localSelectors,
    List<TrafficSelector> remoteSelectors,
    long rekeyBytes,
    long rekeyPackets,
    Optional<TransportAddresses> transport,
    PacketHandling handling,
    SequenceState sequence) {}
