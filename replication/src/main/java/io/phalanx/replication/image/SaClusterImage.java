package io.phalanx.replication.image;

import io.phalanx.config.PacketHandling;
import io.phalanx.config.net.TrafficSelector;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.SubSaSpec;
import io.phalanx.datapath.TransportAddresses;
import java.util.List;
import java.util.Optional;

/**
 * The image of an SA cluster: the IPsec session parameters of seed 004, section 5.
 *
 * @param id inbound SPI of the first sub-SA
 * @param ikeSpi our SPI of the IKE SA it hangs on
 * @param connection name of the connection in the configuration
 * @param child name of the child in the configuration
 * @param transport the two ends in transport mode; empty in tunnel mode
 * @param createdAtMillis wall clock
 */
public record SaClusterImage(
    int id,
    long ikeSpi,
    long sessionId,
    String connection,
    String child,
    List<SubSaSpec> subSas,
    boolean extendedSequenceNumbers,
    int windowSizeBits,
    List<TrafficSelector> localSelectors,
    List<TrafficSelector> remoteSelectors,
    long rekeyBytes,
    long rekeyPackets,
    Optional<TransportAddresses> transport,
    PacketHandling handling,
    long createdAtMillis,
    Limits limits) {

  /** Where the peer of the first sub-SA is. */
  public PeerPath path() {
    return subSas.getFirst().path();
  }

  /**
   * The same image with what has changed since it was created.
   *
   * @param path where the peer of the first sub-SA is
   */
  public SaClusterImage inForce(long currentIkeSpi, PeerPath path, Limits currentLimits) {
    return new SaClusterImage(
        id,
        currentIkeSpi,
        sessionId,
        connection,
        child,
        subSas.stream().map(each -> each.inboundSpi() == id ? each.at(path) : each).toList(),
        extendedSequenceNumbers,
        windowSizeBits,
        localSelectors,
        remoteSelectors,
        rekeyBytes,
        rekeyPackets,
        transport,
        handling,
        createdAtMillis,
        currentLimits);
  }

  /**
   * The limits that the store holds: where a successor starts.
   *
   * @param outLease numbers below may have been sent
   * @param inLimit numbers up to it may have been accepted
   */
  public record Limits(long outLease, long inLimit) {}
}
