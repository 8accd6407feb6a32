package io.phalanx.node.ike;

import io.phalanx.config.EapMethod;
import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.config.GatewayConfig.Eap;
import io.phalanx.config.GatewayConfig.User;
import io.phalanx.config.Identity;
import io.phalanx.config.IdentityNotation;
import io.phalanx.config.Secret;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.node.auth.SharedKeyAuth;
import io.phalanx.node.auth.SignedOctets;
import io.phalanx.node.eap.EapOutcome;
import io.phalanx.node.eap.EapPacket;
import io.phalanx.node.eap.EapServer;
import io.phalanx.node.eap.EapServer.RadiusVerdict;
import io.phalanx.node.eap.EapTlsSettings;
import io.phalanx.node.eap.EapUser;
import io.phalanx.node.ike.wire.Decoded;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Payload.Notify;
import io.phalanx.node.radius.RadiusAnswer;
import io.phalanx.node.radius.RadiusQuestion;
import io.phalanx.replication.image.EapState;
import io.phalanx.replication.image.EapState.Step;
import io.phalanx.replication.image.IkeSaImage.EapProgress;
import io.phalanx.replication.image.IkeSaImage.Grants;
import io.phalanx.replication.image.IkeSaImage.InitExchange;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * IKE_AUTH of several rounds, as responder (RFC 7296 §2.16).
 *
 * <pre>
 *   IDi, SA, TSi, TSr, ..   --&gt;
 *                           &lt;--  IDr, CERT, AUTH, EAP      (without CERT and AUTH: RFC 5998)
 *   EAP                     --&gt;
 *                           &lt;--  EAP                       (as often as it takes)
 *   EAP                     --&gt;
 *                           &lt;--  EAP success
 *   AUTH                    --&gt;
 *                           &lt;--  AUTH, SA, TSi, TSr, ..
 * </pre>
 *
 * <p>How far it has come is in the image before each answer, so that another member goes on with
 * it.
 */
final class EapAuth {
  private final Environment environment;
  private final Messages messages;
  private final Authenticator authenticator;
  private final Map<String, Secret> users = new HashMap<>();

  EapAuth(Environment environment, Messages messages, Authenticator authenticator) {
    this.environment = environment;
    this.messages = messages;
    this.authenticator = authenticator;
    for (User user : environment.config().users()) {
      users.put(user.name(), user.password());
    }
  }

  /** A packet of the peer that waits for what a RADIUS server says. */
  record Waiting(Inbound in, Connection connection, EapState state) {}

  /** What a round has come to. */
  sealed interface Round {}

  /** It goes on: the answer is on its way, or waits for a RADIUS server. */
  record GoesOn() implements Round {}

  /**
   * Both have proved who they are.
   *
   * @param offer what the peer wants, as the request to be answered
   */
  record Proved(Inbound offer, Connection connection) implements Round {}

  /**
   * @param packet an EAP failure for the peer, if EAP has come that far
   * @param reason for our log only
   */
  record Refused(Optional<byte[]> packet, String reason) implements Round {}

  private EapServer server(Connection connection, boolean alone) {
    List<EapMethod> methods =
        connection.remote().authentication() instanceof Eap eap ? eap.methods() : List.of();
    Optional<EapTlsSettings> tls =
        Optional.ofNullable(environment.credentials().own().get(connection.name()))
            .flatMap(
                own ->
                    Optional.ofNullable(
                            environment.credentials().authorities().get(connection.name()))
                        .map(authorities -> new EapTlsSettings(own, authorities, alone)));
    return new EapServer(
        new EapServer.Policy(
            methods,
            name ->
                Optional.ofNullable(users.get(name)).map(password -> new EapUser(name, password)),
            tls,
            connection.local().id().toString()),
        environment.random());
  }

