package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig.Revocation;
import io.phalanx.config.Identity;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.node.radius.AccountRecord;
import io.phalanx.node.radius.RadiusQuestion;
import io.phalanx.replication.Commit;
import io.phalanx.replication.Fence;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.SaClusterImage;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/** What the engine wants done. */
public sealed interface Effect {
  /** Send now. Whatever had to be committed before it is. */
  record Send(UdpDatagram datagram) implements Effect {}

  /**
   * Write to the store, then tell {@link Event.Committed}. What depends on it (messages, Child SAs)
   * the engine holds back itself.
   */
  record CommitImage(long commitId, Commit commit) implements Effect {}

  /** The IKE SA has ended: take it and its SA clusters out of the store. Nothing waits for it. */
  record RemoveIkeSa(long localSpi, Fence fence, List<Integer> saIds) implements Effect {}

  /**
   * Carry this SA cluster; this member owns it, with epoch 1.
   *
   * @param behind whether the one that it replaces goes on to send until the peer may have this one
   */
  record InstallChild(SaClusterImage image, boolean behind) implements Effect {}

  /** Carry this SA cluster no longer. */
  record RemoveChild(int saId) implements Effect {}

  /** The SA clusters of an IKE SA take another path to the peer. */
  record MovePeer(List<Integer> saIds, PeerPath path) implements Effect {}

  /** Remind the NATs on the way to a peer of us (RFC 3948 §4). */
  record Keepalive(PeerPath path) implements Effect {}

  /**
   * Lease addresses out of a pool, then tell {@link Event.AddressesLeased}.
   *
   * @param families 4, 6 or both, each at most once
   * @param replaced sessions of the peer that have ended with this one: their addresses are its now
   * @param wished for its family this address or none, in the place of a free choice: kept for the
   *     identity by the configuration, or named by whoever has authenticated it
   */
  record LeaseAddresses(
      long localSpi,
      long sessionId,
      String pool,
      List<Integer> families,
      Identity identity,
      List<Long> replaced,
      List<InetAddress> wished)
      implements Effect {}

  /**
   * Find out whether certificates were revoked, then tell {@link Event.RevocationChecked}.
   *
   * @param path from the peer's own certificate to the trusted authority's
   */
  record CheckRevocation(long localSpi, List<X509Certificate> path, Revocation sources)
      implements Effect {}

  record ReleaseAddresses(List<InetAddress> addresses, long sessionId) implements Effect {}

  /** Ask a RADIUS server about a peer, then tell {@link Event.RadiusAnswered}. */
  record AskRadius(long localSpi, RadiusQuestion question) implements Effect {}

  /** Tell RADIUS servers of a session, then tell {@link Event.Accounted}. */
  record Account(AccountRecord report) implements Effect {}

  /** An SA cluster ends: count what it has carried, then tell {@link Event.Counted}. */
  record CountChild(long localSpi, int saId) implements Effect {}

  /**
   * A message came in for an SPI of ours that is not here: it may live on another member. Asked for
   * only if the SPI passes the keyed check.
   */
  record FindOwner(long localSpi, UdpDatagram datagram) implements Effect {}

  /**
   * This IKE SA belongs together with one that was adopted: claim it, whoever has it, and tell
   * {@link Event.Adopted}, or {@link Event.Lost} if there is none.
   */
  record Gather(long localSpi) implements Effect {}

  /** Look what the store says of an IKE SA, and tell {@link Event.LookedUp}. */
  record LookUp(long localSpi, long forSpi) implements Effect {}

  /** Tell all other members {@link Event.PeerBeganAnew}. */
  record PeerBeganAnew(FirstContact contact) implements Effect {}

  /**
   * The answer to {@link Event.GiveAway}.
   *
   * @param given the IKE SA as it was; empty if it stays
   * @param why it stays
   * @param forNow whether that may be different in a moment
   */
  record GivenAway(long localSpi, Optional<IkeSaImage> given, String why, boolean forNow)
      implements Effect {}

  /** A line for the log: what happened to a session. Never holds a secret. */
  record Report(long sessionId, String event, String detail) implements Effect {}
}
