package io.phalanx.node.runtime;

import io.phalanx.config.net.TrafficSelector;
import io.phalanx.replication.Owner;
import io.phalanx.replication.Route;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The SA clusters of the whole cluster as this member knows them: which inbound SPIs and which
 * inner addresses belong to them, and who owned them last.
 *
 * <p>For one thread.
 */
final class RouteTable {
  /** Told which SPIs are in use in the cluster. */
  interface Spis {
    void inUse(Route route);

    void outOfUse(Route route);
  }

  private final Spis spis;
  private final Map<Integer, Route> byId = new HashMap<>();
  private final Map<Integer, Integer> idBySpi = new HashMap<>();
  private final Map<InetAddress, List<Integer>> idsByAddress = new HashMap<>();
  private final Map<Integer, List<TrafficSelector>> ranges = new LinkedHashMap<>();

  RouteTable(Spis spis) {
    this.spis = spis;
  }

  /** Adds or replaces a route; one with an older epoch than the one here changes nothing. */
  boolean put(Route route) {
    Route known = byId.get(route.saId());
    if (known != null) {
      if (known.fence().epoch() > route.fence().epoch()) {
        return false;
      }
      remove(route.saId());
    }
    byId.put(route.saId(), route);
    spis.inUse(route);
    route.inboundSpis().forEach(spi -> idBySpi.put(spi, route.saId()));
    for (TrafficSelector selector : route.remoteSelectors()) {
      if (selector.start().equals(selector.end())) {
        idsByAddress
            .computeIfAbsent(selector.start(), _ -> new ArrayList<>())
            .addFirst(route.saId());
      } else {
        ranges.computeIfAbsent(route.saId(), _ -> new ArrayList<>()).add(selector);
      }
    }
    return true;
  }

  Optional<Route> remove(int saId) {
    Route route = byId.remove(saId);
    if (route == null) {
      return Optional.empty();
    }
    spis.outOfUse(route);
    route.inboundSpis().forEach(idBySpi::remove);
    ranges.remove(saId);
    for (TrafficSelector selector : route.remoteSelectors()) {
      idsByAddress.computeIfPresent(
          selector.start(),
          (_, ids) -> {
            ids.removeIf(id -> id == saId);
            return ids.isEmpty() ? null : ids;
          });
    }
    return Optional.of(route);
  }

  Optional<Route> get(int saId) {
    return Optional.ofNullable(byId.get(saId));
  }

  /** The SA cluster of an inbound SPI; the SPI itself where it is the first of its cluster. */
  int idOf(int inboundSpi) {
    return idBySpi.getOrDefault(inboundSpi, inboundSpi);
  }

  /** The SA cluster that an inner destination belongs to: the smallest range, the latest of it. */
  Optional<Integer> towards(InetAddress destination) {
    List<Integer> exact = idsByAddress.get(destination);
    if (exact != null) {
      return Optional.of(exact.getFirst());
    }
    Optional<Integer> found = Optional.empty();
    BigInteger smallest = BigInteger.ZERO;
    for (Map.Entry<Integer, List<TrafficSelector>> entry : ranges.entrySet()) {
      for (TrafficSelector selector : entry.getValue()) {
        if (covers(selector, destination)) {
          BigInteger size = size(selector);
          if (found.isEmpty() || size.compareTo(smallest) <= 0) {
            found = Optional.of(entry.getKey());
            smallest = size;
          }
        }
      }
    }
    return found;
  }

  private static BigInteger size(TrafficSelector selector) {
    return new BigInteger(1, selector.end().getAddress())
        .subtract(new BigInteger(1, selector.start().getAddress()));
  }

  private static boolean covers(TrafficSelector selector, InetAddress address) {
    return selector.covers(
        new TrafficSelector(
            selector.protocol(), selector.startPort(), selector.endPort(), address, address));
  }

  List<Route> ownedBy(Owner owner) {
    return byId.values().stream().filter(route -> route.fence().owner().equals(owner)).toList();
  }

  int size() {
    return byId.size();
  }
}
