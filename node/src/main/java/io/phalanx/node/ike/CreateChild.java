package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig.Child;
import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.config.Secret;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.config.suite.KeyExchangeMethod;
import io.phalanx.node.ike.crypto.KeyAgreement;
import io.phalanx.node.ike.crypto.KeyAgreement.KeyPairValue;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.Notifies;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Payload.Notify;
import io.phalanx.replication.image.IkeSaImage.ChildRef;
import io.phalanx.replication.image.IkeSaImage.Phase;
import io.phalanx.replication.image.IkeSaImage.RekeyedByPeer;
import io.phalanx.replication.image.IkeSaImage.RequestInFlight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** CREATE_CHILD_SA for a new Child SA, and to rekey one (RFC 7296 §1.3.1, §1.3.3). */
final class CreateChild {
  /** Pause before we try again what the peer could not do, or would not. */
  private static final long RETRY_SOON_MILLIS = 5_000;

  private static final long RETRY_LATER_MILLIS = 60_000;

  private final Environment environment;
  private final Messages messages;
  private final ChildSas childSas;
  private final ChildNegotiation negotiation;
  private final Informational informational;

  CreateChild(
      Environment environment,
      Messages messages,
      ChildSas childSas,
      ChildNegotiation negotiation,
      Informational informational) {
    this.environment = environment;
    this.messages = messages;
    this.childSas = childSas;
    this.negotiation = negotiation;
    this.informational = informational;
  }

  /** As responder. */
  void processRequest(IkeSa sa, Connection connection, Inbound in, long nowMillis) {
    IkeMessage message = in.message();
    Optional<Notify> rekey =
        message
            .all(Notify.class)
            .filter(each -> each.type().equals(NotifyType.REKEY_SA))
            .findFirst();
    if (!Grammar.CREATE_CHILD.allows(message)) {
      messages.respond(sa, in, Notify.of(NotifyType.INVALID_SYNTAX));
    } else if (sa.phase != Phase.ESTABLISHED || sa.asking(Purpose.REKEY_IKE)) {
      messages.respond(sa, in, Notify.of(NotifyType.TEMPORARY_FAILURE)); // RFC 7296 §2.25.2
    } else if (sa.children.size()
        >= (rekey.isPresent() ? ChildSas.COUNT_REKEYED_MAX : ChildSas.COUNT_MAX)) {
      messages.respond(sa, in, Notify.of(NotifyType.NO_ADDITIONAL_SAS));
    } else if (rekey.isPresent()) {
      processRekey(sa, connection, in, rekey.get(), nowMillis);
    } else {
      var _ =
          answer(sa, connection, connection.children(), in, environment.nonce(), false, nowMillis);
    }
  }

  private void processRekey(
      IkeSa sa, Connection connection, Inbound in, Notify rekey, long nowMillis) {
    Optional<ChildRef> old =
        Notifies.espSpi(rekey.protocol(), rekey.spi()).flatMap(sa::childByOutbound);
    if (old.isEmpty()) {
      Notify notFound =
          Notifies.espSpi(rekey.protocol(), rekey.spi())
              .map(Notifies::childSaNotFound)
              .orElseGet(() -> Notify.of(NotifyType.CHILD_SA_NOT_FOUND));
      messages.respond(sa, in, notFound);
      return;
    }
    long replaced = Integer.toUnsignedLong(old.get().inboundSpi());
    boolean closing = sa.asking(Purpose.DELETE_CHILD, replaced);
    Optional<Child> child = Environment.child(connection, old.get().child());
    if (closing || child.isEmpty() || sa.rekeyOf(replaced).isPresent()) {
      // RFC 7296 §2.25.1 for what we are closing; a second rekey of the same makes no sense.
      messages.respond(sa, in, Notify.of(NotifyType.TEMPORARY_FAILURE));
      return;
    }
    byte[] ours = environment.nonce();
    answer(sa, connection, List.of(child.get()), in, ours, true, nowMillis)
        .ifPresent(
            made ->
                sa.rekeyedByPeer.add(
                    new RekeyedByPeer(
                        replaced,
                        Integer.toUnsignedLong(made.inboundSpi()),
                        lower(nonce(in.message()), ours))));
  }

