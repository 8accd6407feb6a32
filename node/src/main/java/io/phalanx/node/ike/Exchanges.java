package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig.Child;
import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.config.iana.ExchangeType;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.node.auth.RevocationStatus;
import io.phalanx.node.ike.wire.Decoded;
import io.phalanx.node.ike.wire.Fragment;
import io.phalanx.node.ike.wire.IkeHeader;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.Notifies;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Payload.Notify;
import io.phalanx.node.ike.wire.Reassembly;
import io.phalanx.node.ike.wire.SkCipher;
import io.phalanx.node.radius.RadiusAnswer;
import io.phalanx.replication.Owned;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.ChildRef;
import io.phalanx.replication.image.IkeSaImage.Phase;
import io.phalanx.replication.image.IkeSaImage.RekeyedByPeer;
import io.phalanx.replication.image.IkeSaImage.RequestInFlight;
import io.phalanx.replication.image.IkeSaImage.SentResponse;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the exchange that a message or a task belongs to, and keeps the order of message ids: each
 * request is processed once, and the same request again gets the same octets (RFC 7296 §2.2, §2.3).
 */
final class Exchanges {
  /** Liveness checks answered before their commit; a successor accepts as many ids ahead. */
  private static final int AHEAD_MAX = 8;

  private final Environment environment;
  private final SaTable table;
  private final Timers timers;
  private final Messages messages;
  private final Closing closing;
  private final Mobike mobike;
  private final Migration migration;
  private final Informational informational;
  private final IkeAuth auth;
  private final Accounts accounts;
  private final IkeSaInit init;
  private final IkeSaInitiation initiation;
  private final CreateChild createChild;
  private final RekeyIke rekeyIke;
  private final CrashDetection crashDetection;
  private final Redirection redirection;
  private final MessageIdSync messageIdSync;

  Exchanges(Environment environment, SaTable table, Timers timers) {
    this.environment = environment;
    this.table = table;
    this.timers = timers;
    messages = new Messages(environment);
    messageIdSync = new MessageIdSync(environment, messages);
    ChildSas childSas = new ChildSas(environment);
    ChildNegotiation negotiation = new ChildNegotiation(environment);
    closing = new Closing(table, childSas);
    crashDetection = new CrashDetection(environment, closing);
    mobike = new Mobike(environment);
    redirection = new Redirection(environment);
    informational =
        new Informational(environment, messages, redirection, mobike, childSas, closing);
    migration = new Migration(environment, messages, informational, mobike);
    accounts = new Accounts(environment);
    auth =
        new IkeAuth(
            environment,
            messages,
            mobike,
            childSas,
            negotiation,
            informational,
            closing,
            accounts,
            crashDetection,
            redirection);
    init = new IkeSaInit(environment, table, redirection);
    initiation = new IkeSaInitiation(environment, table, auth, redirection);
    createChild = new CreateChild(environment, messages, childSas, negotiation, informational);
    rekeyIke = new RekeyIke(environment, table, messages, closing, informational, crashDetection);
  }

  IkeSaInit init() {
    return init;
  }

  CrashDetection crashDetection() {
    return crashDetection;
  }

  Redirection redirection() {
    return redirection;
  }

  IkeSaInitiation initiation() {
    return initiation;
  }

  void revocationChecked(IkeSa sa, RevocationStatus status, long nowMillis) {
    auth.revocationChecked(sa, status, nowMillis);
  }

  /** A peer has begun anew at another member: what is here of it ends. */
  void beganAnew(FirstContact contact, long nowMillis) {
    var _ = closing.firstContact(contact, nowMillis);
  }

  /** Whether another IKE SA has the place of this one, which is due, already (RFC 4478). */
  boolean deleteIfReplaced(IkeSa due, long nowMillis) {
    return closing.deleteIfReplaced(due, nowMillis);
  }

  void addressesLeased(IkeSa sa, List<InetAddress> addresses, long nowMillis) {
    auth.addressesLeased(sa, addresses, nowMillis);
  }

