package io.phalanx.it.sim;

import io.netty.buffer.Unpooled;
import io.phalanx.config.GatewayConfig;
import io.phalanx.datapath.DatapathEvents;
import io.phalanx.datapath.Forwarder;
import io.phalanx.datapath.LeaseWish;
import io.phalanx.datapath.NonceSource;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.SaClusterSpec;
import io.phalanx.datapath.SequenceState;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.datapath.flow.GatewayDatapath;
import io.phalanx.it.analysis.ProbePacket;
import io.phalanx.node.ike.Credentials;
import io.phalanx.node.ike.Effect;
import io.phalanx.node.ike.Event;
import io.phalanx.node.ike.IkeEngine;
import io.phalanx.node.ike.Spis;
import io.phalanx.node.ike.crypto.Cookies;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owner;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.SaClusterImage;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.OptionalInt;

/** A peer of the cluster: our own engine as initiator and our own packet path, without a store. */
final class Peer implements DatapathEvents, Forwarder, NonceSource {
  private static final long TICK_NANOS = 20_000_000;
  private static final long NUMBERS = 0xffff_ffffL;
  private static final int PACKET_OCTETS = 64;

  /** What a peer does in the world. */
  interface Outside {
    void send(int peer, boolean natPort, byte[] octets);

    void accepted(int peer, byte[] packet);

    void note(String what);
  }

  private final int number;
  private final Life life;
  private final Strand strand;
  private final Outside outside;
  private final IkeEngine engine;
  private final GatewayDatapath datapath;
  private int spis;
  private long ivs;
  private int sent;
  private int established;
  private boolean ending;

  Peer(int number, Life life, Dice dice, Outside outside) {
    this.number = number;
    this.life = life;
    this.strand = life.strand();
    this.outside = outside;
    SecureRandom random = new SeededRandom(dice);
    GatewayConfig config = Sites.peer(number);
    engine =
        new IkeEngine(
            config,
            Credentials.NONE,
            random,
            this,
            new Spis(this::nextSpi, dice::next, _ -> false),
            new Owner(1, 1),
            new Cookies(config.cluster().keys()));
    datapath =
        GatewayDatapath.over(
            Gateway.settings(config),
            List.of(strand.packetLoop()),
            new Ports(new Wires()),
            new ClearSide(packet -> outside.accepted(number, packet)),
            this,
            this,
            this,
            _ -> true,
            random,
            life::nanos);
  }

  private final class Wires implements Ports.Wire {
    @Override
    public void ike(InetSocketAddress to, boolean natPort, byte[] message, byte[] wire) {
      outside.send(number, natPort, wire);
    }

    @Override
    public void esp(InetSocketAddress to, byte[] packet) {
      outside.send(number, true, packet);
    }
  }

  private OptionalInt nextSpi() {
    return OptionalInt.of(0x1000_0000 + (number << 20) + spis++);
  }

  void start() {
    strand.execute(() -> step(new Event.Initiate(Sites.CONNECTION)));
    strand.every(TICK_NANOS, () -> step(new Event.Tick()));
  }

  void rekey(boolean ikeSa) {
    strand.execute(
        () ->
            engine
                .images()
                .filter(image -> image.phase() == IkeSaImage.Phase.ESTABLISHED)
                .toList()
                .forEach(
                    image -> {
                      if (ikeSa) {
                        step(new Event.Rekey(image.localSpi(), 0));
                      } else {
                        image
                            .children()
                            .forEach(
                                child -> step(new Event.Rekey(image.localSpi(), child.saId())));
                      }
                    }));
  }

  void terminate() {
    ending = true;
    strand.execute(
        () ->
            engine
                .images()
                .map(IkeSaImage::localSpi)
                .toList()
                .forEach(spi -> step(new Event.Terminate(spi))));
  }

  /** Sends one packet to the protected network; its number in this peer's stream up. */
  int sendUp() {
    int packet = sent++;
    byte[] octets =
        new ProbePacket(Sites.inner(number), Sites.host(), up(), packet).encode(PACKET_OCTETS);
    strand.execute(() -> datapath.clearReceived(0, octets, 0, octets.length));
    return packet;
  }

  int up() {
    return 2 * number;
  }

  int down() {
    return 2 * number + 1;
  }

  void received(boolean natPort, byte[] octets) {
    strand.executePacket(
        () ->
            datapath.udpReceived(
                0, 0, natPort, Unpooled.wrappedBuffer(octets), Sites.gateway(natPort), 0));
  }

  private void step(Event event) {
    engine.step(event, life.millis()).forEach(this::perform);
  }

  private void perform(Effect effect) {
    switch (effect) {
      case Effect.Send(UdpDatagram datagram) -> datapath.sendIke(datagram);
      case Effect.CommitImage(long id, _) -> step(new Event.Committed(id, Outcome.DONE));
      case Effect.InstallChild(SaClusterImage image, var _) -> datapath.install(spec(image));
      case Effect.RemoveChild(int saId) -> datapath.remove(saId);
      case Effect.RemoveIkeSa(_, _, List<Integer> saIds) -> saIds.forEach(datapath::remove);
      case Effect.Report(long session, String name, String detail) -> {
        established += name.equals("established") ? 1 : 0;
        outside.note("peer %d: session=%016x %s %s".formatted(number, session, name, detail));
      }
      case Effect.MovePeer _,
          Effect.Keepalive _,
          Effect.LeaseAddresses _,
          Effect.CheckRevocation _,
          Effect.ReleaseAddresses _,
          Effect.AskRadius _,
          Effect.Account _,
          Effect.CountChild _,
          Effect.FindOwner _,
          Effect.GivenAway _,
          Effect.Gather _,
          Effect.LookUp _,
          Effect.PeerBeganAnew _ -> {}
    }
  }

  private static SaClusterSpec spec(SaClusterImage image) {
    return new SaClusterSpec(
        image.id(),
        image.subSas(),
        image.extendedSequenceNumbers(),
        image.windowSizeBits(),
        image.localSelectors(),
        image.remoteSelectors(),
        image.rekeyBytes(),
        image.rekeyPackets(),
        image.transport(),
        image.handling(),
        new SequenceState(1, NUMBERS, 0, NUMBERS));
  }

  /** How often it has authenticated: more than once, and a session was lost. */
  int established() {
    return established;
  }

  boolean ending() {
    return ending;
  }

  List<IkeSaImage> ikeSas() {
    return engine.images().toList();
  }

  int waiting() {
    return strand.waiting();
  }

  // Its packet path

  @Override
  public void ikeReceived(UdpDatagram datagram) {
    strand.execute(() -> step(new Event.Received(datagram)));
  }

  @Override
  public void espWithoutSa(int spi, UdpDatagram datagram, int hops) {}

  @Override
  public void clearWithoutSa(byte[] packet, int hops) {}

  @Override
  public void misdirected(int saId) {}

  @Override
  public void leaseWanted(LeaseWish wish) {}

  @Override
  public void rekeyDue(int saId) {}

  @Override
  public void exhausted(int saId) {}

  @Override
  public void peerMoved(int saId, int inboundSpi, PeerPath from) {}

  @Override
  public void esp(int member, UdpDatagram datagram, int hops) {}

  @Override
  public void clear(int member, byte[] packet, int offset, int length, int hops) {}

  @Override
  public long next() {
    return ivs++;
  }

  @Override
  public long reserve(int count) {
    long first = ivs;
    ivs += count;
    return first;
  }
}
