package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.config.Secret;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.suite.IkeSuite;
import io.phalanx.config.suite.KeyExchangeMethod;
import io.phalanx.node.ike.crypto.KeyAgreement;
import io.phalanx.node.ike.crypto.KeyAgreement.KeyPairValue;
import io.phalanx.node.ike.crypto.KeyDerivation;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.Notifies;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Payload.Notify;
import io.phalanx.node.ike.wire.Proposals;
import io.phalanx.node.ike.wire.Proposals.Chosen;
import io.phalanx.replication.Fence;
import io.phalanx.replication.image.IkeSaImage.Account;
import io.phalanx.replication.image.IkeSaImage.Phase;
import io.phalanx.replication.image.IkeSaImage.RekeyedByPeer;
import io.phalanx.replication.image.IkeSaImage.RequestInFlight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * CREATE_CHILD_SA to rekey the IKE SA (RFC 7296 §1.3.2, §2.18): a new one takes over all Child SAs;
 * or, by {@link Cloning}, one more stands beside it.
 *
 * <p>The new IKE SA is an image of its own and is in the store before the old one, whose image
 * holds the answer. As responder we make it UNCONFIRMED: should we die between the two, the peer
 * gets no answer for it, a successor makes another one, and the first goes without touching the
 * Child SAs. As initiator we make it from what the old image holds, so a successor makes the very
 * same again.
 */
final class RekeyIke {
  /** How long the peer may take to delete what it has rekeyed. */
  private static final long DELETION_MILLIS = 60_000;

  private static final long RETRY_SOON_MILLIS = 5_000;
  private static final long RETRY_LATER_MILLIS = 60_000;

  private final Environment environment;
  private final SaTable table;
  private final Messages messages;
  private final Closing closing;
  private final Informational informational;
  private final CrashDetection crashDetection;
  private final Cloning cloning;

  RekeyIke(
      Environment environment,
      SaTable table,
      Messages messages,
      Closing closing,
      Informational informational,
      CrashDetection crashDetection) {
    this.environment = environment;
    this.table = table;
    this.messages = messages;
    this.closing = closing;
    this.informational = informational;
    this.crashDetection = crashDetection;
    this.cloning = new Cloning(environment);
  }

  /** Whether a CREATE_CHILD_SA request is for the IKE SA itself. */
  static boolean isRekey(IkeMessage message) {
    return message.first(Payload.TrafficSelectors.class).isEmpty();
  }

  /** As responder. */
  void processRequest(IkeSa sa, Connection connection, Inbound in, long nowMillis) {
    IkeMessage message = in.message();
    Cloning.Wish wish = cloning.wish(sa, message);
    boolean blocked =
        sa.phase != Phase.ESTABLISHED
            || sa.asking(Purpose::changesChildren)
            || (sa.asking(Purpose.CLONE_IKE) && !wish.keep())
            || sa.rekeyOf(sa.localSpi).isPresent()
            || table.full();
    if (!Grammar.REKEY_IKE.allows(message)) {
      messages.respond(sa, in, Notify.of(NotifyType.INVALID_SYNTAX));
      return;
    }
    if (blocked) {
      messages.respond(sa, in, Notify.of(NotifyType.TEMPORARY_FAILURE)); // RFC 7296 §2.25.2
      return;
    }
    if (wish.refuse()) {
      messages.respond(sa, in, Notify.of(NotifyType.NO_ADDITIONAL_SAS)); // RFC 7791 §5.2
      return;
    }
    Optional<Chosen<IkeSuite>> chosen =
        message
            .first(Payload.SecurityAssociation.class)
            .flatMap(each -> Proposals.chooseIke(each.proposals(), connection.ikeSuites()));
    if (chosen.isEmpty() || chosen.get().peerSpi() == 0) {
      messages.respond(sa, in, Notify.of(NotifyType.NO_PROPOSAL_CHOSEN));
      return;
    }
    answer(sa, connection, chosen.get(), wish, in, nowMillis);
  }

