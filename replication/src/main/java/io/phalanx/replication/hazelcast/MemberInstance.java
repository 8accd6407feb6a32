package io.phalanx.replication.hazelcast;

import com.hazelcast.cluster.Member;
import com.hazelcast.config.Config;
import com.hazelcast.config.SocketInterceptorConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.DefaultNodeContext;
import com.hazelcast.instance.impl.DefaultNodeExtension;
import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.instance.impl.NodeExtension;
import com.hazelcast.internal.networking.ChannelInitializer;
import com.hazelcast.internal.server.ServerContext;
import com.hazelcast.nio.MemberSocketInterceptor;
import java.util.function.Function;

/** The places where we reach into Hazelcast: its public interface has no way to any of them. */
final class MemberInstance {
  private MemberInstance() {}

  /**
   * Starts a member whose connections begin with a handshake. The open-source edition accepts the
   * configuration of an interceptor and does not use it; TLS it does not have.
   */
  static HazelcastInstance start(Config config, LinkHandshake handshake) {
    config
        .getNetworkConfig()
        .setSocketInterceptorConfig(
            new SocketInterceptorConfig().setEnabled(true).setImplementation(handshake));
    return HazelcastInstanceFactory.newHazelcastInstance(
        config,
        config.getInstanceName(),
        new DefaultNodeContext() {
          @Override
          public NodeExtension createNodeExtension(Node node) {
            return new DefaultNodeExtension(node) {
              @Override
              public MemberSocketInterceptor getSocketInterceptor(EndpointQualifier endpoint) {
                return handshake;
              }

              @Override
              public Function<EndpointQualifier, ChannelInitializer> createChannelInitializerFn(
                  ServerContext context) {
                return super.createChannelInitializerFn(context).andThen(handshake::protect);
              }
            };
          }
        });
  }

  /** Makes Hazelcast take a member for dead now, instead of after its own time. */
  static void suspect(HazelcastInstance instance, Member member) {
    if (instance instanceof HazelcastInstanceProxy proxy) {
      proxy
          .getOriginal()
          .node
          .getClusterService()
          .suspectMember(member, "not heard of on the interlink", true);
    }
  }
}