  private Optional<ChildRef> answer(
      IkeSa sa,
      Connection connection,
      List<Child> candidates,
      Inbound in,
      byte[] ours,
      boolean rekey,
      long nowMillis) {
    ChildNegotiation.Nonces nonces = new ChildNegotiation.Nonces(nonce(in.message()), ours, true);
    return switch (negotiation.answer(sa, connection, candidates, in.message(), nonces)) {
      case ChildNegotiation.Refused(var notify) -> {
        sa.report("child-failed", "notify " + notify.type().code());
        messages.respond(sa, in, notify);
        yield Optional.empty();
      }
      case ChildNegotiation.Made(var agreed, var payloads) -> {
        ChildRef child =
            rekey
                ? childSas.addForRekey(sa, agreed, nowMillis)
                : childSas.add(sa, agreed, "child-up", nowMillis);
        List<Payload> all = new ArrayList<>(payloads);
        all.add(1, new Payload.Nonce(ours)); // SA, Nr, KEr, TSi, TSr
        messages.respond(sa, in, all);
        yield Optional.of(child);
      }
    };
  }

  /** As initiator: asks for a child of the configuration. */
  void sendNew(IkeSa sa, Connection connection, Child child, int group, long nowMillis) {
    if (!send(sa, connection, child, Optional.empty(), group, nowMillis)) {
      sa.local.childPauses.put(child.name(), nowMillis + RETRY_SOON_MILLIS);
    }
  }

  /** As initiator: asks to rekey a Child SA, unless the peer has done so. */
  void sendRekey(IkeSa sa, Connection connection, ChildRef old, int group, long nowMillis) {
    Optional<Child> child = Environment.child(connection, old.child());
    boolean replaced = sa.rekeyOf(Integer.toUnsignedLong(old.inboundSpi())).isPresent();
    if (child.isPresent()
        && !replaced
        && !send(sa, connection, child.get(), Optional.of(old), group, nowMillis)) {
      rekeyAgain(sa, old, nowMillis + RETRY_SOON_MILLIS);
    }
  }

  private boolean send(
      IkeSa sa,
      Connection connection,
      Child child,
      Optional<ChildRef> old,
      int group,
      long nowMillis) {
    OptionalInt spi = environment.spis().esp().get();
    if (spi.isEmpty()) {
      return false;
    }
    Optional<KeyExchangeMethod> method =
        group == 0 ? preferred(child) : ChildNegotiation.method(group);
    Optional<KeyPairValue> pair =
        method.map(each -> KeyAgreement.generate(each, environment.random()));
    Optional<Payload.KeyExchange> own =
        method.flatMap(
            each -> pair.map(half -> new Payload.KeyExchange(each.id(), half.publicValue())));
    byte[] nonce = environment.nonce();
    List<Payload> payloads =
        new ArrayList<>(negotiation.offer(sa, connection, child, spi.getAsInt(), own, true));
    payloads.add(1, new Payload.Nonce(nonce)); // SA, Ni, KEi, TSi, TSr
    old.ifPresent(each -> payloads.addFirst(Notifies.rekeySa(each.inboundSpi())));
    messages.ask(
        sa,
        old.isPresent() ? Purpose.REKEY_CHILD : Purpose.NEW_CHILD,
        payloads,
        new Messages.Ask(
            Secret.of(nonce),
            method,
            pair.map(KeyPairValue::privateValue).orElse(Secret.EMPTY),
            Integer.toUnsignedLong(spi.getAsInt()),
            old.map(each -> Integer.toUnsignedLong(each.inboundSpi())).orElse(0L),
            child.name()),
        nowMillis);
    return true;
  }

  private static Optional<KeyExchangeMethod> preferred(Child child) {
    return child.espSuites().stream().flatMap(each -> each.keyExchange().stream()).findFirst();
  }

  /** As initiator: takes the answer. */
  void processResponse(
      IkeSa sa,
      RequestInFlight request,
      Connection connection,
      IkeMessage message,
      long nowMillis) {
    Messages.answered(sa, request);
    Optional<RekeyedByPeer> rekeyed = sa.rekeyOf(request.replaces());
    if (sa.childByInbound((int) request.replaces()).isEmpty()) {
      rekeyed.ifPresent(sa.rekeyedByPeer::remove); // was kept for this answer only
    }
    Optional<Child> child = Environment.child(connection, request.child());
    if (child.isEmpty()) {
      // The configuration has changed meanwhile: undo what the peer may have made.
      informational.sendDeleteChild(sa, (int) request.spi(), nowMillis);
      return;
    }
    if (!Grammar.CREATE_CHILD.allows(message)) {
      Notify error =
          message
              .all(Notify.class)
              .filter(each -> each.type().error())
              .findFirst()
              .orElseGet(() -> Notify.of(NotifyType.INVALID_SYNTAX));
      failed(sa, connection, child.get(), request, error, nowMillis);
      return;
    }
    byte[] ours = request.nonce().reveal();
    byte[] theirs = nonce(message);
    switch (negotiation.accept(
        sa,
        connection,
        child.get(),
        (int) request.spi(),
        request.keyExchange(),
        request.privateValue(),
        message,
        new ChildNegotiation.Nonces(ours, theirs, true))) {
      case ChildNegotiation.Made(var agreed, _) -> {
        Refusals.ended(sa);
        boolean rekey = request.replaces() != 0;
        ChildRef made = childSas.add(sa, agreed, rekey ? "child-rekeyed" : "child-up", nowMillis);
        if (rekey) {
          settleRekey(sa, request.replaces(), rekeyed, made, lower(ours, theirs), nowMillis);
        }
      }
      case ChildNegotiation.Refused(var notify) -> {
        sa.report("child-failed", "the answer does not fit: " + notify.type().code());
        pause(sa, request, nowMillis + RETRY_LATER_MILLIS);
        informational.sendDeleteChild(sa, (int) request.spi(), nowMillis);
      }
    }
  }

