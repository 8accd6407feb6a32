package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig.Child;
import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.config.Secret;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.config.suite.KeyExchangeMethod;
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

  ChildNegotiation(Environment environment) {
    this.environment = environment;
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
      Optional<Selectors> selectors =
          proposed.flatMap(Selectors.configured(connection, child, sa)::narrow);
      if (selectors.isPresent()) {
        Optional<Chosen<EspSuite>> chosen =
            Proposals.chooseEsp(proposals, child.espSuites(), nonces.withKeyExchange());
        if (chosen.isPresent()) {
          return agree(sa, child, chosen.get(), selectors.get(), message, nonces);
        }
        fault = NotifyType.NO_PROPOSAL_CHOSEN;
      }
    }
    return new Refused(Notify.of(fault));
  }

  private Result agree(
      IkeSa sa,
      Child child,
      Chosen<EspSuite> chosen,
      Selectors selectors,
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
    payloads.addAll(selectors.payloads(false));
    return new Made(
        agreed(sa, child, chosen, spi.getAsInt(), selectors, shared, nonces, false), payloads);
  }

  /**
   * Our proposal: SA, KEi if any, TSi, TSr; the nonce is left to the caller.
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
    payloads.addAll(Selectors.configured(connection, child, sa).payloads(true));
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
    Optional<Selectors> selectors = Selectors.ofPeer(message, false);
    if (chosen.isEmpty()) {
      return new Refused(Notify.of(NotifyType.NO_PROPOSAL_CHOSEN));
    }
    if (selectors.isEmpty()
        || !Selectors.configured(connection, child, sa).covers(selectors.get())) {
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
        agreed(sa, child, chosen.get(), inboundSpi, selectors.get(), shared, nonces, true),
        List.of());
  }

  private static ChildSas.Agreed agreed(
      IkeSa sa,
      Child child,
      Chosen<EspSuite> chosen,
      int inboundSpi,
      Selectors selectors,
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
        child, chosen.suite(), inboundSpi, (int) chosen.peerSpi(), selectors, keys, weInitiated);
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
