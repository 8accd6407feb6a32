package io.phalanx.it.bench;

import io.phalanx.config.ConfigLoader;
import io.phalanx.config.GatewayConfig;
import io.phalanx.config.LoadResult;
import io.phalanx.datapath.NonceSource;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.node.auth.Credential;
import io.phalanx.node.auth.TrustAnchors;
import io.phalanx.node.ike.Credentials;
import io.phalanx.node.ike.Effect;
import io.phalanx.node.ike.Event;
import io.phalanx.node.ike.IkeEngine;
import io.phalanx.node.ike.Spis;
import io.phalanx.node.ike.crypto.Cookies;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owner;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Many initiators in one thread: our own engine over two sockets, without a store. An IKE SA counts
 * once its Child SA is up; then its engine forgets it, and the cluster keeps it.
 */
final class Initiators implements AutoCloseable {
  private static final int BATCH = 64;
  private static final long TICK_NANOS = 20_000_000;
  private static final long STALLED_NANOS = 30_000_000_000L;

  /** Longer than an initiator repeats its requests: it has given up. */
  private static final long LOST_NANOS = 25_000_000_000L;

  private static final int SOCKET_BUFFER_OCTETS = 4 << 20;
  private static final int MARKER_OCTETS = 4;
  private static final int ODDITIES_MAX = 5;
  private static final Set<String> EXPECTED = Set.of("initiating", "established", "child-up");

  private final Lot lot;
  private final Credentials credentials;
  private final SecureRandom random = new SecureRandom();
  private final Selector selector = Selector.open();
  private final DatagramChannel ike;
  private final DatagramChannel nat;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(65_536);
  private final Map<Integer, IkeEngine> engines = new HashMap<>();
  private final Map<Long, Long> startedNanos = new HashMap<>();
  private final AtomicLong ivs = new AtomicLong();
  private int batches;
  private int unusedOfBatch;
  private int spis;
  private long lastSpi;
  private long lastTickNanos;
  private long[] latencies = new long[0];
  private int established;
  private int lost;
  private final List<String> oddities = new ArrayList<>();

  Initiators(Lot lot) throws IOException {
    this.lot = lot;
    this.credentials = credentials(lot);
    this.ike = open(Lot.IKE_PORT);
    this.nat = open(Lot.NAT_PORT);
  }

