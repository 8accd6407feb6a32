package io.phalanx.replication.interlink;

import io.phalanx.config.GatewayConfig.ClusterKey;
import io.phalanx.replication.Owner;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * @param self this life of this member
 * @param bind where this member listens
 * @param peers the other members' addresses, resolved; datagrams from elsewhere are dropped
 * @param keys newest first: the first seals, all open
 * @param heartbeat interval between two heartbeats
 * @param suspectAfter silence after which a member counts as dead; several heartbeats
 * @param startNonce random, fresh at each start, from a cryptographic source
 */
public record InterlinkSettings(
    Owner self,
    InetSocketAddress bind,
    Map<Integer, InetSocketAddress> peers,
    List<ClusterKey> keys,
    Duration heartbeat,
    Duration suspectAfter,
    long startNonce) {
  public InterlinkSettings {
    peers = Map.copyOf(peers);
    keys = List.copyOf(keys);
    if (keys.isEmpty() || peers.containsKey(self.member())) {
      throw new IllegalArgumentException("no key, or this member among the others");
    }
    if (heartbeat.isNegative() || heartbeat.isZero() || suspectAfter.compareTo(heartbeat) <= 0) {
      throw new IllegalArgumentException("suspectAfter must be longer than heartbeat");
    }
    if (peers.values().stream().anyMatch(InetSocketAddress::isUnresolved)) {
      throw new IllegalArgumentException("an address of a member is not resolved");
    }
  }
}
