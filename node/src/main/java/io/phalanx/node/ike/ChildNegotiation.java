package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig.Child;
import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.config.Secret;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.config.suite.KeyExchangeMethod;
import io.phalanx.datapath.TransportAddresses;
import io.phalanx.node.ike.crypto.KeyAgreement;
import io.phalanx.node.ike.crypto.KeyAgreement.KeyPairValue;
import io.phalanx.node.ike.crypto.KeyDerivation;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.Notifies;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Payload.Notify;
import io.phalanx.node.ike.wire.Payload.Proposal;
import io.phalanx.node.ike.wire.Proposals;
import io.phalanx.node.ike.wire.Proposals.Chosen;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Agrees on a Child SA: proposals, traffic selectors, keys. The same in IKE_AUTH, which has no key
 * exchange of its own, and in CREATE_CHILD_SA (RFC 7296 §1.2, §1.3.1).
 */
final class ChildNegotiation {
  private final Environment environment;
  private final TransportMode transportMode;

  ChildNegotiation(Environment environment) {
    this.environment = environment;
    this.transportMode = new TransportMode(environment);
  }

  /**
   * Nonces of the exchange.
   *
   * @param withKeyExchange whether the exchange may have a key exchange: CREATE_CHILD_SA
   */
  record Nonces(byte[] initiator, byte[] responder, boolean withKeyExchange) {}

  /** What came of a proposal of the peer, or of the peer's answer to ours. */
  sealed interface Result {}

  /**
   * @param payloads for the answer, in their order: SA, KEr if any, TSi, TSr
   */
  record Made(ChildSas.Agreed agreed, List<Payload> payloads) implements Result {}

  record Refused(Notify error) implements Result {}

  /**
   * What is to be carried.
   *
   * @param transport the two ends in transport mode; empty in tunnel mode
   */
  private record Scope(Selectors selectors, Optional<TransportAddresses> transport) {}

  /**
   * Answers a proposal of the peer.
   *
   * @param candidates children of the configuration that it may be for, in order of preference
   */
  Result answer(
      IkeSa sa, Connection connection, List<Child> candidates, IkeMessage message, Nonces nonces) {
    Optional<Selectors> proposed = Selectors.ofPeer(message, true);
    List<Proposal> proposals = proposals(message);
    NotifyType fault = NotifyType.TS_UNACCEPTABLE;
    for (Child child : candidates) {
      Optional<Scope> scope =
          proposed.flatMap(each -> narrowed(sa, connection, child, each, message));
      if (scope.isPresent()) {
        Optional<Chosen<EspSuite>> chosen =
            Proposals.chooseEsp(proposals, child.espSuites(), nonces.withKeyExchange());
        if (chosen.isPresent()) {
          return agree(sa, child, chosen.get(), scope.get(), message, nonces);
        }
        fault = NotifyType.NO_PROPOSAL_CHOSEN;
      }
    }
    return new Refused(Notify.of(fault));
  }

  /**
   * What of the proposal this child may carry. One in transport mode is made for none that does not
   * ask for it; one in tunnel mode declines transport mode by not repeating the notification.
   */
  private Optional<Scope> narrowed(
      IkeSa sa, Connection connection, Child child, Selectors proposed, IkeMessage message) {
    if (!TransportMode.wanted(child)) {
      return Selectors.configured(connection, child, sa)
          .narrow(proposed)
          .map(selectors -> new Scope(selectors, Optional.empty()));
    }
    if (!TransportMode.in(message)) {
      return Optional.empty();
    }
    return transportMode
        .seen(child, sa, proposed)
        .flatMap(
            seen ->
                transportMode
                    .configured(child, sa)
                    .narrow(seen.selectors())
                    .map(selectors -> new Scope(selectors, Optional.of(seen.addresses()))));
  }

  private Result agree(
      IkeSa sa,
      Child child,
      Chosen<EspSuite> chosen,
      Scope scope,
      IkeMessage message,
      Nonces nonces) {
    OptionalInt spi = environment.spis().esp().get();
    if (spi.isEmpty()) {
      return new Refused(Notify.of(NotifyType.TEMPORARY_FAILURE));
    }
    List<Payload> payloads = new ArrayList<>();
    payloads.add(
        new Payload.SecurityAssociation(List.of(chosen.answer(Notifies.spiOf(spi.getAsInt())))));
    Optional<Secret> shared = Optional.empty();
    if (nonces.withKeyExchange() && chosen.suite().keyExchange().isPresent()) {
      KeyExchangeMethod method = chosen.suite().keyExchange().get();
      Optional<Payload.KeyExchange> theirs = message.first(Payload.KeyExchange.class);
      if (theirs.isEmpty() || theirs.get().group() != method.id()) {
        return new Refused(Notifies.invalidKe(method.id()));
      }
      KeyPairValue ours = KeyAgreement.generate(method, environment.random());
      shared = KeyAgreement.agree(method, ours.privateValue(), theirs.get().data());
      if (shared.isEmpty()) {
        return new Refused(Notify.of(NotifyType.INVALID_SYNTAX));
      }
      payloads.add(new Payload.KeyExchange(method.id(), ours.publicValue()));
    }
    payloads.addAll(scope.selectors().payloads(false));
    if (scope.transport().isPresent()) {
      payloads.add(TransportMode.notification());
    }
    return new Made(
        agreed(sa, child, chosen, spi.getAsInt(), scope, shared, nonces, false), payloads);
  }

