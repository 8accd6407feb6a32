package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig;
import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.config.Identity;
import io.phalanx.config.iana.ExchangeType;
import io.phalanx.datapath.NonceSource;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.node.ike.crypto.Cookies;
import io.phalanx.node.ike.crypto.CrashTokens;
import io.phalanx.node.ike.wire.Decoded;
import io.phalanx.node.ike.wire.IkeHeader;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.Notifies;
import io.phalanx.node.radius.AccountRecord.Traffic;
import io.phalanx.node.radius.RadiusAnswer;
import io.phalanx.replication.Owned;
import io.phalanx.replication.Owner;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.Phase;
import io.phalanx.replication.image.IkeSaImage.RequestInFlight;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The IKEv2 engine of a member (RFC 7296), initiator and responder: events and time in, effects
 * out. Does no I/O and reads no clock; one thread at a time.
 *
 * <pre>
 * event -> IKE SA -> exchange (build, process) -> Changes -> commit -> what was held leaves
 *             ^                                                 |
 *             '---- events that came meanwhile wait ------------'
 * </pre>
 *
 * <p>Whatever the peer sees was in the store before, so that another member goes on where this one
 * stopped: {@link Committer} has the rule. Exchanges only work on the IKE SA and say what is to
 * happen once that is written.
 */
public final class IkeEngine {
  private final Environment environment;
  private final SaTable table;
  private final Agenda agenda = new Agenda();
  private final Keeper keeper;
  private final Timers timers;
  private final Committer committer;
  private final Exchanges exchanges;
  private final GivingAway givingAway;

  /**
   * @param config connections, pools, keys and timers of this member
   * @param nonces explicit IVs for what we encrypt
   * @param self this life of this member
   * @param cookies of the cluster: any member knows those of another
   */
  public IkeEngine(
      GatewayConfig config,
      Credentials credentials,
      SecureRandom random,
      NonceSource nonces,
      Spis spis,
      Owner self,
      Cookies cookies) {
    CrashTokens crashTokens = new CrashTokens(config.cluster().keys());
    environment =
        new Environment(config, credentials, random, nonces, spis, self, cookies, crashTokens);
    table = new SaTable(new SourceLimiter(config.ike().sourceLimits()));
    keeper = new Keeper(random);
    timers = new Timers(environment);
    committer = new Committer(timers);
    exchanges = new Exchanges(environment, table, timers);
    givingAway = new GivingAway(environment);
  }

  /** Whether this member has that IKE SA. */
  public boolean carries(long localSpi) {
    return table.find(localSpi).isPresent();
  }

  /** How many IKE SAs this member has. */
  public int size() {
    return table.all().size();
  }

  /** How many strangers have begun with this member as responder and are not authenticated yet. */
  public int halfOpen() {
    return table.halfOpenCount();
  }

  /** The IKE SAs of this member as they are now; what is not committed yet included. */
  public Stream<IkeSaImage> images() {
    return table.all().stream().map(IkeSa::image);
  }

  /**
   * The IKE SAs that another member could go on with: they are known to the peer and in the store.
   *
   * @param quiet leaves out those that differ from the store, or have an exchange under way
   */
  public Stream<Owned<IkeSaImage>> movable(boolean quiet) {
    return table.all().stream()
        .filter(sa -> quiet ? sa.quiet() : sa.lasting())
        .map(sa -> new Owned<>(sa.image(), sa.fence));
  }

  /** One of them, if it has nothing under way. */
  public Optional<Owned<IkeSaImage>> movable(long localSpi) {
    return table.find(localSpi).filter(IkeSa::quiet).map(sa -> new Owned<>(sa.image(), sa.fence));
  }

