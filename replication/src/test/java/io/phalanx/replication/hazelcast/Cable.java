package io.phalanx.replication.hazelcast;

import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.internal.server.Server;
import io.phalanx.config.GatewayConfig.ClusterMember;

/** What connects one member with all others. */
final class Cable {
  private Cable() {}

  /**
   * Ends all connections of a member; none is made again until it is plugged in. Each side takes
   * the other for dead, as the interlink would have it.
   */
  static void pull(TestCluster cluster, int id) {
    server(cluster.member(id)).stop();
    for (ClusterMember member : cluster.cluster().members()) {
      if (member.id() != id) {
        cluster.member(id).suspect(member.id());
        cluster.member(member.id()).suspect(id);
      }
    }
  }

  static void plug(HazelcastCluster member) {
    server(member).start();
  }

  private static Server server(HazelcastCluster member) {
    return ((HazelcastInstanceProxy) member.instance()).getOriginal().node.getServer();
  }
}
