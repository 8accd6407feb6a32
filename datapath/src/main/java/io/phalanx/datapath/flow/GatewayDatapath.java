package io.phalanx.datapath.flow;

import static io.phalanx.datapath.flow.LoopCounters.QUEUE_FULL;

import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEventLoop;
import io.phalanx.config.net.TrafficSelector;
import io.phalanx.datapath.ClearPort;
import io.phalanx.datapath.Datapath;
import io.phalanx.datapath.DatapathCounters;
import io.phalanx.datapath.DatapathEvents;
import io.phalanx.datapath.Forwarder;
import io.phalanx.datapath.Loop;
import io.phalanx.datapath.NonceSource;
import io.phalanx.datapath.PacketLoops;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.SaClusterSpec;
import io.phalanx.datapath.SaUsage;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.datapath.esp.EspPacket;
import io.phalanx.datapath.esp.PacketCiphers;
import io.phalanx.datapath.inner.Congestion;
import io.phalanx.datapath.policy.FlowKey;
import io.phalanx.datapath.policy.PolicyTable;
import io.phalanx.datapath.policy.Selector;
import io.phalanx.datapath.policy.SpiTable;
import io.phalanx.datapath.udp.BindFailure;
import io.phalanx.datapath.udp.DatagramPorts;
import io.phalanx.datapath.udp.DatagramReceiver;
import io.phalanx.datapath.udp.UdpPorts;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * The packet path over UDP sockets and a clear port.
 *
 * <p>Threads: tables (SAD, SPD) are written under one lock by whoever calls, and read by all packet
 * loops without. Each SA cluster belongs to one home loop, by its id; calls that concern one are
 * run there, packets that arrive elsewhere are handed over. Nothing here blocks a packet loop.
 */
public final class GatewayDatapath implements Datapath {
  private record NettyLoop(IoEventLoop loop) implements Loop {
    @Override
    public void execute(Runnable task) {
      loop.execute(task);
    }

    @Override
    public void after(long nanos, Runnable task) {
      var _ = loop.schedule(task, nanos, TimeUnit.NANOSECONDS);
    }
  }

  /** What {@link #install} and {@link #route} have put into the tables. */
  private record Carried(List<Integer> spis, Selector[] remote, Target.Outbound target) {}

  private final Shared shared;
  private final PacketCiphers ciphers;
  private final List<Lane> lanes = new ArrayList<>();
  private final List<LoopCounters> counters = new ArrayList<>();
  private final LoopCounters foreignCounters = new LoopCounters();
  private final Object tables = new Object(); // guards carried and all writes to SAD and SPD
  private final Map<Integer, Carried> carried = new HashMap<>();
  private final Object injection = new Object(); // one foreign thread at a time
  private final FlowKey injectionKey = new FlowKey();

  private GatewayDatapath(Shared shared, PacketCiphers ciphers, List<? extends Loop> loops) {
    this.shared = shared;
    this.ciphers = ciphers;
    for (int index = 0; index < loops.size(); index++) {
      LoopCounters own = new LoopCounters();
      counters.add(own);
      lanes.add(new Lane(index, loops.get(index), loops.size(), shared, own));
    }
    counters.add(foreignCounters);
  }

  /**
   * Binds the sockets and starts to carry packets.
   *
   * @param loops stay the caller's, to be ended after this is closed
   * @param clearPort is started here, and closed with this
   * @param spiCheck whether an inbound SPI may be one of ours (its keyed check)
   * @param random seeds the IVs of CBC
   * @param nanoClock monotonic time in nanoseconds
   * @throws BindFailure if a port cannot be had; nothing is left open then
   */
  public static GatewayDatapath start(
      DatapathSettings settings,
      PacketLoops loops,
      ClearPort clearPort,
      DatapathEvents events,
      Forwarder forwarder,
      NonceSource nonces,
      IntPredicate spiCheck,
      SecureRandom random,
      LongSupplier nanoClock)
      throws BindFailure {
    UdpPorts ports =
        UdpPorts.bind(
            settings.listenAddresses(),
            settings.ikePort(),
            settings.natPort(),
            loops,
            settings.socketBufferOctets());
    GatewayDatapath datapath =
        over(
            settings,
            IntStream.range(0, loops.count())
                .mapToObj(index -> new NettyLoop(loops.loop(index)))
                .toList(),
            ports,
            clearPort,
            events,
            forwarder,
            nonces,
            spiCheck,
            random,
            nanoClock);
    clearPort.start(loops, datapath::clearReceived);
    ports.start(datapath::udpReceived, settings.readTrafficClass());
    return datapath;
  }

