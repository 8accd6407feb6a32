package io.phalanx.node.radius;

import io.phalanx.config.GatewayConfig.Radius;
import io.phalanx.config.GatewayConfig.RadiusServer;
import io.phalanx.config.Secret;
import io.phalanx.node.radius.RadiusPacket.Attribute;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes requests of RADIUS servers to end sessions (RFC 5176). A change of authorization is
 * refused: what a peer may do is decided when it comes.
 *
 * <p>A request that was recorded must not work a second time. So it has to be from now, by its
 * Event-Timestamp, or it has to name a session by its id, which never comes back.
 */
public final class DisconnectServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DisconnectServer.class);
  private static final long WINDOW_SECONDS = 300; // RFC 5176 §3.3
  private static final int ANSWERS_MAX = 256;
  private static final int PROXIES_MAX = 8;
  private static final long MISSING_ATTRIBUTE = 402; // RFC 5176 §3.5
  private static final long INVALID_REQUEST = 404; // RFC 5176 §3.5
  private static final long UNSUPPORTED_EXTENSION = 406; // RFC 5176 §3.5
  private static final long NO_SESSION = 503; // RFC 5176 §3.5

  private record Seen(SocketAddress from, int identifier, String authenticator) {}

  private final DatagramSocket socket;
  private final Radius config;
  private final Function<SessionQuery, CompletionStage<Boolean>> disconnect;
  private final LongSupplier nowMillis;
  private final Map<Seen, byte[]> answers =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Seen, byte[]> eldest) {
          return size() > ANSWERS_MAX;
        }
      };

  private DisconnectServer(
      DatagramSocket socket,
      Radius config,
      Function<SessionQuery, CompletionStage<Boolean>> disconnect,
      LongSupplier nowMillis) {
    this.socket = socket;
    this.config = config;
    this.disconnect = disconnect;
    this.nowMillis = nowMillis;
  }

  /**
   * Starts to listen.
   *
   * @param disconnect ends the sessions that fit, on whichever member; says whether there was one
   * @param nowMillis wall clock
   * @throws IOException if the address cannot be had
   */
  public static DisconnectServer open(
      Radius config,
      InetSocketAddress at,
      Function<SessionQuery, CompletionStage<Boolean>> disconnect,
      LongSupplier nowMillis)
      throws IOException {
    DisconnectServer server =
        new DisconnectServer(new DatagramSocket(at), config, disconnect, nowMillis);
    Thread.ofVirtual().name("radius-disconnect").start(server::serve);
    return server;
  }

  public int port() {
    return socket.getLocalPort();
  }

  private void serve() {
    byte[] buffer = new byte[RadiusPacket.OCTETS_MAX];
    while (!socket.isClosed()) {
      DatagramPacket in = new DatagramPacket(buffer, buffer.length);
      try {
        socket.receive(in);
        received(in.getSocketAddress(), Arrays.copyOf(in.getData(), in.getLength()));
      } catch (IOException e) {
        if (!socket.isClosed()) {
          log.warn("a Disconnect-Request cannot be received", e);
        }
      }
    }
  }

  private void received(SocketAddress from, byte[] octets) {
    Optional<RadiusPacket> packet = RadiusPacket.decode(octets);
    Optional<Secret> secret =
        packet.flatMap(
            each ->
                secrets(from).stream()
                    .filter(known -> Protection.goodRequest(each, known))
                    .findFirst());
    if (packet.isEmpty() || secret.isEmpty()) {
      return; // RFC 5176 §3.5: silently
    }
    RadiusPacket request = packet.get();
    Seen seen =
        new Seen(from, request.identifier(), HexFormat.of().formatHex(request.authenticator()));
    Optional<byte[]> before = before(seen);
    if (before.isPresent()) {
      send(from, before.get());
    } else {
      judge(
          request,
          answer -> {
            byte[] sent = answer.apply(secret.get());
            remember(seen, sent);
            send(from, sent);
          });
    }
  }

  private synchronized Optional<byte[]> before(Seen seen) {
    return Optional.ofNullable(answers.get(seen));
  }

  private synchronized void remember(Seen seen, byte[] answer) {
    answers.put(seen, answer);
  }

  /** Only the servers of the configuration are known; two may share an address. */
  private List<Secret> secrets(SocketAddress from) {
    return from instanceof InetSocketAddress at
        ? config.servers().stream()
            .filter(each -> each.access().getAddress().equals(at.getAddress()))
            .map(RadiusServer::secret)
            .toList()
        : List.of();
  }

  private interface Reply {
    void with(Function<Secret, byte[]> answer);
  }

  private void judge(RadiusPacket request, Reply reply) {
    switch (request.code()) {
      case RadiusPacket.DISCONNECT_REQUEST -> disconnect(request, reply);
      case RadiusPacket.COA_REQUEST ->
          reply.with(answer(RadiusPacket.COA_NAK, request, UNSUPPORTED_EXTENSION));
      default -> log.debug("a RADIUS packet of another kind: {}", request.code());
    }
  }

  private void disconnect(RadiusPacket request, Reply reply) {
    SessionQuery query =
        new SessionQuery(
            request.text(AttributeType.ACCT_SESSION_ID).orElse(""),
            request.text(AttributeType.USER_NAME).orElse(""),
            request
                .address(AttributeType.FRAMED_IP_ADDRESS, 4)
                .or(() -> request.address(AttributeType.FRAMED_IPV6_ADDRESS, 16)));
    Optional<Long> stamp = request.number(AttributeType.EVENT_TIMESTAMP);
    if (query.empty()) {
      reply.with(answer(RadiusPacket.DISCONNECT_NAK, request, MISSING_ATTRIBUTE));
    } else if (stamp.isPresent() ? !fresh(stamp.get()) : query.sessionId().isEmpty()) {
      long cause = stamp.isPresent() ? INVALID_REQUEST : MISSING_ATTRIBUTE;
      reply.with(answer(RadiusPacket.DISCONNECT_NAK, request, cause));
    } else {
      var _ =
          disconnect
              .apply(query)
              .thenAccept(
                  done ->
                      reply.with(
                          done
                              ? answer(RadiusPacket.DISCONNECT_ACK, request, 0)
                              : answer(RadiusPacket.DISCONNECT_NAK, request, NO_SESSION)));
    }
  }

  private boolean fresh(long stampSeconds) {
    return Math.abs(nowMillis.getAsLong() / 1000 - stampSeconds) <= WINDOW_SECONDS;
  }

  private static Function<Secret, byte[]> answer(int code, RadiusPacket request, long cause) {
    List<Attribute> attributes = new ArrayList<>();
    if (cause != 0) {
      attributes.add(Attribute.number(AttributeType.ERROR_CAUSE, cause));
    }
    request
        .all(AttributeType.PROXY_STATE)
        .limit(PROXIES_MAX)
        .forEach(each -> attributes.add(new Attribute(AttributeType.PROXY_STATE, each)));
    return secret -> Protection.response(code, request, attributes, secret).encode();
  }

  private void send(SocketAddress to, byte[] octets) {
    try {
      socket.send(new DatagramPacket(octets, octets.length, to));
    } catch (IOException e) {
      log.debug("an answer cannot be sent to {}", to, e);
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