  void radiusAnswered(IkeSa sa, RadiusAnswer answer, long nowMillis) {
    auth.radiusAnswered(sa, answer, nowMillis);
  }

  /** RADIUS has been told of a session. */
  static void accounted(IkeSa sa, Event.Accounted event, long nowMillis) {
    Accounts.told(sa, event.kind(), event.taken(), event.total());
    stale(sa, nowMillis);
  }

  /** The answer to the request that has made a half-open IKE SA, once more. */
  static Optional<Effect> resendInit(IkeSa sa, UdpDatagram datagram) {
    return sa.responseTo(0).map(each -> send(datagram, each.messages().getFirst()));
  }

  private static Effect send(UdpDatagram to, byte[] message) {
    return new Effect.Send(Inbound.back(to, message));
  }

  /** A message for this IKE SA. */
  void received(IkeSa sa, UdpDatagram datagram, Turn turn) {
    Optional<IkeHeader> header = MessageCodec.header(datagram.payload());
    if (header.isEmpty() || header.get().fromInitiator() == sa.initiator) {
      return;
    }
    IkeHeader head = header.get();
    if (sa.phase == Phase.INITIATING) {
      initResponse(sa, head, datagram, turn);
    } else if (head.initiatorSpi() == sa.initiatorSpi()
        && head.responderSpi() == sa.responderSpi()) {
      if (head.response() && crashDetection.processUnprotected(sa, datagram, turn.nowMillis())) {
        return;
      }
      if (head.response()) {
        response(sa, head, datagram, turn);
      } else {
        request(sa, head, datagram, turn);
      }
    }
  }

  private void initResponse(IkeSa sa, IkeHeader head, UdpDatagram datagram, Turn turn) {
    boolean expected =
        head.response()
            && head.messageId() == 0
            && head.exchange().equals(ExchangeType.IKE_SA_INIT)
            && sa.asking(Purpose.IKE_SA_INIT);
    Optional<Connection> connection = environment.connection(sa.connection);
    if (expected
        && connection.isPresent()
        && MessageCodec.decode(datagram.payload()) instanceof Decoded.Ok(IkeMessage message)) {
      initiation.processResponse(sa, connection.get(), datagram, message, turn.nowMillis());
    }
  }

  private void request(IkeSa sa, IkeHeader head, UdpDatagram datagram, Turn turn) {
    if (head.messageId() == 0 && messageIdSync.processRequest(sa, head, datagram, turn)) {
      return;
    }
    Optional<SentResponse> stored = sa.responseTo(head.messageId());
    if (stored.isPresent()) {
      if (isSame(sa, datagram, stored.get())) {
        stored.get().messages().forEach(each -> turn.add(send(datagram, each)));
      }
      return;
    }
    long ahead = head.messageId() - sa.nextPeerId;
    if (ahead > 0 && ahead < environment.config().ike().window()) {
      sa.local.early.add(head.messageId(), datagram);
      return;
    }
    if (ahead > sa.local.aheadMax) {
      messageIdSync.ahead(sa, datagram, turn.nowMillis());
      return;
    }
    if (ahead < 0) {
      return;
    }
    switch (open(sa, datagram, sa.local.requestFragments)) {
      case Decoded.Drop _ -> {}
      case Decoded.Invalid invalid -> {
        sa.local.aheadMax = 0;
        heard(sa, datagram, turn.nowMillis());
        Inbound in = new Inbound(datagram, new IkeMessage(invalid.header(), List.of()));
        messages.respond(sa, in, Notifies.refusing(invalid));
        if (sa.phase == Phase.HALF_OPEN) {
          sa.report("auth-failed", "notify " + invalid.type().code());
          Phases.move(sa, Phase.DELETING, "IKE_AUTH cannot be read");
          sa.expiresAtMillis = turn.nowMillis() + Informational.LINGER_MILLIS;
        }
        endIfUnreadable(sa, turn.nowMillis());
      }
      case Decoded.Ok(IkeMessage message) -> {
        sa.local.aheadMax = 0; // now its ids are known; an answer to us would not have told them
        heard(sa, datagram, turn.nowMillis());
        Window.note(sa, message);
        request(sa, new Inbound(datagram, message), turn);
        endIfUnreadable(sa, turn.nowMillis());
      }
    }
  }

