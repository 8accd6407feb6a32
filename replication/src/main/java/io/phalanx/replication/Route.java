package io.phalanx.replication;

import io.phalanx.config.net.TrafficSelector;
import java.util.List;

/**
 * Which packets belong to an SA cluster and who owns it: what a member needs to forward.
 *
 * @param remoteSelectors inner addresses of the peer's side
 */
public record Route(
    int saId,
    long ikeSpi,
    List<Integer> inboundSpis,
    List<TrafficSelector> remoteSelectors,
    Fence fence) {}
