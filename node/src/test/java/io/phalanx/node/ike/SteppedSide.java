package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig;
import io.phalanx.datapath.NonceSource;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.node.ike.crypto.Cookies;
import io.phalanx.node.ike.wire.IkeHeader;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.replication.Commit;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owner;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.Phase;
import io.phalanx.replication.image.SaClusterImage;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * One end as an automaton: members with their engines, their store and their packet path. Whoever
 * steps it steps a copy. The store takes what it was asked and answers when it is told to.
 */
final class SteppedSide {
  private static final long SPI_MARK = 0x5a00_0000_0000_0000L;
  private static final long SPI_MASK = 0xff00_0000_0000_0000L;
  private static final int HOPS_MAX = 4;

  /** A member with its engine. */
  record Life(Owner owner, IkeEngine engine) {}

  /** What a member has asked of the store. */
  sealed interface Asked {
    long localSpi();

    record Write(Owner by, long id, Commit commit) implements Asked {
      @Override
      public long localSpi() {
        return commit.image().localSpi();
      }
    }

    record Remove(long localSpi, Fence fence, List<Integer> saIds) implements Asked {}
  }

  /** How the members that go on share what a dead one had. */
  enum Succession {
    /** One takes everything at once. */
    ONE,
    /** One takes what messages come for, the rest later. */
    LAZY,
    /** Two take every other IKE SA. */
    TWO,
    /** The same, the other way round. */
    TWO_REVERSED
  }

  final boolean left;
  private final GatewayConfig config;
  private final Dice dice;
  private final List<Life> lives = new ArrayList<>();
  private final FakeStore store = new FakeStore();
  private final Map<Integer, SaClusterImage> carried = new HashMap<>();
  private final List<Asked> asked = new ArrayList<>();
  private long nowMillis;
  private int members;
  private int crashes;

  /** What this step has sent, and told; not part of the state. */
  private final transient List<UdpDatagram> sent = new ArrayList<>();

  private final transient List<String> told = new ArrayList<>();

  SteppedSide(boolean left, GatewayConfig config, Dice dice, long nowMillis) {
    this.left = left;
    this.config = config;
    this.dice = dice;
    this.nowMillis = nowMillis;
    lives.add(newLife());
  }

  private Life newLife() {
    Owner owner = new Owner(++members, 1);
    Dice random = dice;
    NonceSource nonces =
        new NonceSource() {
          @Override
          public long next() {
            return random.nextLong();
          }

          @Override
          public long reserve(int count) {
            return random.nextLong();
          }
        };
    Spis spis =
        new Spis(
            () -> OptionalInt.of(random.nextInt() | 0x1000),
            () -> (random.nextLong() & ~SPI_MASK) | SPI_MARK,
            spi -> (spi & SPI_MASK) == SPI_MARK);
    Cookies cookies = new Cookies(config.cluster().keys());
    return new Life(
        owner, new IkeEngine(config, Credentials.NONE, random, nonces, spis, owner, cookies));
  }

  /** The first life of all begins with this throw. */
  void step(Event event) {
    step(lives.getFirst(), event);
  }

  private void step(Life life, Event event) {
    if (lives.contains(life)) {
      for (Effect effect : life.engine().step(event, nowMillis)) {
        perform(life, effect, 0);
      }
    }
  }

  private void perform(Life life, Effect effect, int hops) {
    switch (effect) {
      case Effect.Send(UdpDatagram datagram) -> sent.add(datagram);
      case Effect.CommitImage(long id, Commit commit) ->
          ask(new Asked.Write(life.owner(), id, commit));
      case Effect.RemoveIkeSa(long spi, var fence, var saIds) ->
          ask(new Asked.Remove(spi, fence, saIds));
      case Effect.InstallChild(SaClusterImage image, var _) -> carried.put(image.id(), image);
      case Effect.RemoveChild(int saId) -> carried.remove(saId);
      case Effect.FindOwner(long spi, UdpDatagram datagram) -> found(life, spi, datagram, hops);
      case Effect.Gather(long spi) -> gathered(life, spi);
      case Effect.LookUp(long spi, long forSpi) ->
          step(life, new Event.LookedUp(forSpi, store.image(spi)));
      case Effect.Report(long _, String event, String detail) ->
          told.add("%d: %s %s".formatted(life.owner().member(), event, detail));
      case Effect.MovePeer _, Effect.Keepalive _ -> {}
      case Effect.LeaseAddresses _,
          Effect.ReleaseAddresses _,
          Effect.CheckRevocation _,
          Effect.AskRadius _,
          Effect.Account _,
          Effect.PeerBeganAnew _,
          Effect.GivenAway _,
          Effect.CountChild _ ->
          throw new AssertionError("nobody has asked for that");
    }
  }

  /** Whatever is asked for one IKE SA is done in its order; for others it may be earlier. */
  private void ask(Asked more) {
    int at = asked.size();
    while (at > 0 && asked.get(at - 1).localSpi() > more.localSpi()) {
      at--;
    }
    asked.add(at, more);
  }

  private void found(Life at, long spi, UdpDatagram datagram, int hops) {
    if (!store.has(spi) || hops > HOPS_MAX) {
      return;
    }
    Owner owner = store.owner(spi);
    Life alive = lives.stream().filter(each -> each.owner().equals(owner)).findFirst().orElse(at);
    if (!alive.engine().carries(spi)) {
      step(alive, new Event.Adopted(store.claim(spi, alive.owner())));
    }
    for (Effect effect : alive.engine().step(new Event.Received(datagram), nowMillis)) {
      perform(alive, effect, hops + 1);
    }
  }

