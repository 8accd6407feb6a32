package io.phalanx.node.runtime;

import io.phalanx.datapath.Datapath;
import io.phalanx.datapath.DatapathEvents;
import io.phalanx.datapath.LeaseWish;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.replication.Interlink;
import io.phalanx.replication.Owner;
import io.phalanx.replication.interlink.InterlinkListener;
import io.phalanx.replication.lease.LeaseKeeper;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the threads of a member meet: takes what packet loops, interlink and lease thread tell, and
 * brings it to whoever handles it, on the control loop or at once. Until the member is put together
 * ({@link #connect}) everything is dropped, as by a gateway that is down.
 */
public final class Switchboard
    implements DatapathEvents, Interlink.Receiver, InterlinkListener, LeaseKeeper.Listener {
  private static final Logger log = LoggerFactory.getLogger(Switchboard.class);

  /** The parts that things are brought to. */
  record Parts(
      Datapath datapath,
      LeaseKeeper leases,
      SaDirectory directory,
      IkeService ike,
      Disconnects disconnects,
      Following following) {}

  private final ControlLoop control;
  private volatile Optional<Parts> parts = Optional.empty();

  public Switchboard(ControlLoop control) {
    this.control = control;
  }

  void connect(Parts all) {
    parts = Optional.of(all);
  }

  @Override
  public void ikeReceived(UdpDatagram datagram) {
    parts.ifPresent(to -> control.executePacket(() -> to.ike().received(datagram, 0)));
  }

  @Override
  public void espWithoutSa(int spi, UdpDatagram datagram, int hops) {
    parts.ifPresent(
        to -> control.executePacket(() -> to.directory().espWithoutSa(spi, datagram, hops)));
  }

  @Override
  public void clearWithoutSa(byte[] packet, int hops) {
    parts.ifPresent(to -> control.executePacket(() -> to.directory().clearWithoutSa(packet, hops)));
  }

  @Override
  public void misdirected(int saId) {
    parts.ifPresent(to -> control.execute(() -> to.directory().misdirected(saId)));
  }

  @Override
  public void leaseWanted(LeaseWish wish) {
    parts.ifPresent(to -> to.leases().onWish(wish));
  }

  @Override
  public void rekeyDue(int saId) {
    parts.ifPresent(to -> control.execute(() -> due(to, saId, false)));
  }

  @Override
  public void exhausted(int saId) {
    parts.ifPresent(to -> control.execute(() -> due(to, saId, true)));
  }

  private static void due(Parts to, int saId, boolean exhausted) {
    to.directory()
        .carried(saId)
        .ifPresent(sa -> to.ike().childDue(sa.image().ikeSpi(), saId, exhausted));
  }

  @Override
  public void peerMoved(int saId, int inboundSpi, PeerPath from) {
    parts.ifPresent(to -> control.execute(() -> moved(to, saId, from)));
  }

  private static void moved(Parts to, int saId, PeerPath from) {
    to.directory()
        .carried(saId)
        .ifPresent(sa -> to.ike().peerMoved(sa.image().ikeSpi(), saId, from));
  }

  @Override
  public void espForwarded(int from, UdpDatagram datagram, int hops) {
    parts.ifPresent(
        to -> {
          to.following().forwarded(from, datagram.payload());
          to.datapath().injectEsp(datagram, hops);
        });
  }

  @Override
  public void clearForwarded(int from, byte[] packet, int hops) {
    parts.ifPresent(to -> to.datapath().injectClear(packet, hops));
  }

  @Override
  public void ikeForwarded(int from, UdpDatagram datagram, int hops) {
    parts.ifPresent(to -> control.executePacket(() -> to.ike().received(datagram, hops)));
  }

  @Override
  public void childDue(int from, long ikeSpi, int saId, boolean exhausted) {
    parts.ifPresent(to -> control.execute(() -> to.ike().childDue(ikeSpi, saId, exhausted)));
  }

  @Override
  public void peerMoved(int from, long ikeSpi, int saId, PeerPath path) {
    parts.ifPresent(to -> control.execute(() -> to.ike().peerMoved(ikeSpi, saId, path)));
  }

  @Override
  public void handedOver(int from, long ikeSpi, int saId) {
    parts.ifPresent(
        to ->
            control.execute(
                () -> {
                  if (saId == 0) {
                    to.ike().claimIfOrphan(ikeSpi);
                  } else {
                    to.directory().handedOver(saId);
                  }
                }));
  }

  @Override
  public void note(int from, byte[] note) {
    parts.ifPresent(to -> control.executePacket(() -> to.disconnects().received(from, note)));
  }

  @Override
  public void lost(int saId) {
    parts.ifPresent(to -> control.execute(() -> to.directory().lost(saId)));
  }

  /** The others may have claimed what is ours: nothing is sent until the store has confirmed it. */
  @Override
  public void selfPaused(long gapNanos) {
    log.warn("this process stood still for {} ms; leases are confirmed anew", gapNanos / 1_000_000);
    parts.ifPresent(to -> to.leases().confirmAll());
  }

  @Override
  public void duplicateMemberId(Owner other) {
    log.error(
        "two processes run as member {}; stop one of them (incarnation {})",
        other.member(),
        other.incarnation());
  }
}