  private void answer(
      IkeSa sa,
      Connection connection,
      Chosen<IkeSuite> chosen,
      Cloning.Wish wish,
      Inbound in,
      long nowMillis) {
    KeyExchangeMethod method = chosen.suite().keyExchange();
    Payload.KeyExchange theirs = in.message().first(Payload.KeyExchange.class).orElseThrow();
    if (theirs.group() != method.id()) {
      messages.respond(sa, in, Notifies.invalidKe(method.id()));
      return;
    }
    KeyPairValue ours = KeyAgreement.generate(method, environment.random());
    Optional<Secret> shared = KeyAgreement.agree(method, ours.privateValue(), theirs.data());
    if (shared.isEmpty()) {
      messages.respond(sa, in, Notify.of(NotifyType.INVALID_SYNTAX));
      return;
    }
    byte[] nonce = environment.nonce();
    byte[] peerNonce = nonce(in.message());
    long spi = environment.spis().ike().getAsLong();
    IkeSa made = make(sa, connection, chosen, spi, false, Phase.UNCONFIRMED, nowMillis);
    made.keys =
        KeyDerivation.rekeyed(
            made.suite,
            sa.suite.prf(),
            sa.keys.d(),
            shared.get(),
            new KeyDerivation.Exchange(peerNonce, nonce, made.peerSpi, spi));
    RekeyedByPeer rekey = new RekeyedByPeer(sa.localSpi, spi, CreateChild.lower(nonce, peerNonce));
    made.rekeyedByPeer.add(rekey);
    CrashDetection.note(made, in.message());
    long unconfirmedMillis = environment.config().ike().halfOpenTimeout().toMillis();
    if (wish.keep()) {
      made.expiresAtMillis = nowMillis + unconfirmedMillis;
      Cloning.share(sa, made);
      // Should the old one end before the answer arrives, the peer never has it: it is asked.
      made.local.want(new Task.Liveness());
      made.local.askNothingUntilMillis = nowMillis + Committer.UNHEARD_MILLIS_MAX;
    } else if (sa.asking(Purpose.REKEY_IKE)) {
      made.expiresAtMillis = nowMillis + DELETION_MILLIS;
      sa.rekeyedByPeer.add(rekey);
    } else {
      made.expiresAtMillis = nowMillis + unconfirmedMillis;
      sa.rekeyedByPeer.add(rekey);
      Closing.handOver(sa, made);
      replaced(sa, made, nowMillis);
      sa.local.confirmNext = Optional.of(made);
    }
    sa.local.writeFirst.add(made);
    table.add(made);
    List<Payload> payloads = new ArrayList<>(wish.answer()); // before the SA that it is about
    payloads.add(new Payload.SecurityAssociation(List.of(chosen.answer(Notifies.spiOf(spi)))));
    payloads.add(new Payload.Nonce(nonce));
    payloads.add(new Payload.KeyExchange(method.id(), ours.publicValue()));
    payloads.add(crashDetection.token(made.initiatorSpi(), made.responderSpi()));
    messages.respond(sa, in, payloads);
  }

  private IkeSa make(
      IkeSa old,
      Connection connection,
      Chosen<IkeSuite> chosen,
      long spi,
      boolean initiator,
      Phase phase,
      long nowMillis) {
    IkeSa made =
        new IkeSa(
            old.sessionId,
            spi,
            initiator,
            phase,
            chosen.suite(),
            old.peer,
            nowMillis,
            new Fence(environment.self(), 1));
    made.peerSpi = chosen.peerSpi();
    made.connection = old.connection;
    made.natPort = old.natPort;
    made.listen = old.listen;
    made.mobility = old.mobility.inherited();
    made.localBehindNat = old.localBehindNat;
    made.peerBehindNat = old.peerBehindNat;
    made.extensions = old.extensions.inherited();
    made.local.tellMore = !environment.windowSize().isEmpty();
    made.grants = old.grants.with(Account.NONE);
    made.reauthAtMillis = old.reauthAtMillis;
    made.localId = old.localId;
    made.peerId = old.peerId;
    made.establishedAtMillis = old.establishedAtMillis;
    made.rekeyAtMillis = environment.rekeyAt(connection.rekeyAfter(), nowMillis);
    made.local.lastHeardMillis = nowMillis;
    return made;
  }

  private static void replaced(IkeSa old, IkeSa made, long nowMillis) {
    Phases.move(old, Phase.REKEYED, "suite=" + IkeSaInit.text(made.suite));
    old.report("rekeyed", "spi=%016x -> %016x".formatted(old.localSpi, made.localSpi));
    old.local.dropTasks();
    old.expiresAtMillis = nowMillis + DELETION_MILLIS;
  }