  /** What has just been answered by INVALID_SYNTAX was the end of an IKE SA that was up. */
  private void endIfUnreadable(IkeSa sa, long nowMillis) {
    boolean said = sa.local.saidInvalidSyntax;
    sa.local.saidInvalidSyntax = false;
    if (said && sa.phase == Phase.ESTABLISHED) {
      closing.unreadable(sa, nowMillis);
    }
  }

  /**
   * Whether a request is one that was answered already. Of one in fragments the first one stands
   * for all (RFC 7383 §2.6.1); it may have been cut anew, so it has to be authentic, not the same.
   */
  private static boolean isSame(IkeSa sa, UdpDatagram datagram, SentResponse stored) {
    return SkCipher.carriesFragment(datagram.payload())
        ? sa.inbound()
            .openFragment(datagram.payload())
            .filter(each -> each.number() == 1)
            .isPresent()
        : Arrays.equals(Inbound.digest(datagram.payload()), stored.requestDigest());
  }

  /** Opens a message, or takes a fragment of one: only the last of them gives a message. */
  private static Decoded open(IkeSa sa, UdpDatagram datagram, Reassembly fragments) {
    byte[] message = datagram.payload();
    if (!SkCipher.carriesFragment(message)) {
      return sa.inbound().decrypt(message);
    }
    return (sa.extensions.fragmentation()
            ? sa.inbound().openFragment(message)
            : Optional.<Fragment>empty())
        .flatMap(fragments::add)
        .orElseGet(() -> new Decoded.Drop(Decoded.Reason.INCOMPLETE));
  }

  private void request(IkeSa sa, Inbound in, Turn turn) {
    ExchangeType exchange = in.message().header().exchange();
    if (sa.phase == Phase.HALF_OPEN) {
      if (exchange.equals(ExchangeType.IKE_AUTH) && !sa.initiator) {
        auth.processRequest(sa, in, turn.nowMillis());
      } else if (Informational.givesUp(in.message()) && !sa.initiator) {
        auth.givenUp(sa, in, turn.nowMillis());
      }
    } else if (exchange.equals(ExchangeType.INFORMATIONAL)) {
      informational(sa, in, turn);
    } else if (exchange.equals(ExchangeType.CREATE_CHILD_SA)) {
      createChildSa(sa, in, turn.nowMillis());
    } else {
      messages.respond(sa, in, Notify.of(NotifyType.INVALID_SYNTAX));
    }
  }

  private void informational(IkeSa sa, Inbound in, Turn turn) {
    if (Informational.isLivenessCheck(in.message())
        && !sa.changes.dirty()
        && sa.local.answeredAhead < aheadMax()) {
      turn.add(new Effect.Send(messages.respondAhead(sa, in, mobike.processRequest(sa, in))));
      sa.local.answeredAhead++;
      sa.local.lastSentMillis = turn.nowMillis();
      stale(sa, turn.nowMillis());
    } else {
      informational.processRequest(sa, in, turn.nowMillis());
    }
  }

  /** None with a window above 1: a successor could not tell a request answered from one to come. */
  private int aheadMax() {
    return environment.config().ike().window() == 1 ? AHEAD_MAX : 0;
  }

  private void createChildSa(IkeSa sa, Inbound in, long nowMillis) {
    Optional<Connection> connection = environment.connection(sa.connection);
    if (connection.isEmpty()) {
      messages.respond(sa, in, Notify.of(NotifyType.NO_ADDITIONAL_SAS));
    } else if (RekeyIke.isRekey(in.message())) {
      rekeyIke.processRequest(sa, connection.get(), in, nowMillis);
    } else {
      createChild.processRequest(sa, connection.get(), in, nowMillis);
    }
  }

