package io.phalanx.node.ike;

import io.phalanx.config.Identity;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.node.auth.RevocationStatus;
import io.phalanx.node.radius.AccountRecord;
import io.phalanx.node.radius.AccountRecord.Traffic;
import io.phalanx.node.radius.RadiusAnswer;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owned;
import io.phalanx.replication.image.IkeSaImage;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** What the engine is told. */
public sealed interface Event {
  /** An IKE message came in. */
  record Received(UdpDatagram datagram) implements Event {}

  /**
   * The answer to {@link Effect.FindOwner} where the store is sure that there is no such IKE SA.
   */
  record Unowned(UdpDatagram datagram) implements Event {}

  /** Time has passed: retransmit, probe, rekey, expire what is due. */
  record Tick() implements Event {}

  /** A commit that {@link Effect.CommitImage} asked for has ended. */
  record Committed(long commitId, Outcome outcome) implements Event {}

  /** This member owns the IKE SA from now on: claimed after its owner was lost. */
  record Adopted(Owned<IkeSaImage> owned) implements Event {}

  /** Another member owns the IKE SA, or it is gone: forget it without a word to the peer. */
  record Lost(long localSpi) implements Event {}

  /** The answer to {@link Effect.LookUp}; empty if there is no such IKE SA. */
  record LookedUp(long forSpi, Optional<IkeSaImage> found) implements Event {}

  /** The answer to {@link Effect.LeaseAddresses}; an address that could not be had is left out. */
  record AddressesLeased(long localSpi, List<InetAddress> addresses) implements Event {}

  /** The answer to {@link Effect.AskRadius}. */
  record RadiusAnswered(long localSpi, RadiusAnswer answer) implements Event {}

  /**
   * The answer to {@link Effect.Account}.
   *
   * @param taken whether a server has acknowledged it
   * @param total traffic of the session so far
   */
  record Accounted(long localSpi, AccountRecord.Kind kind, boolean taken, Traffic total)
      implements Event {}

  /** The answer to {@link Effect.CountChild}. */
  record Counted(long localSpi, Traffic traffic) implements Event {}

  /** A RADIUS server wants the session ended (RFC 5176). */
  record Disconnect(long ikeSpi) implements Event {}

  /** A peer has told another member that a session there is all it has. */
  record PeerBeganAnew(FirstContact contact) implements Event {}

  /** The answer to {@link Effect.CheckRevocation}. */
  record RevocationChecked(long localSpi, RevocationStatus status) implements Event {}

  /** Bring a connection up, if it is not. */
  record Initiate(String connection) implements Event {}

  /** Another member keeps a connection up from now on: make no attempt at it any more. */
  record Yield(String connection) implements Event {}

  /** The packet path says that a Child SA is near its limits, or has reached one. */
  record ChildDue(long ikeSpi, int saId, boolean exhausted) implements Event {}

  /** The newest authentic ESP packet came by another path: NAT rebinding. */
  record PeerMoved(long ikeSpi, int saId, PeerPath from) implements Event {}

  /**
   * Take another path to the peer, whom we have called: our address or the peer's is another now
   * (RFC 4555 §3.5). Without MOBIKE nothing comes of it.
   */
  record Migrate(long ikeSpi, PeerPath to) implements Event {}

  /** ESP went to the peer: a NAT before us needs no reminder. */
  record PeerSent(long ikeSpi) implements Event {}

  /** ESP of the peer arrives for this IKE SA: it is alive, no probe is needed. */
  record PeerHeard(long ikeSpi) implements Event {}

  /** Rekey now, as an operator asks: a Child SA by its id, or the IKE SA with saId 0. */
  record Rekey(long ikeSpi, int saId) implements Event {}

  /** Make another IKE SA beside this one (RFC 7791); where the peer cannot, it is a rekey. */
  record CloneIke(long ikeSpi) implements Event {}

  /** Make the child of this name in the configuration on this IKE SA, which has none yet. */
  record NewChild(long ikeSpi, String child) implements Event {}

  /**
   * Send peers to another gateway from now on, as an operator asks: those that come, and those that
   * are here (RFC 5685); with none, as the configuration says.
   */
  record Redirect(Optional<Identity> gateway) implements Event {}

  /**
   * Give an IKE SA away, to be gone on with by another cluster: nothing that its peer sends is
   * answered here from then on. Answered by {@link Effect.GivenAway}.
   *
   * @param untilMillis wall clock: how long it is remembered that it was here
   */
  record GiveAway(long ikeSpi, long untilMillis) implements Event {}

  /** Close an IKE SA, as an operator asks. */
  record Terminate(long ikeSpi) implements Event {}
}
