package io.phalanx.node.eap;

import io.phalanx.config.EapMethod;
import io.phalanx.config.Secret;
import io.phalanx.replication.image.EapState;
import io.phalanx.replication.image.EapState.Step;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The authenticator's side of EAP (RFC 3748): asks who the peer is, offers methods in the order of
 * the configuration, and goes by what the peer refuses (§5.3).
 *
 * <p>A response that does not answer the last request has that request sent again, as IKEv2 has to
 * answer each message; the number of rounds is bounded, so this ends.
 */
public final class EapServer {
  /** A TLS handshake with long chains takes some twenty; a bound of ours. */
  static final int ROUNDS_MAX = 60;

  private static final int NAME_OCTETS_MAX = 253; // RFC 7542 §2.2, RFC 2865 §5

  /**
   * What the configuration says.
   *
   * @param methods at least one
   * @param users passwords of users
   * @param tls our side of EAP-TLS, where that is a method
   */
  public record Policy(
      List<EapMethod> methods,
      Function<String, Optional<EapUser>> users,
      Optional<EapTlsSettings> tls,
      String serverName) {}

  private final Policy policy;
  private final SecureRandom random;
  private final MsChapMethod msChap;

  public EapServer(Policy policy, SecureRandom random) {
    this.policy = policy;
    this.random = random;
    this.msChap = new MsChapMethod(policy, random);
  }

  /** What a RADIUS server has said to a packet of the peer. */
  public sealed interface RadiusVerdict {
    /**
     * @param packet a request for the peer
     */
    record Challenge(byte[] packet, Secret state, int server) implements RadiusVerdict {}

    /**
     * @param packet a success for the peer; empty where the server has sent none
     * @param user as the server calls the peer, or empty
     */
    record Accept(byte[] packet, Secret msk, String user) implements RadiusVerdict {}

    /**
     * @param packet a failure for the peer; empty where the server has sent none
     */
    record Reject(byte[] packet, String reason) implements RadiusVerdict {}
  }

  /**
   * Begins.
   *
   * @param name who the peer is said to be already; if empty it is asked
   */
  public EapOutcome start(Optional<String> name, EapLocal local) {
    EapState state = EapState.NEW;
    if (name.isPresent()) {
      return begin(state.as(name.get()), local);
    }
    return new EapOutcome.Ask(
        state.asked(
            Step.IDENTITY, EapPacket.request(first(), EapPacket.IDENTITY).encode(), Secret.EMPTY));
  }

  private int first() {
    return random.nextInt(256);
  }

  /** Takes a packet of the peer. */
  public EapOutcome received(EapState state, byte[] octets, EapLocal local, Instant now) {
    Optional<EapPacket> packet = EapPacket.decode(octets);
    if (state.rounds() >= ROUNDS_MAX) {
      return failed(state, "too many rounds");
    }
    boolean answers =
        packet
            .filter(each -> each.code() == EapPacket.RESPONSE)
            .filter(each -> each.identifier() == state.identifier())
            .isPresent();
    if (!answers) {
      return again(state);
    }
    EapPacket response = packet.get();
    if (state.step() == Step.RADIUS) {
      return new EapOutcome.AskRadius(state, octets);
    }
    boolean refuses =
        response.type() == EapPacket.NAK
            || (response.type() == EapPacket.EXPANDED && state.step() != Step.IDENTITY);
    if (refuses) {
      return refused(state, response, local);
    }
    return switch (state.step()) {
      case IDENTITY -> identified(state, response, local);
      case CHALLENGED, ACCEPTED, REFUSED ->
          response.type() == EapPacket.MSCHAPV2 ? msChap.received(state, response) : again(state);
      case TLS ->
          response.type() == EapPacket.TLS ? tls(state, response, local, now) : again(state);
      case NEW, RADIUS, DONE -> failed(state, "a packet out of turn");
    };
  }

  /** The last request once more. */
  private static EapOutcome again(EapState state) {
    return new EapOutcome.Ask(state.asked(state.step(), state.request(), state.secret()));
  }

  private EapOutcome identified(EapState state, EapPacket response, EapLocal local) {
    if (response.type() != EapPacket.IDENTITY) {
      return again(state);
    }
    if (response.data().length > NAME_OCTETS_MAX) {
      return failed(state, "its name is too long");
    }
    return begin(state.as(new String(response.data(), StandardCharsets.UTF_8)), local);
  }