  private DatagramChannel open(int port) throws IOException {
    DatagramChannel channel = DatagramChannel.open();
    channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_OCTETS);
    channel.bind(new InetSocketAddress(lot.client(), port));
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ);
    return channel;
  }

  private static Credentials credentials(Lot lot) throws IOException {
    if (lot.certificates().isEmpty()) {
      return Credentials.NONE;
    }
    Certificates made = lot.certificates().get();
    Credential own =
        Credential.ofPem(
            Files.readString(made.certificate(Certificates.CLIENT)),
            Files.readString(made.key(Certificates.CLIENT)));
    TrustAnchors anchors = TrustAnchors.ofPem(List.of(Files.readString(made.authority())));
    return new Credentials(
        names().collect(Collectors.toMap(name -> name, _ -> own)),
        names().collect(Collectors.toMap(name -> name, _ -> anchors)));
  }

  private static Stream<String> names() {
    return IntStream.range(0, BATCH).mapToObj(index -> "c" + index);
  }

  /**
   * Brings so many IKE SAs up; another one begins in the place of one that gets no answer, as on a
   * machine with too much to do.
   *
   * @param underWay at once
   * @return nanoseconds that each took
   * @throws IOException if one is refused, or nothing happens any more
   */
  long[] bringUp(int count, int underWay) throws IOException {
    latencies = new long[count];
    established = 0;
    lost = 0;
    startedNanos.clear();
    int begun = 0;
    long progressNanos = System.nanoTime();
    int before = 0;
    while (established < count) {
      while (begun - lost < count && startedNanos.size() < underWay) {
        begin();
        begun++;
      }
      receive();
      tick();
      if (established > before) {
        before = established;
        progressNanos = System.nanoTime();
      } else if (System.nanoTime() - progressNanos > STALLED_NANOS) {
        throw new IOException(
            "no IKE SA came up for %d seconds, after %d and %d that got no answer; last heard: %s"
                .formatted(STALLED_NANOS / 1_000_000_000, established, lost, oddities));
      }
    }
    return latencies;
  }

  private void begin() throws IOException {
    if (unusedOfBatch == 0) {
      unusedOfBatch = BATCH;
      engines.put(++batches, engine(batches));
      engines.remove(batches - 64); // long since done
    }
    long now = System.nanoTime();
    step(batches, new Event.Initiate("c" + --unusedOfBatch));
    startedNanos.put(lastSpi, now);
  }

  private IkeEngine engine(int batch) throws IOException {
    int member = 1 + batch % lot.members();
    GatewayConfig config =
        switch (ConfigLoader.parse(lot.clientText(batch, BATCH, member), lot.directory(), 1)) {
          case LoadResult.Loaded(var loaded, _) -> loaded;
          case LoadResult.Refused(var errors) -> throw new IOException("our own: " + errors);
        };
    NonceSource nonces =
        new NonceSource() {
          @Override
          public long next() {
            return ivs.getAndIncrement();
          }

          @Override
          public long reserve(int count) {
            return ivs.getAndAdd(count);
          }
        };
    Spis source =
        new Spis(() -> OptionalInt.of(0x1000 + spis++), () -> newSpi(batch), spi -> spi != 0);
    return new IkeEngine(
        config,
        credentials,
        random,
        nonces,
        source,
        new Owner(1, 1),
        new Cookies(config.cluster().keys()));
  }

  /** The batch is in the SPI, so that answers find their engine. */
  private long newSpi(int batch) {
    lastSpi = (long) batch << 32 | Integer.toUnsignedLong(random.nextInt());
    return lastSpi;
  }

  private void receive() throws IOException {
    selector.select(1);
    selector.selectedKeys().clear();
    drain(ike, false);
    drain(nat, true);
  }

  private void drain(DatagramChannel channel, boolean natPort) throws IOException {
    while (true) {
      buffer.clear();
      InetSocketAddress from = (InetSocketAddress) channel.receive(buffer);
      if (from == null) {
        return;
      }
      buffer.flip().position(natPort ? MARKER_OCTETS : 0);
      byte[] message = new byte[buffer.remaining()];
      buffer.get(message);
      int batch = ByteBuffer.wrap(message).getInt(0);
      if (engines.containsKey(batch)) {
        step(batch, new Event.Received(new UdpDatagram(from, natPort, message)));
      }
    }
  }

  private void tick() throws IOException {
    long now = System.nanoTime();
    if (now - lastTickNanos > TICK_NANOS) {
      lastTickNanos = now;
      int waiting = startedNanos.size();
      startedNanos.values().removeIf(started -> now - started > LOST_NANOS);
      lost += waiting - startedNanos.size();
      for (int batch : List.copyOf(engines.keySet())) {
        step(batch, new Event.Tick());
      }
    }
  }

  private void step(int batch, Event event) throws IOException {
    IkeEngine engine = Objects.requireNonNull(engines.get(batch));
    for (Effect effect : engine.step(event, System.currentTimeMillis())) {
      switch (effect) {
        case Effect.Send(UdpDatagram datagram) -> send(datagram);
        case Effect.CommitImage(long id, _) -> step(batch, new Event.Committed(id, Outcome.DONE));
        case Effect.InstallChild(var image, var _) -> up(image.ikeSpi());
        case Effect.Report(_, String name, String detail) when name.endsWith("-failed") ->
            throw new IOException(name + ": " + detail);
        case Effect.Report(_, String name, String detail) when !EXPECTED.contains(name) ->
            odd(name + ": " + detail);
        default -> {}
      }
    }
  }

  /** How many of the last ones got no answer. */
  int lost() {
    return lost;
  }

  private void odd(String what) {
    if (oddities.size() < ODDITIES_MAX) {
      oddities.add(what);
    }
  }

  private void up(long spi) {
    Long started = startedNanos.remove(spi);
    if (started != null && established < latencies.length) {
      latencies[established++] = System.nanoTime() - started;
    }
  }

  private void send(UdpDatagram datagram) throws IOException {
    buffer.clear();
    if (datagram.natPort()) {
      buffer.putInt(0);
    }
    buffer.put(datagram.payload()).flip();
    (datagram.natPort() ? nat : ike).send(buffer, datagram.peer());
  }

  @Override
  public void close() throws IOException {
    selector.close();
    ike.close();
    nat.close();
  }
}