  /**
   * Our proposal: SA, KEi if any, TSi, TSr, mode; the nonce is left to the caller.
   *
   * @param own our half of the key exchange
   */
  List<Payload> offer(
      IkeSa sa,
      Connection connection,
      Child child,
      int spi,
      Optional<Payload.KeyExchange> own,
      boolean withKeyExchange) {
    List<Payload> payloads = new ArrayList<>();
    payloads.add(
        new Payload.SecurityAssociation(Proposals.ofEsp(child.espSuites(), spi, withKeyExchange)));
    own.ifPresent(payloads::add);
    if (TransportMode.wanted(child)) {
      payloads.addAll(transportMode.offered(child, sa).payloads(true));
      payloads.add(TransportMode.notification());
    } else {
      payloads.addAll(Selectors.configured(connection, child, sa).payloads(true));
    }
    return payloads;
  }

  /**
   * Takes the peer's answer to our proposal.
   *
   * @param inboundSpi the SPI that we have offered
   * @param privateValue of the key exchange in the proposal, with its method
   */
  Result accept(
      IkeSa sa,
      Connection connection,
      Child child,
      int inboundSpi,
      Optional<KeyExchangeMethod> method,
      Secret privateValue,
      IkeMessage message,
      Nonces nonces) {
    Optional<Chosen<EspSuite>> chosen =
        Proposals.acceptedEsp(proposals(message), child.espSuites(), nonces.withKeyExchange());
    Optional<Scope> scope =
        Selectors.ofPeer(message, false)
            .flatMap(each -> accepted(sa, connection, child, each, message));
    if (chosen.isEmpty()) {
      return new Refused(Notify.of(NotifyType.NO_PROPOSAL_CHOSEN));
    }
    if (scope.isEmpty()) {
      return new Refused(Notify.of(NotifyType.TS_UNACCEPTABLE));
    }
    Optional<Secret> shared = Optional.empty();
    if (nonces.withKeyExchange() && chosen.get().suite().keyExchange().isPresent()) {
      int group = chosen.get().suite().keyExchange().get().id();
      shared =
          message
              .first(Payload.KeyExchange.class)
              .filter(theirs -> theirs.group() == group)
              .flatMap(
                  theirs ->
                      method
                          .filter(ours -> ours.id() == group)
                          .flatMap(ours -> KeyAgreement.agree(ours, privateValue, theirs.data())));
      if (shared.isEmpty()) {
        return new Refused(Notify.of(NotifyType.INVALID_SYNTAX));
      }
    }
    return new Made(
        agreed(sa, child, chosen.get(), inboundSpi, scope.get(), shared, nonces, true), List.of());
  }

  /** What a responder has chosen, if it may; the mode has to be the one we asked for. */
  private Optional<Scope> accepted(
      IkeSa sa, Connection connection, Child child, Selectors chosen, IkeMessage message) {
    if (TransportMode.wanted(child) != TransportMode.in(message)) {
      return Optional.empty();
    }
    if (!TransportMode.wanted(child)) {
      return Selectors.configured(connection, child, sa).covers(chosen)
          ? Optional.of(new Scope(chosen, Optional.empty()))
          : Optional.empty();
    }
    return transportMode
        .seen(child, sa, chosen)
        .filter(seen -> transportMode.configured(child, sa).covers(seen.selectors()))
        .map(seen -> new Scope(seen.selectors(), Optional.of(seen.addresses())));
  }

  private static ChildSas.Agreed agreed(
      IkeSa sa,
      Child child,
      Chosen<EspSuite> chosen,
      int inboundSpi,
      Scope scope,
      Optional<Secret> shared,
      Nonces nonces,
      boolean weInitiated) {
    KeyDerivation.ChildKeys keys =
        KeyDerivation.child(
            sa.suite.prf(),
            sa.keys.d(),
            chosen.suite(),
            shared,
            nonces.initiator(),
            nonces.responder());
    return new ChildSas.Agreed(
        child,
        chosen.suite(),
        inboundSpi,
        (int) chosen.peerSpi(),
        scope.selectors(),
        scope.transport(),
        keys,
        weInitiated);
  }

  private static List<Proposal> proposals(IkeMessage message) {
    return message
        .first(Payload.SecurityAssociation.class)
        .map(Payload.SecurityAssociation::proposals)
        .orElse(List.of());
  }

  /** The method with this IANA number, if we have it. */
  static Optional<KeyExchangeMethod> method(int group) {
    for (KeyExchangeMethod each : KeyExchangeMethod.values()) {
      if (each.id() == group) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }
}
