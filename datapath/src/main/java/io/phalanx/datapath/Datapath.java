package io.phalanx.datapath;

import io.phalanx.config.net.TrafficSelector;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;

/**
 * The packet path of one member. All methods may be called from any thread, return at once, and
 * take effect in the order of the calls for one SA cluster.
 */
public interface Datapath extends AutoCloseable {
  /**
   * Starts to carry an SA cluster; a route of the same id is replaced. Where selectors of several
   * clusters cover a clear packet, the most specific destination carries it; among equals the one
   * installed last.
   */
  void install(SaClusterSpec spec);

  /**
   * Likewise, but behind all that cover the same packets: it receives at once, and sends when it is
   * {@linkplain #prefer preferred}, or when nothing stands before it any more.
   */
  void installBehind(SaClusterSpec spec);

  /** From now on an SA cluster stands before all others that cover the same packets. */
  void prefer(int saId);

  /** Stops to carry an SA cluster, or forgets its route. Unknown ids are ignored. */
  void remove(int saId);

  /** Packets of this SA cluster belong to another member. Replaces an installed one. */
  void route(int saId, List<Integer> inboundSpis, List<TrafficSelector> remote, int member);

  /**
   * The store has granted numbers: {@code outLease} and {@code inLimit} are the limits now in
   * force. Never lowers one. Waiting packets go on.
   */
  void grant(int saId, long outLease, long inLimit);

  /** The wish was not granted this time; it will be told again when packets want it. */
  void refused(int saId);

  /**
   * Lowers the inbound limit to the highest number accepted, if it still is above, nothing waits,
   * and no wish is unanswered (its grant would raise the limit again); {@code lowered} then gets
   * the new limit, on a packet loop, to be told to the store.
   */
  void settle(int saId, LongConsumer lowered);

  /**
   * Stops an SA cluster for good, unless packets wait for numbers or a wish is unanswered. Its
   * packets go to {@link DatapathEvents} from then on, until {@link #route} or {@link #remove}.
   *
   * @return where it stopped; empty if it goes on, or is not here
   */
  CompletionStage<Optional<Retired>> retire(int saId);

  /**
   * Where an SA cluster has stopped.
   *
   * @param nextOutbound the first number not sent
   * @param inTop the highest number accepted
   */
  record Retired(long nextOutbound, long inTop) {}

  /** A sub-SA takes another path to its peer from now on. */
  void movePeer(int saId, int inboundSpi, PeerPath path);

  /** Sends an IKE message; on the NAT port the non-ESP marker is put before it. */
  void sendIke(UdpDatagram datagram);

  /**
   * Reminds the NATs on the way to a peer of us: one octet that the peer ignores (RFC 3948 §2.3).
   */
  void sendKeepalive(PeerPath path);

  /** An ESP packet that another member has received and forwarded. */
  void injectEsp(UdpDatagram datagram, int hops);

  /** A clear packet that another member has received and forwarded. */
  void injectClear(byte[] packet, int hops);

  /** A copy of the counters of an SA cluster, as of some moment after the call. */
  CompletionStage<Optional<SaUsage>> usage(int saId);

  DatapathCounters counters();

  @Override
  void close();
}