  /** Begins the method that is next. */
  private EapOutcome begin(EapState state, EapLocal local) {
    int next = state.request().length == 0 ? first() : state.identifier() + 1;
    return switch (policy.methods().get(state.method())) {
      case MSCHAPV2 -> msChap.begin(state, next);
      case RADIUS ->
          new EapOutcome.AskRadius(
              new EapState(
                  Step.RADIUS,
                  state.method(),
                  state.rounds(),
                  state.request(),
                  state.user(),
                  Secret.EMPTY,
                  0),
              EapPacket.identity(state.identifier(), state.user()).encode());
      case TLS -> {
        if (policy.tls().isEmpty()) {
          yield failed(state, "EAP-TLS is not set up");
        }
        local.tls = Optional.of(new EapTlsServer(policy.tls().get(), random));
        yield new EapOutcome.Ask(
            state.asked(Step.TLS, EapTlsServer.start(next).encode(), Secret.EMPTY));
      }
    };
  }

  /** The peer does not want this method, and may name others (RFC 3748 §5.3.1). */
  private EapOutcome refused(EapState state, EapPacket nak, EapLocal local) {
    boolean first = state.step() == Step.CHALLENGED || state.step() == Step.TLS;
    boolean under = local.tls.map(EapTlsServer::begun).orElse(false);
    if (!first || under) {
      return failed(state, "it breaks the method off");
    }
    for (int i = state.method() + 1; i < policy.methods().size(); i++) {
      EapMethod method = policy.methods().get(i);
      if (method == EapMethod.RADIUS || wants(nak, method)) {
        local.tls = Optional.empty();
        return begin(state.by(i), local);
      }
    }
    return failed(state, "it takes none of our methods");
  }

  /** An expanded Nak names nothing that we have (RFC 3748 §5.3.2). */
  private static boolean wants(EapPacket nak, EapMethod method) {
    if (nak.type() != EapPacket.NAK) {
      return false;
    }
    for (byte type : nak.data()) {
      if ((type & 0xff) == method.type()) {
        return true;
      }
    }
    return false;
  }

  private EapOutcome tls(EapState state, EapPacket response, EapLocal local, Instant now) {
    if (local.tls.isEmpty()) {
      return failed(state, "the member that had its TLS session is gone");
    }
    return switch (local.tls.get().received(response, state.user(), now)) {
      case EapTlsServer.More(var packet) ->
          new EapOutcome.Ask(state.asked(Step.TLS, packet.encode(), Secret.EMPTY));
      case EapTlsServer.Done(var msk) -> {
        local.tls = Optional.empty();
        yield succeeded(state, msk);
      }
      case EapTlsServer.Broken(var reason) -> {
        local.tls = Optional.empty();
        yield failed(state, reason);
      }
    };
  }

  /** Goes on with what the RADIUS server has said. */
  public EapOutcome answered(EapState state, RadiusVerdict verdict) {
    return switch (verdict) {
      case RadiusVerdict.Challenge(var packet, var radiusState, int server) -> {
        boolean request =
            EapPacket.decode(packet).filter(each -> each.code() == EapPacket.REQUEST).isPresent();
        yield request
            ? new EapOutcome.Ask(state.asked(Step.RADIUS, packet, radiusState).at(server))
            : failed(state, "the RADIUS server asks nothing");
      }
      case RadiusVerdict.Accept(_, var msk, var user) ->
          succeeded(user.isEmpty() ? state : state.as(user), msk);
      case RadiusVerdict.Reject(var packet, var reason) -> {
        boolean failure =
            EapPacket.decode(packet).filter(each -> each.code() == EapPacket.FAILURE).isPresent();
        yield failure ? new EapOutcome.Failed(packet, reason) : failed(state, reason);
      }
    };
  }

  static EapOutcome succeeded(EapState state, Secret msk) {
    return new EapOutcome.Succeeded(
        state.asked(Step.DONE, EapPacket.success(state.identifier()).encode(), msk));
  }

  static EapOutcome failed(EapState state, String reason) {
    return new EapOutcome.Failed(EapPacket.failure(state.identifier()).encode(), reason);
  }
}
