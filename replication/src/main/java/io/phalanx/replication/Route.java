package io.phalanx.replication;

import io.phalanx.config.net.TrafficSelector;
import io.phalanx.datapath.PeerPath;
import java.util.List;
import java.util.Optional;

/**
 * Which packets belong to an SA cluster and who owns it: what a member needs to forward.
 *
 * @param remoteSelectors inner addresses of the peer's side
 * @param path where the peer is; its owner follows it there
 */
public record Route(
    int saId,
    long ikeSpi,
    List<Integer> inboundSpis,
    List<TrafficSelector> remoteSelectors,
    Optional<PeerPath> path,
    Fence fence) {}