  /**
   * Deletes what is one too many: the old Child SA, or, if the peer has rekeyed it as well and the
   * lowest nonce was in our exchange, the one that we have just made (RFC 7296 §2.8.1).
   */
  private void settleRekey(
      IkeSa sa,
      long replaced,
      Optional<RekeyedByPeer> theirs,
      ChildRef made,
      byte[] lowest,
      long nowMillis) {
    if (theirs.isPresent() && Arrays.compareUnsigned(lowest, theirs.get().lowestNonce()) < 0) {
      informational.sendDeleteChild(sa, made.inboundSpi(), nowMillis);
    } else if (sa.childByInbound((int) replaced).isPresent()) {
      informational.sendDeleteChild(sa, (int) replaced, nowMillis);
    }
  }

  private void failed(
      IkeSa sa,
      Connection connection,
      Child child,
      RequestInFlight request,
      Notify error,
      long nowMillis) {
    NotifyType type = error.type();
    Optional<ChildRef> old = sa.childByInbound((int) request.replaces());
    Optional<KeyExchangeMethod> wanted =
        type.equals(NotifyType.INVALID_KE_PAYLOAD)
            ? Notifies.wantedGroup(error).flatMap(ChildNegotiation::method)
            : Optional.empty();
    boolean firstTry = request.keyExchange().equals(preferred(child));
    if (firstTry
        && wanted.isPresent()
        && !wanted.equals(request.keyExchange())
        && child.espSuites().stream().map(EspSuite::keyExchange).anyMatch(wanted::equals)) {
      int group = wanted.get().id();
      if (request.replaces() == 0) {
        sendNew(sa, connection, child, group, nowMillis);
      } else {
        old.ifPresent(each -> sendRekey(sa, connection, each, group, nowMillis));
      }
      return;
    }
    sa.report("child-failed", "child=" + child.name() + " notify " + type.code());
    Refusals.child(sa, connection, request.replaces() != 0, type, nowMillis);
    if (type.equals(NotifyType.CHILD_SA_NOT_FOUND) && old.isPresent()) {
      // RFC 7296 §2.25: the peer has lost it, so it goes here as well, and is made anew.
      childSas.remove(sa, old.get(), "the peer does not have it");
      sa.local.want(new Task.NewChild(child.name()));
      return;
    }
    boolean soon = type.equals(NotifyType.TEMPORARY_FAILURE);
    if (!soon && old.isPresent() && sa.local.exhausted.remove(old.get().saId())) {
      sa.local.want(new Task.DeleteChild(old.get().inboundSpi()));
    }
    long pause = soon ? RETRY_SOON_MILLIS : RETRY_LATER_MILLIS;
    long again = nowMillis + pause + environment.random().nextLong(pause / 2);
    pause(sa, request, again);
    if (soon && request.replaces() == 0) {
      sa.local.wantAt(new Task.NewChild(child.name()), again);
    }
  }

  private static void pause(IkeSa sa, RequestInFlight request, long untilMillis) {
    if (request.replaces() == 0) {
      sa.local.childPauses.put(request.child(), untilMillis);
    } else {
      sa.childByInbound((int) request.replaces())
          .ifPresent(old -> rekeyAgain(sa, old, untilMillis));
    }
  }

  private static void rekeyAgain(IkeSa sa, ChildRef old, long atMillis) {
    sa.children.replaceAll(
        each ->
            each.equals(old)
                ? new ChildRef(
                    old.saId(), old.inboundSpi(), old.outboundSpi(), old.child(), atMillis)
                : each);
    sa.changes.touch();
  }

  private static byte[] nonce(IkeMessage message) {
    return message.first(Payload.Nonce.class).orElseThrow().data();
  }

  /** The lower of two nonces, octet by octet (RFC 7296 §2.8.1). */
  static byte[] lower(byte[] left, byte[] right) {
    return Arrays.compareUnsigned(left, right) <= 0 ? left : right;
  }
}
