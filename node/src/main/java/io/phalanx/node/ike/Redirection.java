package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.config.Identity;
import io.phalanx.config.iana.IdType;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.node.ike.wire.Decoded;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.Payload.Notify;
import io.phalanx.node.ike.wire.Redirects;
import io.phalanx.node.ike.wire.Redirects.Redirect;
import io.phalanx.replication.image.IkeSaImage.InitExchange;
import io.phalanx.replication.image.IkeSaImage.Phase;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sends peers to another gateway, and goes where a peer sends us (RFC 5685): in the answer to
 * IKE_SA_INIT, in that to IKE_AUTH, and at any time later. Between the members of a cluster this is
 * never needed; it is for whole clusters.
 */
final class Redirection {
  /** How long a peer has for going, before what it has here ends (RFC 5685 §5). */
  static final long GRACE_MILLIS = 30_000;

  /** Redirects that we follow within the period, for each connection (RFC 5685 §7, §9). */
  private static final int REDIRECTS_MAX = 5;

  private static final long LOOP_PERIOD_MILLIS = 300_000;

  /** Not all peers at once: this many are told each second. */
  private static final int TOLD_PER_SECOND = 200;

  /** To be begun: a connection, at another address than its own. */
  record Move(String connection, InetSocketAddress peer, Identity from) {}

  private final Environment environment;
  private List<Identity> targets;
  private final Map<String, Deque<Long>> followed = new HashMap<>();
  private final List<Move> moves = new ArrayList<>();

  Redirection(Environment environment) {
    this.environment = environment;
    this.targets = environment.config().ike().redirectTo();
  }

  // As gateway

  /** From now on everybody is sent there; empty for as the configuration says. */
  void sendTo(Optional<Identity> gateway) {
    targets = gateway.map(List::of).orElseGet(environment.config().ike()::redirectTo);
  }

  /** The answer to IKE_SA_INIT, if the peer is to go elsewhere and can. */
  Optional<Notify> answerInit(IkeMessage request) {
    return target(targets, request)
        .map(gateway -> Redirects.redirect(gateway, IkeSaInit.nonce(request)));
  }

  /** What the answer to IKE_AUTH says, if the peer is to go elsewhere and can. */
  Optional<Notify> answerAuth(IkeSa sa, Connection connection) {
    List<Identity> wanted = connection.redirectTo().isEmpty() ? targets : connection.redirectTo();
    return sa.init
        .map(InitExchange::request)
        .map(MessageCodec::decode)
        .filter(Decoded.Ok.class::isInstance)
        .flatMap(decoded -> target(wanted, ((Decoded.Ok) decoded).message()))
        .map(Redirects::redirect);
  }

  /** One of them, the same for the same nonce; never the one that has sent the peer here (§4). */
  private static Optional<Identity> target(List<Identity> gateways, IkeMessage init) {
    if (!supports(init)) {
      return Optional.empty();
    }
    Optional<Identity> from =
        Redirects.read(init, NotifyType.REDIRECTED_FROM).map(Redirect::gateway);
    List<Identity> possible =
        gateways.stream().filter(each -> !from.equals(Optional.of(each))).toList();
    return possible.isEmpty()
        ? Optional.empty()
        : Optional.of(
            possible.get(Math.floorMod(Arrays.hashCode(IkeSaInit.nonce(init)), possible.size())));
  }

  /** Whether an initiator can be sent elsewhere (§3, §4). */
  static boolean supports(IkeMessage init) {
    return init.has(NotifyType.REDIRECT_SUPPORTED) || init.has(NotifyType.REDIRECTED_FROM);
  }

  /** Wants all established peers that have come to us, and can, to be sent elsewhere. */
  static List<IkeSa> leaving(Iterable<IkeSa> all, Identity gateway, long nowMillis) {
    List<IkeSa> leaving = new ArrayList<>();
    for (IkeSa sa : all) {
      if (sa.phase == Phase.ESTABLISHED && sa.extensions.redirects() && !sa.mobility.decides()) {
        sa.local.wantAt(
            new Task.Redirect(gateway), nowMillis + leaving.size() * 1000L / TOLD_PER_SECOND);
        leaving.add(sa);
      }
    }
    return leaving;
  }

  // As client

  /** What an IKE_SA_INIT request says of it. */
  List<Notify> announce(IkeSa sa) {
    if (!environment.config().ike().followRedirects()) {
      return List.of();
    }
    return List.of(
        sa.local
            .redirectedFrom
            .map(Redirects::redirectedFrom)
            .orElseGet(() -> Notify.of(NotifyType.REDIRECT_SUPPORTED)));
  }

  /**
   * Goes where the unprotected answer to an IKE_SA_INIT request sends us, if it does; the nonce
   * shows that it comes from somebody who has seen the request (§4).
   */
  boolean followInit(IkeSa sa, Connection connection, Notify notify, byte[] nonce, long nowMillis) {
    Optional<Move> move =
        notify.type().equals(NotifyType.REDIRECT)
            ? Redirects.read(notify)
                .filter(each -> Arrays.equals(each.nonce(), nonce))
                .flatMap(each -> admit(sa, connection, each.gateway(), nowMillis))
            : Optional.empty();
    move.ifPresent(moves::add);
    return move.isPresent();
  }

  /**
   * Goes where an authenticated message sends us, if it can: a new IKE SA is begun there.
   *
   * @return whether the message says so at all
   */
  boolean follow(IkeSa sa, Connection connection, IkeMessage message, long nowMillis) {
    Optional<Redirect> redirect = Redirects.read(message, NotifyType.REDIRECT);
    redirect
        .flatMap(each -> admit(sa, connection, each.gateway(), nowMillis))
        .ifPresent(moves::add);
    return redirect.isPresent();
  }

  private Optional<Move> admit(IkeSa sa, Connection connection, Identity gateway, long nowMillis) {
    Optional<InetAddress> address = address(gateway);
    if (!environment.config().ike().followRedirects()
        || connection.remoteAddress().isEmpty()
        || address.isEmpty()) {
      sa.report("redirect-ignored", "to=" + gateway);
      return Optional.empty();
    }
    Deque<Long> before = followed.computeIfAbsent(connection.name(), _ -> new ArrayDeque<>());
    before.removeIf(at -> at <= nowMillis - LOOP_PERIOD_MILLIS);
    if (before.size() >= REDIRECTS_MAX) {
      sa.report("redirect-ignored", "to=" + gateway + ": too many of them");
      return Optional.empty();
    }
    before.add(nowMillis);
    sa.report("redirected", "to=" + gateway);
    int port = connection.remoteAddress().get().getPort();
    return Optional.of(
        new Move(
            connection.name(),
            new InetSocketAddress(address.get(), port),
            Identity.address(sa.peer.getAddress())));
  }

  /** Of a gateway that is named by its address: the engine asks no name server. */
  private static Optional<InetAddress> address(Identity gateway) {
    try {
      return gateway.type().equals(IdType.FQDN)
          ? Optional.empty()
          : Optional.of(InetAddress.getByAddress(gateway.data()));
    } catch (UnknownHostException fault) {
      throw new IllegalStateException("an address of 4 or 16 octets is one", fault);
    }
  }

  /** Takes what is to be begun. */
  List<Move> takeMoves() {
    List<Move> all = List.copyOf(moves);
    moves.clear();
    return all;
  }
}
