package io.phalanx.it.loadgen;

import io.phalanx.config.GatewayConfig.ClusterKey;
import io.phalanx.config.Secret;
import io.phalanx.datapath.NonceSource;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.datapath.esp.PacketCiphers;
import io.phalanx.it.analysis.Datagram;
import io.phalanx.it.analysis.ProbePacket;
import io.phalanx.it.analysis.Uniqueness;
import io.phalanx.node.ike.Credentials;
import io.phalanx.node.ike.IkeEngine;
import io.phalanx.node.ike.Spis;
import io.phalanx.node.ike.crypto.Cookies;
import io.phalanx.replication.Owner;
import io.phalanx.replication.image.SaClusterImage;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Many peers in one thread, each with a socket of its own.
 *
 * <p>They first come up, some at a time; then numbered packets go through their tunnels in turn, at
 * a steady rate, to an inner host that echoes them. With {@code check} everything is sent once more
 * at the end.
 */
public final class LoadGenerator implements AutoCloseable {
  /** Where a run stands. */
  public enum Phase {
    UP("all peers are up"),
    SENT("the traffic has ended");

    private final String text;

    Phase(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** Told on the generator's thread of what is reached. */
  @FunctionalInterface
  public interface Progress {
    void reached(Phase phase);
  }

  private static final int DIRECTION = 3;
  private static final int BATCH = 32;
  private static final long DRAIN_NANOS = 1_000_000_000L;
  private static final long STALLED_NANOS = 60_000_000_000L;
  private static final long TICK_NANOS = 100_000_000;
  private static final int REPLAYS_PER_SECOND = 4000;
  private static final int SOCKET_BUFFER_OCTETS = 256 << 10;

  private final LoadPlan plan;
  private final Way way;
  private final SecureRandom random = new SecureRandom();
  private final PacketCiphers ciphers = PacketCiphers.fastest();
  private final AtomicLong ivs = new AtomicLong(1);
  private final NonceSource nonces = new CountedIvs(ivs);
  private final Cookies cookies = new Cookies(List.of(new ClusterKey(1, Secret.of(new byte[32]))));
  private final Selector selector = Selector.open();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(65_536);
  private final byte[] octets = new byte[65_536];
  private final List<Peer> peers = new ArrayList<>();
  private final List<byte[]> kept = new ArrayList<>();
  private final List<Peer> keptOf = new ArrayList<>();
  private final Uniqueness uniqueness = new Uniqueness();
  private final Events events = new Events();
  private final PacketBook book;
  private final long startNanos = System.nanoTime();
  private int spis = 0x1000;
  private int up;
  private int begun;
  private int nextSender;
  private int nextTicked;
  private long lastTickNanos;
  private boolean replaying;
  private volatile boolean held;
  private volatile boolean stopped;

  public LoadGenerator(LoadPlan plan, Way way) throws IOException {
    this.plan = plan;
    this.way = way;
    this.book = new PacketBook(plan.peers(), plan.packetsMax());
  }

  /** Nanoseconds since this generator was made: the time of {@link #book()}. */
  public long now() {
    return System.nanoTime() - startNanos;
  }

  /** What came of each packet; to be read when the run has ended. */
  public PacketBook book() {
    return book;
  }

  /** Keeps the peers idle, or lets them send; from any thread. */
  public void hold(boolean idle) {
    held = idle;
  }

  /** Ends the traffic before its time; from any thread. */
  public void stop() {
    stopped = true;
  }

  /**
   * Brings the peers up, sends, waits for what is under way, and says what came of it.
   *
   * @throws IOException if peers do not come up, or a socket cannot be had
   */
  public LoadReport run(Progress progress) throws IOException {
    long begin = now();
    bringUp();
    double setUpSeconds = (now() - begin) / 1e9;
    long established = events.established;
    progress.reached(Phase.UP);
    long end = now() + plan.duration().toNanos();
    send(end);
    turns(DRAIN_NANOS);
    progress.reached(Phase.SENT);
    if (plan.check()) {
      replay();
    }
    return report(setUpSeconds, established);
  }

  private LoadReport report(double setUpSeconds, long established) {
    long again = events.established - established - events.reauthentications;
    return new LoadReport(
        plan.peers(),
        Math.round(setUpSeconds * 10) / 10.0,
        book.sent(),
        book.sent() - book.echoed(),
        book.duplicated(),
        book.roundTrips(),
        book.longestGaps(),
        events.childRekeys,
        events.ikeRekeys,
        events.reauthentications,
        again,
        events.repeated + uniqueness.ivsReused(),
        uniqueness.sequencesSkipped(),
        events.notAuthentic,
        kept.size(),
        book.replayed(),
        book.late(),
        events.oddities());
  }

  // The phases of a run

  private void bringUp() throws IOException {
    long progressNanos = now();
    int before = 0;
    while (up < plan.peers()) {
      while (begun < plan.peers() && begun - up < plan.underWay()) {
        Peer peer = peer(begun++);
        peers.add(peer);
        peer.begin(System.currentTimeMillis());
      }
      turn(1);
      if (up > before) {
        before = up;
        progressNanos = now();
      } else if (now() - progressNanos > STALLED_NANOS) {
        throw new IOException(
            "no peer came up for %d s, after %d; last heard: %s"
                .formatted(STALLED_NANOS / 1_000_000_000, up, events.oddities()));
      }
    }
  }

  private void send(long endNanos) throws IOException {
    if (plan.packetsPerSecond() == 0) {
      while (!stopped && now() < endNanos) {
        turn(10);
      }
      return;
    }
    long interval = 1_000_000_000L / plan.packetsPerSecond();
    long due = now();
    while (!stopped && now() < endNanos && !book.full()) {
      if (held) {
        turn(10);
        due = now();
        continue;
      }
      int batch = 0;
      while (now() >= due && batch++ < BATCH && !book.full()) {
        sendOne();
        due += interval;
      }
      // After a stall of ours the missed packets are not sent in one burst.
      due = Math.max(due, now() - BATCH * interval);
      turn(now() >= due ? 0 : 1);
    }
  }

  private void sendOne() {
    for (int tried = 0; tried < peers.size(); tried++) {
      Peer peer = peers.get(nextSender);
      nextSender = (nextSender + 1) % peers.size();
      Optional<Tunnel> tunnel = peer.tunnel();
      if (tunnel.isPresent()) {
        int number = book.send(peer.number(), now());
        byte[] inner =
            new ProbePacket(tunnel.get().inner(), plan.target(), DIRECTION, number)
                .encode(plan.packetOctets());
        int length = tunnel.get().seal(inner, octets, nonces);
        if (plan.check()) {
          kept.add(Arrays.copyOf(octets, length));
          keptOf.add(peer);
        }
        buffer.clear();
        buffer.put(octets, 0, length).flip();
        transmit(peer, true);
        return;
      }
    }
  }

  /** Everything once more, slowly enough that no queue is full. */
  private void replay() throws IOException {
    replaying = true;
    long begin = now();
    for (int at = 0; at < kept.size(); at++) {
      while (now() - begin < at * 1_000_000_000L / REPLAYS_PER_SECOND) {
        turn(1);
      }
      buffer.clear();
      buffer.put(kept.get(at)).flip();
      transmit(keptOf.get(at), true);
      if (at % BATCH == 0) {
        turn(0);
      }
    }
    turns(DRAIN_NANOS);
  }

  private void turns(long nanos) throws IOException {
    long end = now() + nanos;
    while (now() < end) {
      turn(10);
    }
  }

  // One turn of the loop

  private void turn(long waitMillis) throws IOException {
    if (waitMillis == 0) {
      selector.selectNow();
    } else {
      selector.select(waitMillis);
    }
    for (SelectionKey key : selector.selectedKeys()) {
      if (key.attachment() instanceof Peer peer) {
        drain(peer);
      }
    }
    selector.selectedKeys().clear();
    tick();
  }

  /** Each peer is looked after ten times a second, a part of them at a time. */
  private void tick() {
    long elapsed = now() - lastTickNanos;
    long share = Math.min(peers.size(), peers.size() * elapsed / TICK_NANOS);
    if (share == 0) {
      return;
    }
    lastTickNanos = now();
    long nowMillis = System.currentTimeMillis();
    for (long each = 0; each < share; each++) {
      peers.get(nextTicked).tick(nowMillis);
      nextTicked = (nextTicked + 1) % peers.size();
    }
  }

  private void drain(Peer peer) throws IOException {
    while (true) {
      buffer.clear();
      InetSocketAddress from;
      try {
        from = (InetSocketAddress) peer.socket().receive(buffer);
      } catch (PortUnreachableException refused) {
        continue;
      }
      if (from == null) {
        return;
      }
      buffer.flip();
      Optional<Boolean> natPort = way.from(from);
      if (natPort.isEmpty()) {
        events.strangers++;
      } else {
        received(peer, natPort.get());
      }
    }
  }

  private void received(Peer peer, boolean natPort) {
    Datagram datagram = Datagram.read(natPort, buffer);
    switch (datagram) {
      case Datagram.Esp esp -> {
        if (plan.check()) {
          uniqueness.add(esp);
        }
        esp(peer, esp.spi());
      }
      case Datagram.Ike _ -> {
        byte[] message =
            new byte[buffer.remaining() - (natPort ? Datagram.NON_ESP_MARKER_OCTETS : 0)];
        buffer.get(natPort ? Datagram.NON_ESP_MARKER_OCTETS : 0, message);
        boolean was = peer.tunnel().isPresent();
        InetSocketAddress gateway =
            new InetSocketAddress(plan.gateway(), natPort ? plan.natPort() : plan.ikePort());
        peer.received(new UdpDatagram(gateway, natPort, message), System.currentTimeMillis());
        if (!was && peer.tunnel().isPresent() && up < begun) {
          up++;
        }
      }
      case Datagram.Keepalive _ -> {}
      case Datagram.Other _ -> events.strangers++;
    }
  }

  private void esp(Peer peer, int spi) {
    Optional<Tunnel> tunnel = peer.tunnel(spi);
    if (tunnel.isEmpty()) {
      events.withoutTunnel++;
      return;
    }
    int length = buffer.remaining();
    buffer.get(octets, 0, length);
    switch (tunnel.get().open(octets, length)) {
      case NEW -> {}
      case REPEATED -> {
        events.repeated++;
        return;
      }
      case OLD -> {
        events.old++;
        return;
      }
      case NOT_AUTHENTIC -> {
        events.notAuthentic++;
        return;
      }
    }
    int inner = tunnel.get().innerLength(octets, length);
    if (inner > 0) {
      ProbePacket.decode(ByteBuffer.wrap(octets, tunnel.get().innerOffset(), inner))
          .filter(probe -> probe.direction() == DIRECTION)
          .ifPresent(probe -> echoed(peer, probe.number()));
    }
  }

  private void echoed(Peer peer, int number) {
    if (replaying) {
      book.echoOfReplay(peer.number(), number);
    } else if (!book.echo(peer.number(), number, now())) {
      events.strangers++;
    }
  }

  // Peers

  private Peer peer(int number) throws IOException {
    InetSocketAddress source = plan.sources().of(number);
    DatagramChannel socket = DatagramChannel.open();
    socket.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_OCTETS);
    socket.bind(source);
    socket.configureBlocking(false);
    IkeEngine engine =
        new IkeEngine(
            PeerConfig.of(plan, number),
            Credentials.NONE,
            random,
            nonces,
            new Spis(() -> OptionalInt.of(spis++), random::nextLong, spi -> spi != 0),
            new Owner(1, 1),
            cookies);
    Peer peer = new Peer(number, source, socket, engine, surroundings);
    socket.register(selector, SelectionKey.OP_READ, peer);
    return peer;
  }

  private final Peer.Surroundings surroundings =
      new Peer.Surroundings() {
        @Override
        public Tunnel tunnel(SaClusterImage image) {
          return new Tunnel(image, ciphers);
        }

        @Override
        public void send(Peer peer, UdpDatagram datagram) {
          buffer.clear();
          if (datagram.natPort()) {
            buffer.putInt(0);
          }
          buffer.put(datagram.payload()).flip();
          transmit(peer, datagram.natPort());
        }

        @Override
        public void keepalive(Peer peer) {
          buffer.clear();
          buffer.put((byte) 0xff).flip();
          transmit(peer, true);
        }

        @Override
        public Events events() {
          return events;
        }
      };

  /** A datagram that cannot be sent is lost, as any may be: the book shows it. */
  private void transmit(Peer peer, boolean natPort) {
    Optional<InetSocketAddress> to = way.to(peer.address(), natPort);
    try {
      if (to.isEmpty() || peer.socket().send(buffer, to.get()) == 0) {
        events.notSent++;
      }
    } catch (IOException unreachable) {
      events.notSent++;
    }
  }

  @Override
  public void close() throws IOException {
    for (Peer peer : peers) {
      peer.close();
    }
    selector.close();
  }
}