  private void response(IkeSa sa, IkeHeader head, UdpDatagram datagram, Turn turn) {
    Optional<RequestInFlight> asked =
        sa.request(head.messageId())
            .filter(each -> Purpose.of(each).exchange().equals(head.exchange()))
            .filter(each -> sa.local.resendings.containsKey(each.messageId()));
    if (asked.isEmpty() || head.exchange().equals(ExchangeType.IKE_SA_INIT)) {
      return;
    }
    RequestInFlight request = asked.get();
    Reassembly fragments =
        sa.local.responseFragments.computeIfAbsent(request.messageId(), _ -> new Reassembly());
    switch (open(sa, datagram, fragments)) {
      case Decoded.Drop _ -> {}
      case Decoded.Invalid invalid -> {
        // Authentic, and not to be understood: there is no way on (RFC 7296 §2.21.3).
        heard(sa, datagram, turn.nowMillis());
        if (Purpose.of(request) == Purpose.DELETE_IKE) {
          informational.processResponse(sa, request, turn.nowMillis());
        } else {
          Messages.answered(sa, request);
          informational.sendDeleteIke(
              sa, "an answer cannot be read: " + invalid.type().code(), turn.nowMillis());
        }
      }
      case Decoded.Ok(IkeMessage message) -> {
        heard(sa, datagram, turn.nowMillis());
        Window.note(sa, message);
        migration.answeredBy(sa, request, datagram);
        answer(sa, request, message, turn.nowMillis());
      }
    }
  }

  private void answer(IkeSa sa, RequestInFlight request, IkeMessage message, long nowMillis) {
    Purpose purpose = Purpose.of(request);
    Optional<Connection> connection = environment.connection(sa.connection);
    if (purpose == Purpose.LIVENESS) {
      sa.extensions = sa.extensions.withTokenDue(false);
    }
    if (sa.phase == Phase.DELETING && purpose != Purpose.DELETE_IKE) {
      Messages.answered(sa, request); // nothing can come of it any more
    } else if (sa.phase == Phase.ESTABLISHED && Messages.saysInvalidSyntax(message)) {
      Messages.answered(sa, request);
      closing.unreadable(sa, nowMillis);
    } else if (purpose == Purpose.SYNC_MESSAGE_IDS) {
      messageIdSync.processResponse(sa, request, message);
    } else if (purpose.concernsPaths()) {
      migration.processResponse(sa, request, message, nowMillis);
    } else if (purpose.exchange().equals(ExchangeType.INFORMATIONAL)) {
      informational.processResponse(sa, request, nowMillis);
    } else if (connection.isEmpty()) {
      Messages.answered(sa, request);
      informational.sendDeleteIke(sa, "its connection is not configured any more", nowMillis);
    } else {
      switch (purpose) {
        case IKE_AUTH -> auth.processResponse(sa, request, connection.get(), message, nowMillis);
        case NEW_CHILD, REKEY_CHILD ->
            createChild.processResponse(sa, request, connection.get(), message, nowMillis);
        case REKEY_IKE, CLONE_IKE ->
            rekeyIke.processResponse(sa, request, connection.get(), message, nowMillis);
        case IKE_SA_INIT,
            DELETE_CHILD,
            DELETE_IKE,
            LIVENESS,
            REDIRECT,
            UPDATE_PATH,
            CHECK_PATH,
            TELL_ADDRESSES,
            SYNC_MESSAGE_IDS ->
            throw new IllegalStateException("no exchange of ours to answer: " + purpose);
      }
    }
  }

  /** An authentic message came in. */
  private void heard(IkeSa sa, UdpDatagram datagram, long nowMillis) {
    sa.local.heard = true;
    sa.local.askNothingUntilMillis = 0;
    if (sa.phase == Phase.UNCONFIRMED && !closing.undecided(sa)) {
      Closing.confirm(sa);
    }
    Paths.ikeFrom(sa, datagram, nowMillis);
  }

  private static void stale(IkeSa sa, long nowMillis) {
    if (!sa.local.stale) {
      sa.local.stale = true;
      sa.local.staleSinceMillis = nowMillis;
    }
  }