  /** The first request has no AUTH: the peer wants EAP. */
  Round begin(IkeSa sa, Inbound in, Connection connection, Identity claimed) {
    if (!(connection.remote().authentication() instanceof Eap eap)) {
      return new Refused(Optional.empty(), "EAP is not for this connection");
    }
    boolean only = eap.only() && in.message().has(NotifyType.EAP_ONLY_AUTHENTICATION);
    sa.eap = Optional.of(new EapProgress(offer(in.message()), only, EapState.NEW));
    Optional<String> name = eap.askIdentity() ? Optional.empty() : Optional.of(nameOf(claimed));
    return outcome(sa, in, connection, server(connection, only).start(name, sa.local.eap));
  }

  /** What of the request is needed once EAP is done. */
  private static byte[] offer(IkeMessage message) {
    List<Payload> kept =
        message.payloads().stream()
            .filter(
                each ->
                    switch (each) {
                      case Payload.SecurityAssociation _,
                          Payload.Identification _,
                          Payload.TrafficSelectors _,
                          Payload.Configuration _,
                          Notify _ ->
                          true;
                      case Payload _ -> false;
                    })
            .toList();
    return MessageCodec.encode(new IkeMessage(message.header(), kept));
  }

  private static String nameOf(Identity identity) {
    return switch (identity.type().code()) {
      case 2, 3, 11 -> new String(identity.data(), StandardCharsets.UTF_8); // RFC 7296 §3.5
      default -> identity.toString();
    };
  }

  /** Takes the next request of IKE_AUTH. */
  Round next(IkeSa sa, Inbound in, Connection connection, long nowMillis) {
    EapProgress progress = sa.eap.orElseThrow();
    EapState state = progress.state();
    if (state.step() == Step.DONE) {
      return prove(sa, in, connection, progress);
    }
    Optional<Payload.Eap> packet = in.message().first(Payload.Eap.class);
    if (packet.isEmpty()) {
      return new Refused(
          Optional.of(EapPacket.failure(state.identifier()).encode()), "no EAP payload");
    }
    EapOutcome outcome =
        server(connection, progress.only())
            .received(state, packet.get().message(), sa.local.eap, Instant.ofEpochMilli(nowMillis));
    return outcome(sa, in, connection, outcome);
  }

  /** Goes on with what the RADIUS server has said. */
  Round answered(IkeSa sa, Waiting waiting, RadiusAnswer answer) {
    RadiusVerdict verdict =
        switch (answer) {
          case RadiusAnswer.Challenge(var eap, var state, int index) ->
              new RadiusVerdict.Challenge(eap, state, index);
          case RadiusAnswer.Reject(var eap) ->
              new RadiusVerdict.Reject(eap, "refused by the RADIUS server");
          case RadiusAnswer.Silence() ->
              new RadiusVerdict.Reject(new byte[0], "no RADIUS server answers");
          case RadiusAnswer.Accept(var user, var msk, var granted) -> {
            sa.grants =
                new Grants(
                    "",
                    granted.addresses(),
                    granted.pool(),
                    granted.classes(),
                    granted.sessionSeconds(),
                    granted.idleSeconds(),
                    granted.interimSeconds(),
                    sa.grants.account().withByRadius());
            yield new RadiusVerdict.Accept(new byte[0], msk, user);
          }
        };
    EapOutcome outcome = server(waiting.connection(), false).answered(waiting.state(), verdict);
    return outcome(sa, waiting.in(), waiting.connection(), outcome);
  }

  private Round outcome(IkeSa sa, Inbound in, Connection connection, EapOutcome outcome) {
    return switch (outcome) {
      case EapOutcome.Ask(var state) -> send(sa, in, connection, state);
      case EapOutcome.Succeeded(var state) -> {
        succeeded(sa, state);
        yield send(sa, in, connection, state);
      }
      case EapOutcome.Failed(var packet, var reason) ->
          new Refused(Optional.of(packet), "EAP: " + reason);
      case EapOutcome.AskRadius(var state, var packet) -> {
        sa.local.radiusAsked = Optional.of(new Waiting(in, connection, state));
        sa.hold(
            new Effect.AskRadius(
                sa.localSpi,
                new RadiusQuestion(
                    sa.sessionId,
                    state.user(),
                    packet,
                    state.secret(),
                    state.server(),
                    in.datagram().peer(),
                    connection.local().id().toString())));
        yield new GoesOn();
      }
    };
  }

