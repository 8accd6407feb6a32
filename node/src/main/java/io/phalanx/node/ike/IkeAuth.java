package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig.Child;
import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.config.GatewayConfig.Pool;
import io.phalanx.config.GatewayConfig.Revocation;
import io.phalanx.config.Identity;
import io.phalanx.config.IdentityPattern;
import io.phalanx.config.Secret;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.node.auth.RevocationStatus;
import io.phalanx.node.ike.wire.Configurations;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Payload.Notify;
import io.phalanx.node.radius.RadiusAnswer;
import io.phalanx.replication.image.IkeSaImage.InitExchange;
import io.phalanx.replication.image.IkeSaImage.Phase;
import io.phalanx.replication.image.IkeSaImage.RequestInFlight;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** IKE_AUTH (RFC 7296 §1.2): who the two are, virtual addresses, and the first Child SA. */
final class IkeAuth {
  private static final String NOTHING_TO_SIGN_WITH = "we have nothing to sign with";

  private final Environment environment;
  private final Messages messages;
  private final Mobike mobike;
  private final ChildSas childSas;
  private final ChildNegotiation negotiation;
  private final Authenticator authenticator;
  private final Informational informational;
  private final Closing closing;
  private final EapAuth eap;
  private final Accounts accounts;
  private final CrashDetection crashDetection;
  private final Redirection redirection;

  IkeAuth(
      Environment environment,
      Messages messages,
      Mobike mobike,
      ChildSas childSas,
      ChildNegotiation negotiation,
      Informational informational,
      Closing closing,
      Accounts accounts,
      CrashDetection crashDetection,
      Redirection redirection) {
    this.environment = environment;
    this.messages = messages;
    this.mobike = mobike;
    this.childSas = childSas;
    this.negotiation = negotiation;
    this.authenticator = new Authenticator(environment);
    this.informational = informational;
    this.closing = closing;
    this.eap = new EapAuth(environment, messages, authenticator);
    this.accounts = accounts;
    this.crashDetection = crashDetection;
    this.redirection = redirection;
  }

  /** An authenticated request that waits for the addresses it asks for. */
  record Waiting(Inbound in, Connection connection) {}

  /** As responder. */
  void processRequest(IkeSa sa, Inbound in, long nowMillis) {
    CrashDetection.note(sa, in.message());
    if (sa.eap.isPresent()) {
      goOn(sa, in, nowMillis);
      return;
    }
    if (!Grammar.IKE_AUTH_REQUEST.allows(in.message()) || !childIsWhole(sa, in.message())) {
      refuse(sa, in, NotifyType.INVALID_SYNTAX, "payloads are missing", nowMillis);
      return;
    }
    if (mobike.unexpectedNat(in)) {
      refuse(sa, in, NotifyType.UNEXPECTED_NAT_DETECTED, "a NAT, and none allowed", nowMillis);
      return;
    }
    mobike.offered(sa, in.message());
    MessageIdSync.note(sa, in.message());
    Cloning.note(sa, in.message());
    boolean wantsEap = in.message().first(Payload.Authentication.class).isEmpty();
    Authenticator.Verdict verdict =
        wantsEap
            ? authenticator.judgeEap(sa, in.message())
            : authenticator.judgeInitiator(sa, in.message(), nowMillis);
    switch (verdict) {
      case Authenticator.Refused(var reason) ->
          refuse(sa, in, NotifyType.AUTHENTICATION_FAILED, reason, nowMillis);
      case Authenticator.Accepted(var connection, var peerId, var path) -> {
        sa.connection = connection.name();
        sa.localId = Optional.of(connection.local().id());
        sa.peerId = Optional.of(peerId);
        follow(sa, in);
        Optional<Revocation> sources = Revocations.sources(connection, path);
        if (wantsEap) {
          after(sa, in, eap.begin(sa, in, connection, peerId), nowMillis);
        } else if (sources.isPresent()) {
          Revocations.ask(sa, path, new Revocations.Request(in, connection, sources.get()));
        } else {
          admit(sa, in, connection, nowMillis);
        }
      }
    }
  }