  /**
   * Takes an event and says what is to be done, in this order.
   *
   * @param nowMillis wall clock
   */
  public List<Effect> step(Event event, long nowMillis) {
    Turn turn = new Turn(nowMillis);
    switch (event) {
      case Event.Received(UdpDatagram datagram) -> received(event, datagram, turn);
      case Event.Unowned(UdpDatagram datagram) -> unowned(datagram, turn);
      case Event.Tick() -> tick(turn);
      case Event.Committed(long id, var outcome) -> {
        Committer.Ended ended = committer.ended(id, outcome, turn);
        ended.forget().forEach(this::forget);
        ended.goOn().forEach(sa -> settle(sa, turn));
      }
      case Event.Adopted(Owned<IkeSaImage> owned) -> adopt(owned, turn);
      case Event.Lost(long spi) -> {
        table.find(spi).ifPresent(this::forget);
        table.gathered(spi);
      }
      case Event.LookedUp(long spi, var _) -> route(event, spi, turn);
      case Event.AddressesLeased(long spi, List<InetAddress> addresses) ->
          table
              .find(spi)
              .ifPresent(
                  sa -> {
                    exchanges.addressesLeased(sa, addresses, turn.nowMillis());
                    settle(sa, turn);
                  });
      case Event.RevocationChecked(long spi, var status) ->
          table
              .find(spi)
              .ifPresent(
                  sa -> {
                    exchanges.revocationChecked(sa, status, turn.nowMillis());
                    settle(sa, turn);
                  });
      case Event.RadiusAnswered(long spi, RadiusAnswer answer) ->
          table
              .find(spi)
              .ifPresent(
                  sa -> {
                    exchanges.radiusAnswered(sa, answer, turn.nowMillis());
                    settle(sa, turn);
                  });
      case Event.Accounted accounted ->
          table
              .find(accounted.localSpi())
              .ifPresent(
                  sa -> {
                    Exchanges.accounted(sa, accounted, nowMillis);
                    settle(sa, turn);
                  });
      case Event.Counted(long spi, Traffic traffic) ->
          table.find(spi).ifPresent(sa -> sa.local.counted = sa.local.counted.plus(traffic));
      case Event.Initiate(String connection) -> {
        keeper.want(connection, nowMillis);
        bringUp(turn);
      }
      case Event.Yield(String connection) -> yieldTo(connection, turn);
      case Event.ChildDue(long spi, int _, boolean _) -> route(event, spi, turn);
      case Event.PeerMoved(long spi, int _, PeerPath _) -> route(event, spi, turn);
      case Event.Migrate(long spi, PeerPath _) -> route(event, spi, turn);
      case Event.PeerSent(long spi) ->
          table.find(spi).ifPresent(sa -> sa.local.lastSentMillis = nowMillis);
      case Event.PeerHeard(long spi) -> table.find(spi).ifPresent(sa -> heard(sa, nowMillis));
      case Event.Redirect(Optional<Identity> gateway) -> redirect(gateway, turn);
      case Event.Rekey(long spi, int _) -> route(event, spi, turn);
      case Event.CloneIke(long spi) -> route(event, spi, turn);
      case Event.NewChild(long spi, String _) -> route(event, spi, turn);
      case Event.Terminate(long spi) -> route(event, spi, turn);
      case Event.Disconnect(long spi) -> route(event, spi, turn);
      case Event.GiveAway(long spi, long _) -> route(event, spi, turn);
      case Event.PeerBeganAnew(FirstContact contact) -> exchanges.beganAnew(contact, nowMillis);
    }
    for (Redirection.Move move : exchanges.redirection().takeMoves()) {
      environment
          .connection(move.connection())
          .flatMap(each -> exchanges.initiation().start(each, move, nowMillis))
          .ifPresent(sa -> settle(sa, turn));
    }
    for (List<IkeSa> more = table.takeTouched(); !more.isEmpty(); more = table.takeTouched()) {
      more.forEach(sa -> settle(sa, turn));
    }
    return turn.effects();
  }

  private static void heard(IkeSa sa, long nowMillis) {
    sa.local.lastHeardMillis = nowMillis;
    sa.local.trafficMillis = nowMillis;
  }