  /** From here on the peer is who EAP says, whatever it calls itself in IKE. */
  private static void succeeded(IkeSa sa, EapState state) {
    Grants granted = sa.grants;
    sa.grants =
        new Grants(
            state.user(),
            granted.addresses(),
            granted.pool(),
            granted.classes(),
            granted.sessionSeconds(),
            granted.idleSeconds(),
            granted.interimSeconds(),
            granted.account());
    sa.peerId = Optional.of(identity(state.user()));
    sa.report("eap-succeeded", "user=" + EapPacket.printable(state.user()));
  }

  static Identity identity(String user) {
    return IdentityNotation.parse(user)
        .toOptional()
        .orElseGet(() -> Identity.keyId(user.getBytes(StandardCharsets.UTF_8)));
  }

  private Round send(IkeSa sa, Inbound in, Connection connection, EapState state) {
    EapProgress progress = sa.eap.orElseThrow();
    List<Payload> payloads = new ArrayList<>();
    if (in.message().first(Payload.Identification.class).isPresent()) {
      payloads.add(new Payload.Identification(false, connection.local().id()));
      if (!progress.only()) {
        Optional<List<Payload>> proof = authenticator.prove(sa, connection, Optional.empty());
        if (proof.isEmpty()) {
          return new Refused(Optional.empty(), "we have nothing to sign with");
        }
        payloads.addAll(proof.get());
      }
    }
    payloads.add(new Payload.Eap(state.request()));
    sa.eap = Optional.of(new EapProgress(progress.offer(), progress.only(), state));
    messages.respond(sa, in, payloads);
    return new GoesOn();
  }

  /** EAP has succeeded; AUTH shows that nobody was in between (RFC 7296 §2.16). */
  private Round prove(IkeSa sa, Inbound in, Connection connection, EapProgress progress) {
    Optional<Payload.Authentication> proof = in.message().first(Payload.Authentication.class);
    Optional<Inbound> offer = offered(in, progress);
    Optional<Identity> claimed = offer.flatMap(each -> identityOf(each.message()));
    if (proof.isEmpty() || claimed.isEmpty()) {
      return new Refused(Optional.empty(), "no AUTH payload after EAP");
    }
    byte[] octets =
        SignedOctets.ofInitiator(sa.suite.prf(), sa.init.orElseThrow(), sa.keys, claimed.get());
    Secret msk = progress.state().secret();
    Secret key = msk.length() == 0 ? sa.keys.pi() : msk;
    return SharedKeyAuth.verify(sa.suite.prf(), key, octets, proof.get())
        ? new Proved(offer.orElseThrow(), connection)
        : new Refused(Optional.empty(), "AUTH does not fit the key of the EAP method");
  }

  /** What the first request has offered, as if this one did. */
  private static Optional<Inbound> offered(Inbound in, EapProgress progress) {
    return MessageCodec.decode(progress.offer()) instanceof Decoded.Ok(IkeMessage offer)
        ? Optional.of(
            new Inbound(in.datagram(), new IkeMessage(in.message().header(), offer.payloads())))
        : Optional.empty();
  }

  private static Optional<Identity> identityOf(IkeMessage message) {
    return message
        .all(Payload.Identification.class)
        .filter(Payload.Identification::initiator)
        .map(Payload.Identification::identity)
        .findFirst();
  }

  /** Our AUTH at the end, by the key of the method. */
  Payload ownProof(IkeSa sa, Connection connection, EapProgress progress) {
    InitExchange init = sa.init.orElseThrow();
    byte[] octets =
        SignedOctets.ofResponder(sa.suite.prf(), init, sa.keys, connection.local().id());
    Secret msk = progress.state().secret();
    return SharedKeyAuth.create(sa.suite.prf(), msk.length() == 0 ? sa.keys.pr() : msk, octets);
  }
}