  /** Goes on with a message whose certificates have been checked. */
  void revocationChecked(IkeSa sa, RevocationStatus status, long nowMillis) {
    if (sa.local.revocationAsked.isEmpty()) {
      return;
    }
    Revocations.Waiting waiting = sa.local.revocationAsked.get();
    sa.local.revocationAsked = Optional.empty();
    Optional<String> fault =
        Revocations.fault(waiting, status)
            .map(reason -> sa.peerId.map(id -> id + ": " + reason).orElse(reason));
    switch (waiting) {
      case Revocations.Request(var in, _, _) when fault.isPresent() ->
          refuse(sa, in, NotifyType.AUTHENTICATION_FAILED, fault.get(), nowMillis);
      case Revocations.Request(var in, var connection, _) -> admit(sa, in, connection, nowMillis);
      case Revocations.Response _ when fault.isPresent() -> leave(sa, fault.get(), nowMillis);
      case Revocations.Response(var message, var connection, var peer, _) ->
          accept(sa, connection, peer, message, nowMillis);
    }
  }

  /** The peer is who it says. What it wants to have comes next. */
  private void admit(IkeSa sa, Inbound in, Connection connection, long nowMillis) {
    Optional<Notify> elsewhere = redirection.answerAuth(sa, connection);
    if (elsewhere.isPresent()) {
      redirect(sa, in, connection, elsewhere.get(), nowMillis);
      return;
    }
    List<Long> replaced =
        in.message().has(NotifyType.INITIAL_CONTACT) ? beganAnew(sa, nowMillis) : List.of();
    Identity lessee = Lessees.of(sa);
    Optional<Pool> pool = pool(sa, connection, lessee);
    List<Integer> families = families(sa, in.message(), pool);
    if (families.isEmpty()) {
      establish(sa, in, connection, List.of(), nowMillis);
    } else {
      List<InetAddress> granted = sa.grants.addresses();
      sa.local.addressesWanted = Optional.of(new Waiting(in, connection));
      sa.hold(
          new Effect.LeaseAddresses(
              sa.localSpi,
              sa.sessionId,
              pool.map(Pool::name).orElse(""),
              families,
              lessee,
              replaced,
              granted.isEmpty() ? environment.fixedAddresses(lessee) : granted));
    }
  }

  /** The peer gets no Child SA here; it has some time to say goodbye (RFC 5685 §6). */
  private void redirect(
      IkeSa sa, Inbound in, Connection connection, Notify elsewhere, long nowMillis) {
    Optional<List<Payload>> proof = proof(sa, in, connection);
    if (proof.isEmpty()) {
      refuse(sa, in, NotifyType.AUTHENTICATION_FAILED, NOTHING_TO_SIGN_WITH, nowMillis);
      return;
    }
    Phases.move(sa, Phase.ESTABLISHED, "authenticated, and sent to another gateway");
    sa.establishedAtMillis = nowMillis;
    sa.expiresAtMillis = nowMillis + Redirection.GRACE_MILLIS;
    List<Payload> payloads = new ArrayList<>();
    if (sa.eap.isEmpty()) {
      payloads.add(new Payload.Identification(false, connection.local().id()));
    }
    payloads.addAll(proof.get());
    payloads.add(elsewhere);
    sa.init = Optional.empty();
    sa.eap = Optional.empty();
    messages.respond(sa, in, payloads);
  }

  private Optional<List<Payload>> proof(IkeSa sa, Inbound in, Connection connection) {
    return sa.eap.isPresent()
        ? Optional.of(List.of(eap.ownProof(sa, connection, sa.eap.get())))
        : authenticator.prove(sa, connection, in.message().first(Payload.Authentication.class));
  }

  private List<Long> beganAnew(IkeSa sa, long nowMillis) {
    FirstContact contact =
        new FirstContact(sa.connection, sa.peerId.orElseThrow(), sa.grants.user(), sa.sessionId);
    sa.hold(new Effect.PeerBeganAnew(contact));
    return closing.firstContact(contact, nowMillis);
  }