  private void received(Event event, UdpDatagram datagram, Turn turn) {
    Optional<IkeHeader> header = MessageCodec.header(datagram.payload());
    if (header.isEmpty()) {
      if (MessageCodec.decode(datagram.payload()) instanceof Decoded.Invalid invalid
          && !invalid.header().response()) {
        // RFC 7296 §2.5: a higher major version.
        turn.add(
            new Effect.Send(
                IkeSaInit.refusal(datagram, invalid.header(), Notifies.refusing(invalid))));
      }
      return;
    }
    IkeHeader head = header.get();
    boolean opens = head.exchange().equals(ExchangeType.IKE_SA_INIT) && !head.response();
    if (opens && head.responderSpi() == 0) {
      opened(datagram, head, turn);
      return;
    }
    long localSpi = head.fromInitiator() ? head.responderSpi() : head.initiatorSpi();
    if (table.find(localSpi).isPresent()) {
      route(event, localSpi, turn);
    } else if (environment.spis().plausible().test(localSpi)) {
      turn.add(new Effect.FindOwner(localSpi, datagram));
    }
  }

  private void unowned(UdpDatagram datagram, Turn turn) {
    exchanges
        .crashDetection()
        .tellLost(datagram, turn.nowMillis())
        .map(Effect.Send::new)
        .ifPresent(turn::add);
  }

  private void redirect(Optional<Identity> gateway, Turn turn) {
    exchanges.redirection().sendTo(gateway);
    gateway.ifPresent(
        to ->
            Redirection.leaving(table.all(), to, turn.nowMillis()).forEach(sa -> settle(sa, turn)));
  }

  private void opened(UdpDatagram datagram, IkeHeader header, Turn turn) {
    byte[] digest = Inbound.digest(datagram.payload());
    Optional<IkeSa> known = table.findHalfOpen(header.initiatorSpi(), datagram.peer(), digest);
    if (known.isPresent()) {
      if (!known.get().local.busy()) {
        Exchanges.resendInit(known.get(), datagram).ifPresent(turn::add);
      }
      return;
    }
    switch (exchanges.init().processRequest(datagram, header, turn.nowMillis())) {
      case IkeSaInit.Nothing() -> {}
      case IkeSaInit.Stateless(var answer) -> turn.add(new Effect.Send(answer));
      case IkeSaInit.HalfOpen(var sa) -> settle(sa, turn);
    }
  }

  /** Brings an event to its IKE SA, or has it wait there. */
  private void route(Event event, long localSpi, Turn turn) {
    Optional<IkeSa> sa = table.find(localSpi);
    if (sa.isEmpty()) {
      return;
    }
    if (sa.get().local.busy()) {
      sa.get().local.await(event);
    } else {
      process(sa.get(), event, turn);
      settle(sa.get(), turn);
    }
  }

  private void process(IkeSa sa, Event event, Turn turn) {
    switch (event) {
      case Event.Received(UdpDatagram datagram) -> exchanges.received(sa, datagram, turn);
      case Event.ChildDue(long _, int saId, boolean exhausted) ->
          exchanges.childDue(sa, saId, exhausted);
      case Event.Migrate(long _, PeerPath to) -> exchanges.migrate(sa, to);
      case Event.PeerMoved(long _, int _, PeerPath from) ->
          Paths.espFrom(sa, from, turn.nowMillis());
      case Event.Rekey(long _, int saId) ->
          exchanges.want(sa, saId == 0 ? new Task.RekeyIke() : new Task.RekeyChild(saId));
      case Event.CloneIke(long _) -> exchanges.want(sa, new Task.CloneIke());
      case Event.NewChild(long _, String child) -> exchanges.want(sa, new Task.NewChild(child));
      case Event.Disconnect(long _) -> {
        sa.local.terminateCause = Accounts.ADMIN_RESET;
        exchanges.terminate(sa, turn.nowMillis());
      }
      case Event.Terminate(long _) -> {
        keeper.forget(sa.connection);
        sa.local.endTold = true;
        exchanges.terminate(sa, turn.nowMillis());
      }
      case Event.GiveAway(long _, long untilMillis) -> givingAway.give(sa, untilMillis);
      case Event.LookedUp(long _, var found) -> Exchanges.lookedUp(sa, found);
      case Event.Tick() -> due(sa, turn);
      case Event.Unowned _,
          Event.Committed _,
          Event.Adopted _,
          Event.PeerBeganAnew _,
          Event.Lost _,
          Event.AddressesLeased _,
          Event.RadiusAnswered _,
          Event.Accounted _,
          Event.Counted _,
          Event.RevocationChecked _,
          Event.Initiate _,
          Event.Redirect _,
          Event.Yield _,
          Event.PeerSent _,
          Event.PeerHeard _ ->
          throw new IllegalStateException("not an event of one IKE SA: " + event);
    }
  }