  /**
   * A packet path over whatever stands for loops and sockets. The caller brings it what arrives:
   * {@link #udpReceived} and {@link #clearReceived}.
   *
   * @param ports closed with this
   * @param clearPort closed with this
   */
  public static GatewayDatapath over(
      DatapathSettings settings,
      List<? extends Loop> loops,
      DatagramPorts ports,
      ClearPort clearPort,
      DatapathEvents events,
      Forwarder forwarder,
      NonceSource nonces,
      IntPredicate spiCheck,
      SecureRandom random,
      LongSupplier nanoClock) {
    Shared shared =
        new Shared(
            settings,
            new SpiTable<>(Target.Nowhere.NOWHERE),
            new PolicyTable<>(Target.Nowhere.NOWHERE),
            ports,
            clearPort,
            events,
            forwarder,
            nonces,
            spiCheck,
            random,
            nanoClock);
    return new GatewayDatapath(shared, PacketCiphers.fastest(), loops);
  }

  /** A datagram has come to one of the ports; see {@link DatagramReceiver}. On its packet loop. */
  public void udpReceived(
      int loop,
      int listen,
      boolean natPort,
      ByteBuf content,
      InetSocketAddress from,
      int trafficClass) {
    lanes.get(loop).udp(content, from, natPort, listen, trafficClass);
  }

  /** A packet has come to the clear port; see {@link ClearPort.Receiver}. On its packet loop. */
  public void clearReceived(int loop, byte[] buffer, int offset, int length) {
    lanes.get(loop).clear(buffer, offset, length, 0);
  }

  /** The IKE port in use, the same on all listen addresses. */
  public int ikePort() {
    return shared.ports().ikePort();
  }

  /** The NAT traversal port in use, the same on all listen addresses. */
  public int natPort() {
    return shared.ports().natPort();
  }

  // Tables

  @Override
  public void install(SaClusterSpec spec) {
    install(spec, false);
  }

  @Override
  public void installBehind(SaClusterSpec spec) {
    install(spec, true);
  }

  private void install(SaClusterSpec spec, boolean behind) {
    SaCluster cluster = new SaCluster(spec, home(spec.id()), ciphers);
    List<Integer> spis = cluster.subSas().stream().map(sub -> sub.inboundSpi).toList();
    synchronized (tables) {
      cluster.subSas().forEach(sub -> shared.sad().put(sub.inboundSpi, sub));
      if (behind) {
        shared.spd().addBehind(cluster.remote(), cluster.local(), cluster);
      } else {
        shared.spd().add(cluster.remote(), cluster.local(), cluster);
      }
      replace(spec.id(), Optional.of(new Carried(spis, cluster.remote(), cluster)));
    }
  }

  @Override
  public void prefer(int saId) {
    synchronized (tables) {
      Carried there = carried.get(saId);
      if (there != null && there.target instanceof SaCluster cluster) {
        shared.spd().add(cluster.remote(), cluster.local(), cluster);
      }
    }
  }

  @Override
  public void route(int saId, List<Integer> inboundSpis, List<TrafficSelector> remote, int member) {
    Target.Elsewhere elsewhere = new Target.Elsewhere(saId, member);
    Selector[] selectors = Selector.of(remote);
    synchronized (tables) {
      inboundSpis.forEach(spi -> shared.sad().put(spi, elsewhere));
      shared.spd().add(selectors, new Selector[0], elsewhere);
      replace(saId, Optional.of(new Carried(List.copyOf(inboundSpis), selectors, elsewhere)));
    }
  }

  @Override
  public void remove(int saId) {
    synchronized (tables) {
      replace(saId, Optional.empty());
    }
  }

  /** Takes what was carried under this id out of the tables, after its successor went in. */
  private void replace(int saId, Optional<Carried> next) {
    Carried old = next.isPresent() ? carried.put(saId, next.get()) : carried.remove(saId);
    if (old == null) {
      return;
    }
    for (int spi : old.spis) {
      if (belongs(shared.sad().find(spi), old.target)) {
        shared.sad().remove(spi);
      }
    }
    shared.spd().remove(old.remote, old.target);
    if (old.target instanceof SaCluster cluster) {
      cluster.lane.execute(cluster::close);
    }
  }