  /** The pool that RADIUS has named, or that of the peer and its connection. */
  private Optional<Pool> pool(IkeSa sa, Connection connection, Identity lessee) {
    return environment.config().pools().stream()
        .filter(each -> each.name().equals(sa.grants.pool()))
        .findFirst()
        .or(() -> environment.pool(connection, lessee));
  }

  private static List<Integer> families(IkeSa sa, IkeMessage message, Optional<Pool> pool) {
    return ConfigurationReply.families(message, pool, sa.grants.addresses());
  }

  /** The next round of EAP. */
  private void goOn(IkeSa sa, Inbound in, long nowMillis) {
    Optional<Connection> connection = environment.connection(sa.connection);
    if (!Grammar.EAP_REQUEST.allows(in.message())) {
      refuse(sa, in, NotifyType.INVALID_SYNTAX, "payloads do not fit EAP", nowMillis);
    } else if (connection.isEmpty()) {
      refuse(sa, in, NotifyType.AUTHENTICATION_FAILED, "not configured any more", nowMillis);
    } else {
      follow(sa, in);
      after(sa, in, eap.next(sa, in, connection.get(), nowMillis), nowMillis);
    }
  }

  /** Goes on with a request that has waited for a RADIUS server. */
  void radiusAnswered(IkeSa sa, RadiusAnswer answer, long nowMillis) {
    if (sa.local.radiusAsked.isPresent()) {
      EapAuth.Waiting waiting = sa.local.radiusAsked.get();
      sa.local.radiusAsked = Optional.empty();
      after(sa, waiting.in(), eap.answered(sa, waiting, answer), nowMillis);
    }
  }

  private void after(IkeSa sa, Inbound in, EapAuth.Round round, long nowMillis) {
    switch (round) {
      case EapAuth.GoesOn() -> {
        // The peer has the next word, or a RADIUS server.
      }
      case EapAuth.Proved(var offer, var connection) -> admit(sa, offer, connection, nowMillis);
      case EapAuth.Refused(var packet, var reason) -> {
        List<Payload> payloads = new ArrayList<>();
        packet.ifPresent(each -> payloads.add(new Payload.Eap(each)));
        payloads.add(Notify.of(NotifyType.AUTHENTICATION_FAILED));
        refuse(sa, in, payloads, reason, nowMillis);
      }
    }
  }

  /** An offer of a Child SA has all its parts; none at all is for those who may (RFC 6023 §3). */
  private static boolean childIsWhole(IkeSa sa, IkeMessage message) {
    long selectors = message.all(Payload.TrafficSelectors.class).count();
    return wantsChild(message) ? selectors == 2 : selectors == 0 && sa.extensions.childless();
  }

  private static boolean wantsChild(IkeMessage message) {
    return message.first(Payload.SecurityAssociation.class).isPresent();
  }

  /** The initiator has moved to the NAT port, or a NAT has given it another one. */
  private static void follow(IkeSa sa, Inbound in) {
    sa.peer = in.datagram().peer();
    sa.natPort = in.datagram().natPort();
    sa.listen = in.datagram().listen();
  }

  /** Goes on with a request that has waited for its addresses. */
  void addressesLeased(IkeSa sa, List<InetAddress> addresses, long nowMillis) {
    if (sa.local.addressesWanted.isPresent()) {
      Waiting waiting = sa.local.addressesWanted.get();
      sa.local.addressesWanted = Optional.empty();
      establish(sa, waiting.in(), waiting.connection(), addresses, nowMillis);
    }
  }