  /**
   * As initiator.
   *
   * @param group 0 for that of the first suite
   */
  void send(IkeSa sa, Connection connection, int group, long nowMillis) {
    send(sa, connection, Purpose.REKEY_IKE, List.of(), group, nowMillis);
  }

  /** As initiator: likewise, and asks the peer to leave the old one where it is. */
  void sendClone(IkeSa sa, Connection connection, int group, long nowMillis) {
    Optional<Notify> question = cloning.question(sa);
    if (question.isEmpty()) {
      sa.report("clone-failed", "the peer knows no way, or there are too many");
    } else {
      List<Payload> leading = List.of(question.get());
      send(sa, connection, Purpose.CLONE_IKE, leading, group, nowMillis);
    }
  }

  private void send(
      IkeSa sa,
      Connection connection,
      Purpose purpose,
      List<Payload> leading,
      int group,
      long nowMillis) {
    KeyExchangeMethod first = connection.ikeSuites().getFirst().keyExchange();
    KeyExchangeMethod method = ChildNegotiation.method(group).orElse(first);
    KeyPairValue ours = KeyAgreement.generate(method, environment.random());
    byte[] nonce = environment.nonce();
    long spi = environment.spis().ike().getAsLong();
    List<Payload> payloads = new ArrayList<>(leading);
    payloads.add(
        new Payload.SecurityAssociation(
            Proposals.ofIke(connection.ikeSuites(), Notifies.spiOf(spi))));
    payloads.add(new Payload.Nonce(nonce));
    payloads.add(new Payload.KeyExchange(method.id(), ours.publicValue()));
    messages.ask(
        sa,
        purpose,
        payloads,
        new Messages.Ask(
            Secret.of(nonce), Optional.of(method), ours.privateValue(), spi, sa.localSpi, ""),
        nowMillis);
  }

  /** As initiator: takes the answer. */
  void processResponse(
      IkeSa sa,
      RequestInFlight request,
      Connection connection,
      IkeMessage message,
      long nowMillis) {
    Messages.answered(sa, request);
    KeyExchangeMethod method = request.keyExchange().orElseThrow();
    Optional<Chosen<IkeSuite>> chosen =
        message
            .first(Payload.SecurityAssociation.class)
            .flatMap(each -> Proposals.acceptedIke(each.proposals(), connection.ikeSuites()))
            .filter(each -> each.peerSpi() != 0 && each.suite().keyExchange() == method);
    Optional<Secret> shared =
        message
            .first(Payload.KeyExchange.class)
            .filter(each -> each.group() == method.id())
            .flatMap(each -> KeyAgreement.agree(method, request.privateValue(), each.data()));
    if (!Grammar.REKEY_IKE.allows(message) || chosen.isEmpty() || shared.isEmpty()) {
      failed(sa, connection, request, message, nowMillis);
      return;
    }
    byte[] nonce = request.nonce().reveal();
    byte[] peerNonce = nonce(message);
    // The member before us may have made it, and died before it could write the old one.
    Optional<IkeSa> already = table.find(request.spi());
    IkeSa made =
        already.orElseGet(
            () -> {
              IkeSa fresh =
                  make(
                      sa,
                      connection,
                      chosen.get(),
                      request.spi(),
                      true,
                      Phase.ESTABLISHED,
                      nowMillis);
              fresh.keys =
                  KeyDerivation.rekeyed(
                      fresh.suite,
                      sa.suite.prf(),
                      sa.keys.d(),
                      shared.get(),
                      new KeyDerivation.Exchange(nonce, peerNonce, fresh.localSpi, fresh.peerSpi));
              CrashDetection.note(fresh, message);
              // Only now there is a pair of SPIs to make it for (RFC 6290 §4.4).
              fresh.extensions = fresh.extensions.withTokenDue(true);
              fresh.local.tellMore = true;
              table.add(fresh);
              return fresh;
            });
    sa.local.writeFirst.add(made);
    if (Purpose.of(request) == Purpose.CLONE_IKE && cloning.kept(sa, message)) {
      Cloning.share(sa, made);
      Closing.tellMore(made);
      made.changes.touch();
      table.touch(made);
      return;
    }
    settle(sa, made, already.isPresent(), CreateChild.lower(nonce, peerNonce), nowMillis);
  }

