package io.phalanx.replication.hazelcast;

import com.hazelcast.internal.networking.Channel;
import com.hazelcast.internal.networking.ChannelInitializer;
import com.hazelcast.nio.MemberSocketInterceptor;
import io.phalanx.config.GatewayConfig.Cluster;
import io.phalanx.config.GatewayConfig.ClusterMember;
import io.phalanx.config.GatewayConfig.StoreSecurity;
import io.phalanx.config.MemberName;
import io.phalanx.replication.link.MemberTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * Lets only members of this cluster connect, before the first octet of Hazelcast's own protocol, so
 * that nobody else reaches its deserialization.
 *
 * <p>While the socket still blocks, on a thread of Hazelcast's that may: TLS with certificates of
 * both ends ({@link MemberTls}), then {@link JoinHandshake} on top of it. What Hazelcast sends and
 * gets afterwards goes through {@link TlsEncoder} and {@link TlsDecoder}; a connection without TLS
 * cannot become a channel unless the configuration says so.
 */
final class LinkHandshake implements MemberSocketInterceptor {
  private static final long DEADLINE_MILLIS = 5000;

  private final JoinHandshake join;
  private final Protection protection;
  private final Map<InetSocketAddress, Integer> memberAt;
  private final Set<Integer> others;
  private final HandshakeSlots slots;
  private final Refusals refusals = new Refusals(System::nanoTime);

  /** What is done to connections, by the configuration. */
  private sealed interface Protection {
    /**
     * @param shaken connections whose handshake is over and that are no channels yet
     */
    record Tls(MemberTls tls, Map<Socket, SSLEngine> shaken) implements Protection {}

    record None() implements Protection {}

    record Nobody() implements Protection {}
  }

  /**
   * @throws IOException if a file of certificates cannot be read
   * @throws IllegalArgumentException if one holds nothing usable
   */
  LinkHandshake(Cluster cluster, int memberId, JoinHandshake join) throws IOException {
    this.join = join;
    this.memberAt =
        cluster.members().stream()
            .filter(member -> member.id() != memberId)
            .collect(Collectors.toMap(ClusterMember::store, ClusterMember::id));
    this.others = Set.copyOf(memberAt.values());
    Set<InetAddress> addresses =
        memberAt.keySet().stream().map(InetSocketAddress::getAddress).collect(Collectors.toSet());
    this.slots = new HandshakeSlots(addresses);
    this.protection =
        switch (cluster.protection().store()) {
          case StoreSecurity.Tls files ->
              new Protection.Tls(
                  MemberTls.of(files, new MemberName(cluster.name(), memberId)),
                  Collections.synchronizedMap(new WeakHashMap<>()));
          case StoreSecurity.Plain() -> new Protection.None();
          case StoreSecurity.Closed() -> new Protection.Nobody();
        };
  }

  @Override
  public void init(Properties properties) {}

  @Override
  public void onConnect(Socket socket) throws IOException {
    SocketAddress at = socket.getRemoteSocketAddress();
    try {
      Integer member = memberAt.get(at);
      if (member == null) {
        throw new SSLException("no member has this address");
      }
      shake(socket, JoinHandshake.Role.CONNECTS, tls -> tls.connecting(member));
    } catch (SSLException | JoinHandshake.Refusal e) {
      refusals.tell("the connection to", at, e);
      throw e;
    }
  }

  @Override
  public void onAccept(Socket socket) throws IOException {
    SocketAddress from = socket.getRemoteSocketAddress();
    try (var _ = slots.take(socket.getInetAddress())) {
      shake(socket, JoinHandshake.Role.ACCEPTS, tls -> tls.accepting(others));
    } catch (IOException e) {
      refusals.tell("a connection from", from, e);
      throw e;
    }
  }

  private interface Side {
    SSLEngine engine(MemberTls tls);
  }

  private void shake(Socket socket, JoinHandshake.Role role, Side side) throws IOException {
    int timeoutBefore = socket.getSoTimeout();
    TimedSocket timed =
        new TimedSocket(socket, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DEADLINE_MILLIS));
    switch (protection) {
      case Protection.Tls(var tls, var shaken) -> {
        SSLEngine engine = side.engine(tls);
        TlsExchange exchange = new TlsExchange(engine, timed);
        exchange.handshake();
        join.shake(exchange, role);
        shaken.put(socket, engine);
      }
      case Protection.None() -> join.shake(timed, role);
      case Protection.Nobody() -> throw new SSLException("this cluster has no other member");
    }
    socket.setSoTimeout(timeoutBefore);
  }

  /** What makes channels out of connections that have come so far. */
  ChannelInitializer protect(ChannelInitializer inner) {
    return switch (protection) {
      case Protection.Tls(_, var shaken) ->
          channel ->
              initialize(channel, Optional.ofNullable(shaken.remove(channel.socket())), inner);
      case Protection.None() -> inner;
      case Protection.Nobody() -> _ -> refuseChannel();
    };
  }

  private static void initialize(
      Channel channel, Optional<SSLEngine> shaken, ChannelInitializer inner) throws Exception {
    if (shaken.isEmpty()) {
      refuseChannel();
    }
    SSLEngine engine = shaken.orElseThrow();
    channel.inboundPipeline().addLast(new TlsDecoder(engine));
    inner.initChannel(channel);
    channel.outboundPipeline().addLast(new TlsEncoder(engine));
  }

  private static void refuseChannel() throws IOException {
    throw new IOException("a connection without a handshake");
  }
}