  private void establish(
      IkeSa sa, Inbound in, Connection connection, List<InetAddress> addresses, long nowMillis) {
    Optional<List<Payload>> proof = proof(sa, in, connection);
    if (proof.isEmpty()) {
      if (!addresses.isEmpty()) {
        sa.hold(new Effect.ReleaseAddresses(addresses, sa.sessionId));
      }
      refuse(sa, in, NotifyType.AUTHENTICATION_FAILED, NOTHING_TO_SIGN_WITH, nowMillis);
      return;
    }
    Optional<Pool> pool = pool(sa, connection, Lessees.of(sa));
    boolean withoutAddress = addresses.isEmpty() && !families(sa, in.message(), pool).isEmpty();
    sa.virtualAddresses = addresses;
    sa.establishedAtMillis = nowMillis;
    sa.rekeyAtMillis = environment.rekeyAt(connection.rekeyAfter(), nowMillis);
    sa.expiresAtMillis = 0;
    established(sa, "addresses=" + text(addresses));
    List<Payload> payloads = new ArrayList<>();
    if (sa.eap.isEmpty()) {
      payloads.add(new Payload.Identification(false, connection.local().id()));
    }
    payloads.addAll(proof.get());
    accounts.started(sa, nowMillis);
    if (withoutAddress) {
      // RFC 7296 §3.15.4: the IKE SA stands, without a Child SA.
      payloads.add(Notify.of(NotifyType.INTERNAL_ADDRESS_FAILURE));
      sa.report("child-failed", "no address is free");
    } else {
      ConfigurationReply.to(in.message(), pool, addresses).ifPresent(payloads::add);
      if (wantsChild(in.message())) {
        payloads.addAll(child(sa, connection, in.message(), nowMillis));
      }
    }
    payloads.addAll(mobike.answer(sa, connection));
    payloads.addAll(MessageIdSync.answer(sa));
    payloads.addAll(Cloning.answer(sa));
    payloads.add(crashDetection.token(sa.initiatorSpi(), sa.responderSpi()));
    payloads.addAll(environment.windowSize());
    payloads.addAll(Reauthentication.grant(sa, connection, nowMillis));
    sa.init = Optional.empty();
    sa.eap = Optional.empty();
    messages.respond(sa, in, payloads);
  }

  private static void established(IkeSa sa, String detail) {
    Phases.move(sa, Phase.ESTABLISHED, "authenticated");
    sa.report(
        "established",
        "connection=%s local=%s peer=%s at=%s suite=%s %s"
            .formatted(
                sa.connection,
                sa.localId.map(Object::toString).orElse(""),
                sa.peerId.map(Object::toString).orElse(""),
                sa.peer,
                IkeSaInit.text(sa.suite),
                detail));
  }

  private List<Payload> child(IkeSa sa, Connection connection, IkeMessage message, long nowMillis) {
    InitExchange init = sa.init.orElseThrow();
    ChildNegotiation.Nonces nonces =
        new ChildNegotiation.Nonces(init.nonceI(), init.nonceR(), false);
    return switch (negotiation.answer(sa, connection, connection.children(), message, nonces)) {
      case ChildNegotiation.Made(var agreed, var payloads) -> {
        var _ = childSas.add(sa, agreed, "child-up", nowMillis);
        yield payloads;
      }
      case ChildNegotiation.Refused(var notify) -> {
        Notify said =
            notify.type().equals(NotifyType.TS_UNACCEPTABLE)
                    && withoutAddress(sa, connection, message)
                ? Notify.of(NotifyType.FAILED_CP_REQUIRED)
                : notify;
        sa.report("child-failed", "notify " + said.type().code());
        yield List.of(said);
      }
    };
  }

  /** Whether there are addresses for the peer, and it has asked for none (RFC 7296 §2.19). */
  private boolean withoutAddress(IkeSa sa, Connection connection, IkeMessage message) {
    return pool(sa, connection, Lessees.of(sa)).isPresent() && !ConfigurationReply.asked(message);
  }

  /** Ends the attempt; the answer stays for a while, should it get lost. */
  private void refuse(IkeSa sa, Inbound in, NotifyType type, String reason, long nowMillis) {
    refuse(sa, in, List.of(Notify.of(type)), reason, nowMillis);
  }

  private void refuse(IkeSa sa, Inbound in, List<Payload> payloads, String reason, long nowMillis) {
    sa.report("auth-failed", "peer=" + in.datagram().peer() + ": " + reason);
    Phases.move(sa, Phase.DELETING, "not authenticated");
    sa.init = Optional.empty();
    sa.expiresAtMillis = nowMillis + Informational.LINGER_MILLIS;
    sa.eap = Optional.empty();
    messages.respond(sa, in, payloads);
  }