  private static boolean belongs(Target.Inbound inbound, Target.Outbound outbound) {
    return switch (inbound) {
      case SubSa subSa -> subSa.cluster == outbound;
      case Target.Elsewhere elsewhere -> elsewhere == outbound;
      case Target.Nowhere _ -> false;
    };
  }

  private Lane home(int saId) {
    int mixed = saId * 0x9E3779B9;
    return lanes.get(Math.floorMod(mixed ^ (mixed >>> 16), lanes.size()));
  }

  // Calls for one SA cluster

  @Override
  public void grant(int saId, long outLease, long inLimit) {
    atHome(saId, cluster -> cluster.grant(outLease, inLimit));
  }

  @Override
  public void refused(int saId) {
    atHome(saId, SaCluster::refused);
  }

  @Override
  public void settle(int saId, LongConsumer lowered) {
    atHome(saId, cluster -> cluster.settle(lowered));
  }

  @Override
  public CompletionStage<Optional<Retired>> retire(int saId) {
    CompletableFuture<Optional<Retired>> retired = new CompletableFuture<>();
    if (!atHome(saId, cluster -> retired.complete(cluster.retire()))) {
      retired.complete(Optional.empty());
    }
    return retired;
  }

  @Override
  public void movePeer(int saId, int inboundSpi, PeerPath path) {
    atHome(saId, cluster -> cluster.movePeer(inboundSpi, path));
  }

  @Override
  public CompletionStage<Optional<SaUsage>> usage(int saId) {
    CompletableFuture<Optional<SaUsage>> usage = new CompletableFuture<>();
    if (!atHome(saId, cluster -> usage.complete(Optional.of(cluster.usage())))) {
      usage.complete(Optional.empty());
    }
    return usage;
  }

  /** Runs it on the home loop, behind what was called for before; false where nothing is there. */
  private boolean atHome(int saId, Consumer<SaCluster> action) {
    synchronized (tables) {
      Carried there = carried.get(saId);
      if (there == null || !(there.target instanceof SaCluster cluster)) {
        return false;
      }
      cluster.lane.execute(() -> action.accept(cluster));
      return true;
    }
  }

  // Packets from other threads

  @Override
  public void sendIke(UdpDatagram datagram) {
    if (!shared.ports().sendIke(datagram)) {
      foreignCounters.addShared(QUEUE_FULL);
    }
  }

  @Override
  public void sendKeepalive(PeerPath path) {
    if (!shared.ports().sendKeepalive(path)) {
      foreignCounters.addShared(QUEUE_FULL);
    }
  }

  @Override
  public void injectEsp(UdpDatagram datagram, int hops) {
    byte[] packet = datagram.payload();
    synchronized (injection) {
      Lane lane =
          packet.length >= Integer.BYTES
                  && shared.sad().find(EspPacket.spi(packet, 0)) instanceof SubSa subSa
              ? subSa.cluster.lane
              : lanes.getFirst();
      handOver(
          lane,
          lane.foreignInbox()
              .offerEsp(
                  packet,
                  0,
                  packet.length,
                  datagram.peer(),
                  datagram.natPort(),
                  datagram.listen(),
                  Congestion.NOT_ECT, // does not come along from another member
                  hops));
    }
  }

  @Override
  public void injectClear(byte[] packet, int hops) {
    synchronized (injection) {
      Lane lane =
          injectionKey.parse(packet, 0, packet.length)
                  && !injectionKey.fragment() // all fragments on one loop: it remembers the first
                  && shared.spd().find(injectionKey) instanceof SaCluster cluster
              ? cluster.lane
              : lanes.getFirst();
      handOver(lane, lane.foreignInbox().offerClear(packet, 0, packet.length, hops));
    }
  }

  private void handOver(Lane lane, boolean taken) {
    if (taken) {
      lane.wake();
    } else {
      foreignCounters.addShared(QUEUE_FULL);
    }
  }

  @Override
  public DatapathCounters counters() {
    return LoopCounters.sum(counters);
  }

  @Override
  public void close() {
    shared.ports().close();
    shared.clearPort().close();
    synchronized (tables) {
      List.copyOf(carried.keySet()).forEach(saId -> replace(saId, Optional.empty()));
    }
  }
}