  /** Whoever has had it finds out by its next commit. */
  private void gathered(Life by, long spi) {
    lives.stream()
        .filter(each -> !each.equals(by))
        .toList()
        .forEach(each -> step(each, new Event.Lost(spi)));
    step(
        by, store.has(spi) ? new Event.Adopted(store.claim(spi, by.owner())) : new Event.Lost(spi));
  }

  // What may happen to it

  void received(byte[] message, boolean natPort) {
    InetAddress address = left ? Configs.RIGHT_ADDRESS : Configs.LEFT_ADDRESS;
    UdpDatagram datagram =
        new UdpDatagram(new InetSocketAddress(address, natPort ? 4500 : 500), natPort, message);
    IkeHeader header = MessageCodec.header(message).orElseThrow();
    long spi = header.fromInitiator() ? header.responderSpi() : header.initiatorSpi();
    Life here =
        lives.stream()
            .filter(each -> each.engine().carries(spi))
            .findFirst()
            .orElse(lives.getFirst());
    step(here, new Event.Received(datagram));
  }

  /** Places in the queue of the store whose turn it may be. */
  List<Integer> answerable() {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < asked.size(); i++) {
      if (i == 0 || asked.get(i - 1).localSpi() != asked.get(i).localSpi()) {
        places.add(i);
      }
    }
    return places;
  }

  /** The store does what it was asked, and says so. */
  void answered(int place) {
    Asked what = asked.remove(place);
    Outcome outcome = apply(what);
    if (what instanceof Asked.Write(Owner by, long id, _)) {
      for (Life life : List.copyOf(lives)) {
        if (life.owner().equals(by)) {
          step(life, new Event.Committed(id, outcome));
        }
      }
    }
  }

  private Outcome apply(Asked what) {
    Outcome outcome = Outcome.DONE;
    switch (what) {
      case Asked.Write(_, _, Commit commit) -> outcome = store.commit(commit);
      case Asked.Remove(long spi, Fence fence, List<Integer> saIds) ->
          store.remove(spi, fence, saIds);
    }
    // What is not in the store is carried nowhere: routes tell every member.
    carried.keySet().removeIf(id -> !store.children().containsKey(id));
    return outcome;
  }

  /** Begins an exchange on the IKE SA that counts, if there is still what it is about. */
  void begin(Function<IkeSa, Optional<Task>> exchange) {
    for (Phase phase : List.of(Phase.ESTABLISHED, Phase.UNCONFIRMED)) {
      for (Life life : lives) {
        SaTable table = (SaTable) ObjectGraph.field(life.engine(), "table");
        Optional<IkeSa> sa =
            table.all().stream()
                .filter(
                    each ->
                        each.phase == phase
                            && !each.extensions.cloned()
                            && (phase == Phase.ESTABLISHED || !each.children.isEmpty()))
                .findFirst();
        if (sa.isPresent()) {
          exchange.apply(sa.get()).ifPresent(sa.get().local::want);
          // Has it look at what is wanted.
          step(life, new Event.AddressesLeased(sa.get().localSpi, List.of()));
          return;
        }
      }
    }
  }

  /**
   * All members die at once, and others go on.
   *
   * @param reached whether the store has got what it was asked
   */
  void crashed(boolean reached, Succession succession) {
    crashes++;
    if (reached) {
      asked.forEach(this::apply);
    }
    asked.clear();
    lives.clear();
    carried.clear();
    carried.putAll(store.children());
    lives.add(newLife());
    boolean two = succession == Succession.TWO || succession == Succession.TWO_REVERSED;
    if (two) {
      lives.add(newLife());
    }
    if (succession != Succession.LAZY) {
      int turn = succession == Succession.TWO_REVERSED ? 1 : 0;
      for (long spi : store.spis()) {
        Life heir = lives.get(two ? turn++ % 2 : 0);
        if (orphans().contains(spi)) {
          adopt(heir, spi);
        }
      }
    }
  }

  private void adopt(Life life, long spi) {
    step(life, new Event.Adopted(store.claim(spi, life.owner())));
  }

  /** Adopts what the dead have left, as a sweep does in the end. */
  void swept() {
    orphans().forEach(spi -> adopt(lives.getFirst(), spi));
  }

  List<Long> orphans() {
    return store.spis().stream()
        .filter(spi -> lives.stream().noneMatch(life -> life.owner().equals(store.owner(spi))))
        .toList();
  }

  void due(long atMillis) {
    nowMillis = atMillis;
    lives.forEach(life -> step(life, new Event.Tick()));
  }

  // How it is

  /** When something is to be done next; {@link Agenda#NEVER} if never. */
  long nextMillis() {
    long next = Agenda.NEVER;
    for (Life life : lives) {
      Object agenda = ObjectGraph.field(life.engine(), "agenda");
      TreeSet<?> byTime = (TreeSet<?>) ObjectGraph.field(agenda, "byTime");
      if (!byTime.isEmpty()) {
        next = Math.min(next, (long) ObjectGraph.field(byTime.first(), "atMillis"));
      }
    }
    return next;
  }

  long nowMillis() {
    return nowMillis;
  }

  List<IkeSaImage> images() {
    return lives.stream().flatMap(life -> life.engine().images()).toList();
  }

  FakeStore store() {
    return store;
  }

  Map<Integer, SaClusterImage> carried() {
    return carried;
  }

  Asked asked(int place) {
    return asked.get(place);
  }

  long fingerprint() {
    return ObjectGraph.fingerprint(this);
  }

  /** Another throw for each thing that happens, and for each life that it happens to. */
  void throwDice(long what) {
    sent.clear();
    told.clear();
    dice.thrown(ObjectGraph.mix(what, crashes * 2L + (left ? 1 : 0)));
  }

  List<UdpDatagram> sent() {
    return List.copyOf(sent);
  }

  List<String> told() {
    return List.copyOf(told);
  }
}