  /** Commits what has changed, then goes on with what waits, until nothing is left to do. */
  private void settle(IkeSa sa, Turn turn) {
    while (!sa.local.gone) {
      if (sa.local.busy()) {
        turn.addAll(committer.takeUncommitted(sa));
        break;
      }
      watch(sa, turn);
      if (sa.changes.dirty()) {
        committer.begin(sa, turn);
        continue;
      }
      turn.addAll(committer.takeUncommitted(sa));
      if (sa.expiresAtMillis != 0 && sa.expiresAtMillis <= turn.nowMillis()) {
        end(sa, "expired", turn);
        return;
      }
      if (exchanges.startTask(sa, turn.nowMillis())) {
        continue;
      }
      Optional<Event> waiting =
          sa.local
              .early
              .next(sa.nextPeerId)
              .<Event>map(Event.Received::new)
              .or(sa.local::nextEvent);
      if (waiting.isEmpty()) {
        break;
      }
      process(sa, waiting.get(), turn);
    }
    if (!sa.local.gone) {
      agenda.set(sa.localSpi, timers.next(sa, turn.nowMillis()));
    }
  }

  /** Keeps count of half-open IKE SAs, and of connections that are to be kept up. */
  private void watch(IkeSa sa, Turn turn) {
    if (sa.phase == Phase.ESTABLISHED) {
      table.halfOpenEnded(sa);
      keeper.forget(sa.connection);
    } else if (sa.phase == Phase.DELETING) {
      lost(sa, turn);
    }
  }

  private void lost(IkeSa sa, Turn turn) {
    Optional<Connection> connection =
        environment.connection(sa.connection).filter(Connection::initiate);
    if (connection.isPresent() && !sa.local.endTold && !up(sa.connection)) {
      keeper.failed(sa.connection, turn.nowMillis());
    }
    sa.local.endTold = true;
  }

  private void yieldTo(String connection, Turn turn) {
    keeper.leave(connection);
    for (IkeSa sa : List.copyOf(table.all())) {
      boolean attempt = sa.phase == Phase.INITIATING || sa.phase == Phase.HALF_OPEN;
      if (sa.initiator && attempt && sa.connection.equals(connection) && !sa.local.busy()) {
        sa.local.endTold = true;
        exchanges.terminate(sa, turn.nowMillis());
        settle(sa, turn);
      }
    }
  }

  private boolean up(String connection) {
    return table.all().stream()
        .anyMatch(
            each ->
                each.connection.equals(connection)
                    && !each.extensions.cloned()
                    && each.phase != Phase.DELETING
                    && each.phase != Phase.REKEYED);
  }

  private void tick(Turn turn) {
    for (long spi : agenda.due(turn.nowMillis())) {
      table.find(spi).ifPresent(sa -> dueNow(sa, turn));
    }
    bringUp(turn);
  }

  private void dueNow(IkeSa sa, Turn turn) {
    if (sa.local.busy()) {
      committer.retry(sa, turn);
    } else {
      due(sa, turn);
    }
    settle(sa, turn);
  }

