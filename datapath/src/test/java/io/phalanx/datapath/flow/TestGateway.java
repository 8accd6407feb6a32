package io.phalanx.datapath.flow;

import io.phalanx.datapath.DatapathEvents;
import io.phalanx.datapath.Forwarder;
import io.phalanx.datapath.LeaseWish;
import io.phalanx.datapath.NonceSource;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.datapath.clear.InMemoryPort;
import io.phalanx.datapath.loop.NettyPacketLoops;
import io.phalanx.datapath.udp.BindFailure;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntPredicate;

/**
 * A packet path on the loopback interface with everything around it in memory. As long as {@link
 * #granting} is set it is its own store, that grants each wish at once.
 */
final class TestGateway implements DatapathEvents, Forwarder, AutoCloseable {
  /** An ESP or clear packet that left for another member or for the floors above. */
  record Handed(int memberOrSpi, byte[] packet, int hops) {}

  static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  static final InetAddress LOOPBACK_6 = InetAddress.ofLiteral("::1");
  static final long GRANT = 256;

  final NettyPacketLoops loops;
  final InMemoryPort clear = new InMemoryPort(65_535, 16_384);
  final GatewayDatapath datapath;
  final BlockingQueue<UdpDatagram> ike = new LinkedBlockingQueue<>();
  final BlockingQueue<Handed> espWithoutSa = new LinkedBlockingQueue<>();
  final BlockingQueue<Handed> clearWithoutSa = new LinkedBlockingQueue<>();
  final BlockingQueue<Handed> forwardedEsp = new LinkedBlockingQueue<>();
  final BlockingQueue<Handed> forwardedClear = new LinkedBlockingQueue<>();
  final BlockingQueue<Integer> misdirected = new LinkedBlockingQueue<>();
  final BlockingQueue<LeaseWish> wishes = new LinkedBlockingQueue<>();
  final BlockingQueue<Integer> rekeys = new LinkedBlockingQueue<>();
  final BlockingQueue<Integer> exhausted = new LinkedBlockingQueue<>();
  final BlockingQueue<PeerPath> moves = new LinkedBlockingQueue<>();
  volatile boolean granting = true;

  private TestGateway(NettyPacketLoops loops, DatapathSettings settings, IntPredicate spiCheck)
      throws BindFailure {
    this.loops = loops;
    this.datapath =
        GatewayDatapath.start(
            settings,
            loops,
            clear,
            this,
            this,
            nonces(),
            spiCheck,
            new SecureRandom(),
            System::nanoTime);
  }

  static TestGateway start() throws BindFailure {
    return start(2);
  }

  static TestGateway start(int loops) throws BindFailure {
    return start(NettyPacketLoops.open(loops), spi -> true);
  }

  static TestGateway start(NettyPacketLoops loops, IntPredicate spiCheck) throws BindFailure {
    return new TestGateway(loops, DatapathSettings.of(List.of(LOOPBACK), 0, 0, false), spiCheck);
  }

  /** Listens on both families. */
  static TestGateway dual(NettyPacketLoops loops) throws BindFailure {
    List<InetAddress> both = List.of(LOOPBACK, LOOPBACK_6);
    return new TestGateway(loops, DatapathSettings.of(both, 0, 0, false), spi -> true);
  }

  /** The same, and reads traffic classes. */
  static TestGateway marked(NettyPacketLoops loops) throws BindFailure {
    List<InetAddress> both = List.of(LOOPBACK, LOOPBACK_6);
    return new TestGateway(loops, DatapathSettings.of(both, 0, 0, true), spi -> true);
  }

  InetSocketAddress natAddress(InetAddress address) {
    return new InetSocketAddress(address, datapath.natPort());
  }

  InetSocketAddress natAddress() {
    return new InetSocketAddress(LOOPBACK, datapath.natPort());
  }

  InetSocketAddress ikeAddress() {
    return new InetSocketAddress(LOOPBACK, datapath.ikePort());
  }

  private static NonceSource nonces() {
    AtomicLong next = new AtomicLong(1L << 52);
    return new NonceSource() {
      @Override
      public long next() {
        return next.getAndIncrement();
      }

      @Override
      public long reserve(int count) {
        return next.getAndAdd(count);
      }
    };
  }

  @Override
  public void ikeReceived(UdpDatagram datagram) {
    ike.add(datagram);
  }

  @Override
  public void espWithoutSa(int spi, UdpDatagram datagram, int hops) {
    espWithoutSa.add(new Handed(spi, datagram.payload(), hops));
  }

  @Override
  public void clearWithoutSa(byte[] packet, int hops) {
    clearWithoutSa.add(new Handed(0, packet, hops));
  }

  @Override
  public void misdirected(int saId) {
    misdirected.add(saId);
  }

  @Override
  public void leaseWanted(LeaseWish wish) {
    wishes.add(wish);
    if (granting) {
      datapath.grant(
          wish.saId(),
          wish.nextOutbound() + wish.outWaiting() + GRANT,
          Math.max(wish.inTop(), wish.inWaitingTop()) + GRANT);
    }
  }

  @Override
  public void rekeyDue(int saId) {
    rekeys.add(saId);
  }

  @Override
  public void exhausted(int saId) {
    exhausted.add(saId);
  }

  @Override
  public void peerMoved(int saId, int inboundSpi, PeerPath from) {
    moves.add(from);
  }

  @Override
  public void esp(int member, UdpDatagram datagram, int hops) {
    forwardedEsp.add(new Handed(member, datagram.payload(), hops));
  }

  @Override
  public void clear(int member, byte[] packet, int offset, int length, int hops) {
    forwardedClear.add(new Handed(member, Lane.copy(packet, offset, length), hops));
  }

  /** Everything that is there now, in order. */
  static <T> List<T> drain(BlockingQueue<T> queue) {
    List<T> all = new ArrayList<>();
    queue.drainTo(all);
    return all;
  }

  @Override
  public void close() {
    datapath.close();
    loops.close();
  }
}
