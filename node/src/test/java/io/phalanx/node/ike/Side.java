package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig;
import io.phalanx.datapath.NonceSource;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.node.auth.RevocationStatus;
import io.phalanx.node.ike.crypto.Cookies;
import io.phalanx.node.radius.AccountRecord;
import io.phalanx.node.radius.RadiusAnswer;
import io.phalanx.node.radius.RadiusQuestion;
import io.phalanx.replication.Commit;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owner;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.ChildRef;
import io.phalanx.replication.image.IkeSaImage.Phase;
import io.phalanx.replication.image.SaClusterImage;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;

/** One end: a cluster with one member at a time, its store and its packet path. */
final class Side {
  private static final long SPI_MARK = 0x5a00_0000_0000_0000L;
  private static final long SPI_MASK = 0xff00_0000_0000_0000L;

  private final World world;
  private final boolean left;
  private GatewayConfig config;
  private final Credentials credentials;
  private final SecureRandom random = new SecureRandom();
  private int nextEspSpi;
  private int member;
  private long ivs;

  FakeStore store = new FakeStore();
  final List<FirstContact> begunAnew = new ArrayList<>();
  final List<Effect.GivenAway> givenAway = new ArrayList<>();
  final Map<Integer, SaClusterImage> carried = new HashMap<>();

  /** Of {@code carried}, those that another one sends for until the peer may have them. */
  final Set<Integer> behind = new HashSet<>();

  final List<Effect.Report> reports = new ArrayList<>();
  final List<Effect.ReleaseAddresses> released = new ArrayList<>();
  final List<Effect.MovePeer> moves = new ArrayList<>();
  final List<PeerPath> keepalives = new ArrayList<>();
  IkeEngine engine;
  InetSocketAddress natted;

  /** Addresses of this side that the network does not reach any more. */
  final Set<InetAddress> unreachable = new HashSet<>();

  /** Where messages of the IKE port come from. */
  InetAddress source;

  /** What the store answers, after it has done what it says. */
  Function<Commit, Outcome> answer = commit -> store.commit(commit);

  long storeMillis = 1;

  /** What is found out about certificates, and how long that takes. */
  RevocationStatus revocation = RevocationStatus.GOOD;

  long checkMillis = 1;
  final List<Effect.CheckRevocation> checks = new ArrayList<>();
  boolean silent;
  Function<Effect.LeaseAddresses, List<InetAddress>> pool = _ -> List.of();

  Function<RadiusQuestion, RadiusAnswer> radius = _ -> new RadiusAnswer.Silence();
  final List<AccountRecord> accounted = new ArrayList<>();
  final List<Integer> counts = new ArrayList<>();

  /** The member dies before its effect of this number, from 0; never if negative. */
  int diesBefore = -1;

  /** Whether a successor adopts only what messages come for. */
  boolean lazily;

  int effects;
  int takeovers;

  Side(World world, boolean left, GatewayConfig config, Credentials credentials) {
    this.world = world;
    this.left = left;
    this.config = config;
    this.credentials = credentials;
    nextEspSpi = left ? 0x1000 : 0x2000;
    natted = new InetSocketAddress(address(), 4500);
    source = address();
    engine = newMember();
  }

  private InetAddress address() {
    return left ? Configs.LEFT_ADDRESS : Configs.RIGHT_ADDRESS;
  }

  private Owner owner() {
    return new Owner(member, 1);
  }

  private IkeEngine newMember() {
    member++;
    Cookies cookies = new Cookies(config.cluster().keys());
    NonceSource nonces =
        new NonceSource() {
          @Override
          public long next() {
            return reserve(1);
          }

          @Override
          public long reserve(int count) {
            ivs += count;
            return ivs - count;
          }
        };
    Spis spis =
        new Spis(
            () -> OptionalInt.of(nextEspSpi++),
            () -> (random.nextLong() & ~SPI_MASK) | SPI_MARK,
            spi -> (spi & SPI_MASK) == SPI_MARK);
    return new IkeEngine(config, credentials, random, nonces, spis, owner(), cookies);
  }

  /** The member is gone from one moment to the next; another one takes everything over. */
  void takeOver() {
    takeovers++;
    engine = newMember();
    IkeEngine successor = engine;
    claimChildren();
    store.claimAll(owner()).forEach(owned -> stepOf(successor, new Event.Adopted(owned)));
  }

  /** The same, by a member with another configuration. */
  void takeOver(GatewayConfig other) {
    config = other;
    takeOver();
  }

  /** Another member takes over, but adopts only what messages come for. */
  void takeOverLazily() {
    takeovers++;
    engine = newMember();
    claimChildren();
  }

  /** Starts without a memory of anything. */
  void startAnew() {
    store = new FakeStore();
    carried.clear();
    engine = newMember();
  }

  /** What the packet path of the successor does by itself. */
  private void claimChildren() {
    carried.clear();
    carried.putAll(store.children());
  }