  /**
   * A Child SA is near its limits, or has reached one and sends no more: either way it is rekeyed.
   * Where the peer refuses that to one that is used up, it is deleted.
   */
  void childDue(IkeSa sa, int saId, boolean exhausted) {
    if (exhausted) {
      sa.local.exhausted.add(saId);
    }
    want(sa, new Task.RekeyChild(saId));
  }

  /** Wants something of an IKE SA, or of the one that has taken its place. */
  void want(IkeSa sa, Task task) {
    IkeSa now = sa;
    while (now.phase == Phase.REKEYED && now.local.successor.isPresent()) {
      now = now.local.successor.get();
    }
    now.local.want(task);
    if (now != sa) {
      table.touch(now);
    }
  }

  /** Begins the next exchange that is wanted, if the peer's window has room for it. */
  boolean startTask(IkeSa sa, long nowMillis) {
    if (!Window.hasRoom(sa) || nowMillis < sa.local.askNothingUntilMillis) {
      return false;
    }
    if (migration.start(sa, nowMillis)) {
      return true;
    }
    Optional<Task> task =
        sa.phase == Phase.UNCONFIRMED
            ? sa.local.nextProbe()
            : sa.local.nextTask(each -> Window.admits(sa, each));
    Optional<Connection> connection = environment.connection(sa.connection);
    if (task.isEmpty()) {
      return false;
    }
    boolean up = sa.phase == Phase.ESTABLISHED && connection.isPresent();
    switch (task.get()) {
      case Task.NewChild(var name) when up ->
          Environment.child(connection.get(), name)
              .ifPresent(each -> newChild(sa, connection.get(), each, nowMillis));
      case Task.RekeyChild(int spi) when up ->
          sa.childByInbound(spi)
              .ifPresent(each -> createChild.sendRekey(sa, connection.get(), each, 0, nowMillis));
      case Task.RekeyIke() when up && sa.rekeyOf(sa.localSpi).isEmpty() ->
          rekeyIke.send(sa, connection.get(), 0, nowMillis);
      case Task.CloneIke() when up -> rekeyIke.sendClone(sa, connection.get(), 0, nowMillis);
      case Task.DeleteChild(int spi) when up ->
          sa.childByInbound(spi)
              .ifPresent(each -> informational.sendDeleteChild(sa, each.inboundSpi(), nowMillis));
      case Task.DeleteIke(var reason) when up -> informational.sendDeleteIke(sa, reason, nowMillis);
      case Task.Liveness() when up || sa.phase == Phase.UNCONFIRMED ->
          informational.sendLiveness(sa, withLiveness(sa), nowMillis);
      case Task.Redirect(var gateway) when up -> informational.sendRedirect(sa, gateway, nowMillis);
      case Task.NewChild _,
          Task.RekeyChild _,
          Task.RekeyIke _,
          Task.CloneIke _,
          Task.DeleteChild _,
          Task.DeleteIke _,
          Task.Redirect _,
          Task.Liveness _ -> {
        // No longer to be done.
      }
    }
    return true;
  }

  /** A new IKE SA has a window of one again (RFC 7296 §2.18), so it is told more than once. */
  private List<Payload> withLiveness(IkeSa sa) {
    return Stream.of(
            migration.withLiveness(sa), environment.windowSize(), crashDetection.withLiveness(sa))
        .<Payload>flatMap(List::stream)
        .toList();
  }

  private void newChild(IkeSa sa, Connection connection, Child child, long nowMillis) {
    if (sa.children.stream().map(ChildRef::child).noneMatch(child.name()::equals)) {
      createChild.sendNew(sa, connection, child, 0, nowMillis);
    }
  }

  /** A request in flight once more, by every path that is to be tried. */
  List<Effect> retransmission(IkeSa sa, RequestInFlight request, Resending resending) {
    return request.messages().stream()
        .flatMap(each -> migration.retransmission(sa, resending, each).stream())
        .<Effect>map(Effect.Send::new)
        .toList();
  }

  /** As the side that decides on addresses: takes another path. */
  void migrate(IkeSa sa, PeerPath to) {
    migration.migrate(sa, to);
  }