  /**
   * As responder: the peer does not go on, because of its EAP method or of our proof (RFC 7296
   * §2.21.2). It waits for nothing more than an answer, so that nothing stays.
   */
  void givenUp(IkeSa sa, Inbound in, long nowMillis) {
    sa.report("auth-failed", "peer=" + in.datagram().peer() + ": it has given up");
    Phases.move(sa, Phase.DELETING, "given up by the peer");
    sa.init = Optional.empty();
    sa.eap = Optional.empty();
    sa.expiresAtMillis = nowMillis;
    messages.respond(sa, in, List.of());
  }

  /** As initiator: sends the request, with the first child of the connection. */
  void sendRequest(IkeSa sa, Connection connection, int childSpi, long nowMillis) {
    Optional<List<Payload>> proof = authenticator.prove(sa, connection, Optional.empty());
    if (proof.isEmpty()) {
      giveUp(sa, "we have nothing to prove our identity with", nowMillis);
      return;
    }
    if (connection.children().isEmpty() && !sa.extensions.childless()) {
      giveUp(sa, "the connection has no child, and the peer wants one (RFC 6023)", nowMillis);
      return;
    }
    sa.localId = Optional.of(connection.local().id());
    List<Payload> payloads = new ArrayList<>();
    payloads.add(new Payload.Identification(true, connection.local().id()));
    // CERT, CERTREQ, IDr, AUTH: the order of RFC 7296 §1.2.
    payloads.addAll(proof.get().subList(0, proof.get().size() - 1));
    payloads.addAll(authenticator.certificateRequests(List.of(connection)));
    connection
        .remote()
        .id()
        .flatMap(IdentityPattern::exact)
        .ifPresent(id -> payloads.add(new Payload.Identification(false, id)));
    payloads.add(proof.get().getLast());
    if (!connection.requestAddresses().isEmpty()) {
      payloads.add(addressRequest(connection));
    }
    Optional<Child> child = connection.children().stream().findFirst();
    child.ifPresent(
        each ->
            payloads.addAll(
                negotiation.offer(sa, connection, each, childSpi, Optional.empty(), false)));
    payloads.addAll(mobike.offer(sa, connection));
    payloads.add(MessageIdSync.supported());
    payloads.add(Cloning.supported());
    payloads.add(crashDetection.token(sa.initiatorSpi(), sa.responderSpi()));
    payloads.addAll(environment.windowSize());
    messages.ask(
        sa,
        Purpose.IKE_AUTH,
        payloads,
        new Messages.Ask(
            Secret.EMPTY,
            Optional.empty(),
            Secret.EMPTY,
            Integer.toUnsignedLong(childSpi),
            0,
            child.map(Child::name).orElse("")),
        nowMillis);
  }

  private static void giveUp(IkeSa sa, String reason, long nowMillis) {
    sa.report("auth-failed", reason);
    Phases.move(sa, Phase.DELETING, reason);
    sa.expiresAtMillis = nowMillis;
  }

  private static Payload addressRequest(Connection connection) {
    List<Payload.Attribute> attributes = new ArrayList<>();
    if (connection.requestAddresses().contains(4)) {
      attributes.add(Configurations.request(Configurations.INTERNAL_IP4_ADDRESS));
      attributes.add(Configurations.request(Configurations.INTERNAL_IP4_DNS));
    }
    if (connection.requestAddresses().contains(6)) {
      attributes.add(Configurations.request(Configurations.INTERNAL_IP6_ADDRESS));
      attributes.add(Configurations.request(Configurations.INTERNAL_IP6_DNS));
    }
    return new Payload.Configuration(Configurations.REQUEST, attributes);
  }