  private void due(IkeSa sa, Turn turn) {
    if (sa.expiresAtMillis != 0 && turn.nowMillis() >= sa.expiresAtMillis) {
      return; // settle() ends it
    }
    for (RequestInFlight request : sa.requests) {
      Resending resending = sa.local.resendings.get(request.messageId());
      if (resending == null || turn.nowMillis() < resending.atMillis) {
        continue;
      }
      if (!timers.mayRetransmit(resending, turn.nowMillis())) {
        if (!exchanges.synchronize(sa, turn.nowMillis())) {
          giveUp(sa, turn);
        }
        return;
      }
      turn.addAll(exchanges.retransmission(sa, request, resending));
      sa.local.lastSentMillis = turn.nowMillis();
    }
    if (turn.nowMillis() >= timers.keepaliveAt(sa)) {
      turn.add(new Effect.Keepalive(new PeerPath(sa.peer, sa.listen)));
      sa.local.lastSentMillis = turn.nowMillis();
    }
    timers.wantDue(sa, turn.nowMillis());
    reauthenticate(sa, turn);
  }

  /** Makes a new IKE SA in place of one whose authentication ends (RFC 4478). */
  private void reauthenticate(IkeSa sa, Turn turn) {
    Optional<Connection> connection =
        Reauthentication.isDue(sa, turn.nowMillis())
            ? environment.connection(sa.connection)
            : Optional.empty();
    if (connection.isEmpty()) {
      return;
    }
    // Whom we cannot call may share its identity with others: only time ends its IKE SA.
    boolean callable = connection.get().remoteAddress().isPresent();
    if (callable && exchanges.deleteIfReplaced(sa, turn.nowMillis())) {
      return;
    }
    if (Reauthentication.act(sa, connection.get(), turn.nowMillis()) && !begun(sa.connection)) {
      sa.report("reauthenticating", "connection=" + sa.connection);
      exchanges
          .initiation()
          .start(connection.get(), turn.nowMillis())
          .ifPresent(made -> settle(made, turn));
    }
  }

  private boolean begun(String connection) {
    return table.all().stream()
        .filter(each -> each.connection.equals(connection))
        .anyMatch(each -> each.phase == Phase.INITIATING || each.phase == Phase.HALF_OPEN);
  }

  /** The peer does not answer (RFC 7296 §2.4). */
  private void giveUp(IkeSa sa, Turn turn) {
    exchanges.abandon(sa);
    turn.addAll(committer.takeUncommitted(sa));
    end(sa, "the peer does not answer", turn);
  }

  /** Takes it out of the store, with what still hangs on it. */
  private void end(IkeSa sa, String why, Turn turn) {
    if (sa.phase != Phase.DELETING && sa.phase != Phase.REKEYED) {
      turn.add(new Effect.Report(sa.sessionId, "closed", why));
    }
    List<Integer> saIds = sa.phase == Phase.UNCONFIRMED ? List.of() : sa.saIds();
    turn.add(new Effect.RemoveIkeSa(sa.localSpi, sa.fence, saIds));
    forget(sa);
    lost(sa, turn);
  }

  private void forget(IkeSa sa) {
    sa.local.gone = true;
    agenda.remove(sa.localSpi);
    table.remove(sa);
    committer.forget(sa).forEach(this::forget);
  }

  private void adopt(Owned<IkeSaImage> owned, Turn turn) {
    Optional<IkeSa> here = table.find(owned.image().localSpi());
    if (here.isPresent() && here.get().fence.epoch() >= owned.fence().epoch()) {
      return;
    }
    here.ifPresent(this::forget);
    IkeSa sa = exchanges.adopt(owned, turn.nowMillis());
    table.gathered(sa.localSpi);
    settle(sa, turn);
  }

  private void bringUp(Turn turn) {
    for (String name : keeper.due(turn.nowMillis())) {
      Optional<Connection> connection = environment.connection(name);
      if (connection.isEmpty() || connection.get().remoteAddress().isEmpty() || up(name)) {
        keeper.forget(name);
      } else {
        Optional<IkeSa> started = exchanges.initiation().start(connection.get(), turn.nowMillis());
        if (connection.get().initiate() || started.isEmpty()) {
          keeper.failed(name, turn.nowMillis());
        } else {
          keeper.forget(name);
        }
        started.ifPresent(sa -> settle(sa, turn));
      }
    }
  }
}