  /** An operator wants it closed. */
  void terminate(IkeSa sa, long nowMillis) {
    switch (sa.phase) {
      case ESTABLISHED, UNCONFIRMED, REKEYED ->
          want(sa, new Task.DeleteIke("closed by the operator"));
      case INITIATING, HALF_OPEN -> {
        sa.dropRequests();
        Phases.move(sa, Phase.DELETING, "closed by the operator");
        sa.expiresAtMillis = nowMillis;
      }
      case DELETING -> {
        // Is on its way.
      }
    }
  }

  /** Whether something is left to try before an IKE SA is given up. */
  boolean synchronize(IkeSa sa, long nowMillis) {
    return messageIdSync.unanswered(sa, nowMillis);
  }

  /** Gives up an IKE SA whose peer does not answer; an heir made by the peer goes on. */
  void abandon(IkeSa sa) {
    closing.abandon(sa);
  }

  /** Goes on with an IKE SA of another member, from its image. */
  IkeSa adopt(Owned<IkeSaImage> owned, long nowMillis) {
    IkeSa sa = IkeSa.of(owned.image(), owned.fence());
    if (sa.phase == Phase.HALF_OPEN && !sa.initiator && sa.init.isPresent()) {
      table.addHalfOpen(sa, sa.peer, Inbound.digest(sa.init.get().request()));
    } else {
      table.add(sa);
    }
    sa.local.aheadMax = aheadMax();
    sa.local.maySync = true;
    sa.local.lastHeardMillis = nowMillis - probeJitter(sa);
    sa.local.lastSentMillis = nowMillis;
    sa.report("adopted", "spi=%016x epoch=%d".formatted(sa.localSpi, sa.fence.epoch()));
    Window.open(sa).forEach(each -> timers.resume(sa, each, nowMillis));
    Messages.resend(sa);
    findFamily(sa);
    if (sa.mobility.moving()) {
      sa.local.pathChanged = true; // the member before us may not have told all SA clusters
      sa.changes.touch();
    }
    if (sa.extensions.tokenDue()) {
      sa.local.want(new Task.Liveness());
    }
    Paths.moveEsp(sa);
    accounts.adopted(sa, nowMillis);
    return sa;
  }

  /**
   * A rekey of the IKE SA that the member before us had begun: its end needs both IKE SAs on one
   * member, and what became of the old one tells what becomes of the new one.
   */
  private void findFamily(IkeSa sa) {
    Stream.concat(
            sa.rekeyOf(sa.localSpi).map(RekeyedByPeer::created).stream(),
            sa.requests.stream()
                .filter(each -> Purpose.of(each).makesIkeSa())
                .map(RequestInFlight::spi))
        .filter(spi -> sa.phase == Phase.ESTABLISHED && table.find(spi).isEmpty())
        .forEach(
            spi -> {
              table.gather(spi, sa);
              sa.hold(new Effect.Gather(spi));
            });
    if (sa.phase == Phase.UNCONFIRMED) {
      sa.predecessor().ifPresent(old -> sa.hold(new Effect.LookUp(old, sa.localSpi)));
    }
  }

  /** What the store says of the IKE SA that an adopted one is to replace. */
  static void lookedUp(IkeSa sa, Optional<IkeSaImage> predecessor) {
    if (sa.phase != Phase.UNCONFIRMED) {
      return;
    }
    if (predecessor.isEmpty() || sa.extensions.cloned()) {
      sa.local.want(new Task.Liveness()); // only the peer knows
    } else if (predecessor.get().phase() != Phase.ESTABLISHED
        && predecessor.get().rekeyedByPeer().stream()
            .anyMatch(each -> each.created() == sa.localSpi)) {
      Closing.confirm(sa); // the answer that tells the peer of it may have left
    }
  }

  /** Many are adopted at once: their probes are spread over an interval. */
  private long probeJitter(IkeSa sa) {
    long interval =
        environment.connection(sa.connection).map(each -> each.dpdInterval().toMillis()).orElse(0L);
    return interval == 0 ? 0 : environment.random().nextLong(interval);
  }
}