  /** As initiator: takes the answer. */
  void processResponse(
      IkeSa sa,
      RequestInFlight request,
      Connection connection,
      IkeMessage message,
      long nowMillis) {
    if (!Grammar.IKE_AUTH_RESPONSE.allows(message)) {
      Messages.answered(sa, request);
      String notifies =
          String.join(
              ",",
              message.all(Notify.class).map(each -> Integer.toString(each.type().code())).toList());
      sa.report("auth-failed", "refused by the peer, notifies: " + notifies);
      Phases.move(sa, Phase.DELETING, "refused by the peer");
      sa.expiresAtMillis = nowMillis;
      return;
    }
    switch (authenticator.judgeResponder(sa, connection, message, nowMillis)) {
      case Authenticator.Refused(var reason) -> leave(sa, reason, nowMillis);
      case Authenticator.Accepted peer -> {
        Optional<Revocation> sources = Revocations.sources(connection, peer.path());
        if (sources.isPresent()) {
          Revocations.ask(
              sa, peer.path(), new Revocations.Response(message, connection, peer, sources.get()));
        } else {
          accept(sa, connection, peer, message, nowMillis);
        }
      }
    }
  }

  private void leave(IkeSa sa, String reason, long nowMillis) {
    Messages.answered(sa, sa.requests.getFirst());
    sa.report("auth-failed", reason);
    informational.sendDeleteIke(sa, "the peer is not who it should be", nowMillis);
  }

  /** As initiator: the peer is who it should be. */
  private void accept(
      IkeSa sa,
      Connection connection,
      Authenticator.Accepted peer,
      IkeMessage message,
      long nowMillis) {
    RequestInFlight request = sa.requests.getFirst(); // IKE_AUTH is alone
    Messages.answered(sa, request);
    sa.peerId = Optional.of(peer.peerId());
    if (redirection.follow(sa, connection, message, nowMillis)) {
      informational.sendDeleteIke(sa, "sent to another gateway", nowMillis);
      return;
    }
    sa.establishedAtMillis = nowMillis;
    sa.rekeyAtMillis = environment.rekeyAt(connection.rekeyAfter(), nowMillis);
    Reauthentication.note(sa, connection, message, nowMillis);
    closing.replaceDue(sa, nowMillis);
    sa.ownAddresses = ownAddresses(message);
    mobike.answered(sa, connection, message);
    MessageIdSync.note(sa, message);
    Cloning.note(sa, message);
    CrashDetection.note(sa, message);
    established(sa, "own-addresses=" + text(sa.ownAddresses));
    if (!connection.children().isEmpty()) {
      acceptChild(sa, connection, request, message, nowMillis);
    }
    sa.init = Optional.empty();
  }

  private static List<InetAddress> ownAddresses(IkeMessage message) {
    return message
        .all(Payload.Configuration.class)
        .filter(each -> each.type() == Configurations.REPLY)
        .flatMap(each -> each.attributes().stream())
        .filter(each -> Configurations.addressFamily(each) != 0)
        .flatMap(each -> Configurations.address(each).stream())
        .toList();
  }

  private void acceptChild(
      IkeSa sa,
      Connection connection,
      RequestInFlight request,
      IkeMessage message,
      long nowMillis) {
    connection.children().stream()
        .skip(1)
        .forEach(each -> sa.local.want(new Task.NewChild(each.name())));
    if (message.first(Payload.SecurityAssociation.class).isEmpty()) {
      sa.report(
          "child-failed",
          "refused by the peer, notifies: "
              + String.join(
                  ",",
                  message
                      .all(Notify.class)
                      .filter(each -> each.type().error())
                      .map(each -> Integer.toString(each.type().code()))
                      .toList()));
      return;
    }
    InitExchange init = sa.init.orElseThrow();
    Child child = connection.children().getFirst();
    switch (negotiation.accept(
        sa,
        connection,
        child,
        (int) request.spi(),
        Optional.empty(),
        Secret.EMPTY,
        message,
        new ChildNegotiation.Nonces(init.nonceI(), init.nonceR(), false))) {
      case ChildNegotiation.Made(var agreed, _) -> {
        var _ = childSas.add(sa, agreed, "child-up", nowMillis);
      }
      case ChildNegotiation.Refused(var notify) -> {
        sa.report("child-failed", "the answer does not fit: " + notify.type().code());
        informational.sendDeleteChild(sa, (int) request.spi(), nowMillis);
      }
    }
  }

  private static String text(List<InetAddress> addresses) {
    return String.join(",", addresses.stream().map(InetAddress::getHostAddress).toList());
  }
}