  /**
   * Gives the Child SAs to the one that stays: ours, unless the peer has rekeyed as well and the
   * lowest nonce was in our exchange (RFC 7296 §2.8.1). Whose exchange stays deletes the old one.
   *
   * @param already whether a member before us has made it, and has given it everything
   */
  private void settle(IkeSa sa, IkeSa made, boolean already, byte[] lowest, long nowMillis) {
    Optional<IkeSa> theirs = closing.heir(sa);
    boolean lost =
        made.phase != Phase.ESTABLISHED
            || sa.rekeyOf(sa.localSpi)
                .filter(each -> Arrays.compareUnsigned(lowest, each.lowestNonce()) < 0)
                .isPresent();
    if (theirs.isPresent() && lost) {
      IkeSa heir = theirs.get();
      closing.lost(made, true);
      Closing.inherit(sa, heir);
      replaced(sa, heir, nowMillis);
      table.touch(heir);
    } else {
      if (already) {
        Closing.leave(sa, made);
      } else {
        Closing.inherit(sa, made);
      }
      replaced(sa, made, nowMillis);
      Closing.tellMore(made);
      sa.expiresAtMillis = 0;
      informational.sendDeleteIke(sa, "rekeyed", nowMillis);
      theirs.ifPresent(
          redundant -> {
            Phases.move(redundant, Phase.REKEYED, "lost a collision of rekeys");
            redundant.expiresAtMillis = nowMillis + DELETION_MILLIS;
            table.touch(redundant);
          });
    }
  }

  private void failed(
      IkeSa sa,
      Connection connection,
      RequestInFlight request,
      IkeMessage message,
      long nowMillis) {
    Notify error =
        message
            .all(Notify.class)
            .filter(each -> each.type().error())
            .findFirst()
            .orElseGet(() -> Notify.of(NotifyType.INVALID_SYNTAX));
    Optional<KeyExchangeMethod> wanted =
        error.type().equals(NotifyType.INVALID_KE_PAYLOAD)
            ? Notifies.wantedGroup(error).flatMap(ChildNegotiation::method)
            : Optional.empty();
    KeyExchangeMethod first = connection.ikeSuites().getFirst().keyExchange();
    if (request.keyExchange().filter(first::equals).isPresent()
        && wanted.isPresent()
        && wanted.get() != first
        && connection.ikeSuites().stream().anyMatch(each -> each.keyExchange() == wanted.get())) {
      int group = wanted.get().id();
      if (Purpose.of(request) == Purpose.CLONE_IKE) {
        sendClone(sa, connection, group, nowMillis);
      } else {
        send(sa, connection, group, nowMillis);
      }
      return;
    }
    if (Purpose.of(request) == Purpose.CLONE_IKE) {
      cloneFailed(sa, error, nowMillis);
      return;
    }
    // Should the peer have taken over with its own rekey, ours is not wanted any more.
    Optional<IkeSa> heir = closing.heir(sa);
    sa.report("rekey-failed", "notify " + error.type().code());
    if (heir.isPresent()) {
      table.find(request.spi()).ifPresent(made -> closing.lost(made, true));
      Closing.inherit(sa, heir.get());
      replaced(sa, heir.get(), nowMillis);
      table.touch(heir.get());
      return;
    }
    Refusals.rekeyIke(sa, connection, error.type(), nowMillis);
    long pause =
        error.type().equals(NotifyType.TEMPORARY_FAILURE) ? RETRY_SOON_MILLIS : RETRY_LATER_MILLIS;
    sa.rekeyAtMillis = nowMillis + pause + environment.random().nextLong(pause / 2);
    sa.changes.touch();
  }

  private void cloneFailed(IkeSa sa, Notify error, long nowMillis) {
    sa.report("clone-failed", "notify " + error.type().code());
    if (error.type().equals(NotifyType.TEMPORARY_FAILURE)) {
      long pause = RETRY_SOON_MILLIS + environment.random().nextLong(RETRY_SOON_MILLIS / 2);
      sa.local.wantAt(new Task.CloneIke(), nowMillis + pause);
    }
  }

  private static byte[] nonce(IkeMessage message) {
    return message.first(Payload.Nonce.class).orElseThrow().data();
  }
}
