package io.phalanx.replication.image;

import io.phalanx.config.net.TrafficSelector;
import java.util.List;

/** The part of a {@link io.phalanx.replication.Route} that stays, whoever owns the SA cluster. */
public record RouteImage(
    int saId, long ikeSpi, List<Integer> inboundSpis, List<TrafficSelector> remoteSelectors) {}