  void step(Event event) {
    stepOf(engine, event);
  }

  private void stepOf(IkeEngine of, Event event) {
    if (of != engine) {
      return; // its member is dead
    }
    for (Effect effect : of.step(event, world.nowMillis)) {
      if (effects++ == diesBefore) {
        if (lazily) {
          takeOverLazily();
        } else {
          takeOver();
        }
        return;
      }
      perform(of, effect);
    }
  }

  void tick() {
    step(new Event.Tick());
  }

  void received(Side from, UdpDatagram sent) {
    InetSocketAddress seenFrom = from.sourceOf(sent);
    int reached = config.listen().addresses().indexOf(sent.peer().getAddress());
    boolean lost =
        unreachable.contains(sent.peer().getAddress())
            || from.unreachable.contains(seenFrom.getAddress());
    if (!silent && !lost) {
      step(new Event.Received(new UdpDatagram(seenFrom, sent.natPort(), sent.payload(), reached)));
    }
  }

  /** Where the network says that a datagram comes from. */
  private InetSocketAddress sourceOf(UdpDatagram sent) {
    if (!sent.natPort()) {
      return new InetSocketAddress(source, 500);
    }
    return sent.listen() <= 0
        ? natted
        : new InetSocketAddress(config.listen().addresses().get(sent.listen()), 4500);
  }

  private void perform(IkeEngine of, Effect effect) {
    switch (effect) {
      case Effect.Send(UdpDatagram datagram) -> world.send(this, datagram);
      case Effect.CommitImage(long id, Commit commit) -> {
        Outcome outcome = answer.apply(commit);
        world.after(storeMillis, () -> stepOf(of, new Event.Committed(id, outcome)));
      }
      case Effect.RemoveIkeSa(long spi, var fence, var saIds) -> store.remove(spi, fence, saIds);
      case Effect.InstallChild(SaClusterImage image, boolean later) -> {
        carried.put(image.id(), image);
        if (later) {
          behind.add(image.id());
        }
      }
      case Effect.RemoveChild(int saId) -> carried.remove(saId);
      case Effect.MovePeer move -> moves.add(move);
      case Effect.Keepalive(PeerPath path) -> keepalives.add(path);
      case Effect.LeaseAddresses lease ->
          world.after(
              storeMillis,
              () -> stepOf(of, new Event.AddressesLeased(lease.localSpi(), pool.apply(lease))));
      case Effect.CheckRevocation check -> {
        checks.add(check);
        world.after(
            checkMillis,
            () -> stepOf(of, new Event.RevocationChecked(check.localSpi(), revocation)));
      }
      case Effect.ReleaseAddresses release -> released.add(release);
      case Effect.AskRadius(long spi, RadiusQuestion question) -> radiusAnswer(of, spi, question);
      case Effect.Account(AccountRecord report) -> {
        accounted.add(report);
        world.after(
            storeMillis,
            () ->
                stepOf(
                    of,
                    new Event.Accounted(report.localSpi(), report.kind(), true, report.counted())));
      }
      case Effect.CountChild(long spi, int saId) -> counts.add(saId);
      case Effect.FindOwner(long spi, UdpDatagram datagram) -> {
        if (store.has(spi)) {
          step(new Event.Adopted(store.claim(spi, owner())));
          step(new Event.Received(datagram));
        } else {
          step(new Event.Unowned(datagram));
        }
      }
      case Effect.PeerBeganAnew(FirstContact contact) -> begunAnew.add(contact);
      case Effect.Gather(long spi) ->
          step(store.has(spi) ? new Event.Adopted(store.claim(spi, owner())) : new Event.Lost(spi));
      case Effect.LookUp(long spi, long forSpi) ->
          step(new Event.LookedUp(forSpi, store.image(spi)));
      case Effect.GivenAway answer -> givenAway.add(answer);
      case Effect.Report report -> reports.add(report);
    }
  }

  private void radiusAnswer(IkeEngine of, long spi, RadiusQuestion question) {
    RadiusAnswer answer = radius.apply(question);
    world.after(storeMillis, () -> stepOf(of, new Event.RadiusAnswered(spi, answer)));
  }

  List<IkeSaImage> ikeSas() {
    return engine.images().toList();
  }

  List<IkeSaImage> established() {
    return ikeSas().stream().filter(each -> each.phase() == Phase.ESTABLISHED).toList();
  }

  IkeSaImage only() {
    List<IkeSaImage> all = established();
    if (all.size() != 1) {
      throw new AssertionError("not one IKE SA: " + ikeSas() + " " + reports);
    }
    return all.getFirst();
  }

  ChildRef onlyChild() {
    List<ChildRef> all = only().children();
    if (all.size() != 1) {
      throw new AssertionError("not one Child SA: " + all + " " + reports);
    }
    return all.getFirst();
  }

  boolean reported(String event) {
    return reports.stream().anyMatch(each -> each.event().equals(event));
  }
}
