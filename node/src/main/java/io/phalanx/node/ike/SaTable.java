package io.phalanx.node.ike;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The IKE SAs of this member, by our SPI, and those half open by the request that made them. */
final class SaTable {
  /** A bound of ours; each one costs a few kilobytes. */
  private static final int IKE_SAS_MAX = 200_000;

  /** An IKE_SA_INIT request: only the very same one gets the same answer. */
  private record InitKey(long initiatorSpi, InetSocketAddress peer, String digest) {}

  private final Map<Long, IkeSa> bySpi = new HashMap<>();
  private final Map<InitKey, IkeSa> halfOpen = new HashMap<>();
  private final Map<Long, InitKey> halfOpenKeys = new HashMap<>();

  private final SourceLimiter sources;
  private final Map<Long, IkeSa> gathering = new HashMap<>();
  private final Set<IkeSa> touched = new LinkedHashSet<>();

  SaTable(SourceLimiter sources) {
    this.sources = sources;
  }

  /** Whether a stranger's request for an IKE SA is to be looked at. */
  boolean admits(InetAddress source, long nowMillis) {
    return sources.admit(source, nowMillis);
  }

  Optional<IkeSa> find(long localSpi) {
    return Optional.ofNullable(bySpi.get(localSpi));
  }

  Collection<IkeSa> all() {
    return Collections.unmodifiableCollection(bySpi.values());
  }

  boolean full() {
    return bySpi.size() >= IKE_SAS_MAX;
  }

  void add(IkeSa sa) {
    bySpi.put(sa.localSpi, sa);
  }

  /** Notes which request a half-open IKE SA answers. */
  void addHalfOpen(IkeSa sa, InetSocketAddress peer, byte[] requestDigest) {
    add(sa);
    InitKey key = new InitKey(sa.peerSpi, peer, HexFormat.of().formatHex(requestDigest));
    halfOpen.put(key, sa);
    halfOpenKeys.put(sa.localSpi, key);
    sources.opened(peer.getAddress());
  }

  /** The half-open IKE SA that this very request has made. */
  Optional<IkeSa> findHalfOpen(long initiatorSpi, InetSocketAddress peer, byte[] requestDigest) {
    String digest = HexFormat.of().formatHex(requestDigest);
    return Optional.ofNullable(halfOpen.get(new InitKey(initiatorSpi, peer, digest)));
  }

  int halfOpenCount() {
    return halfOpen.size();
  }

  /** It is authenticated. */
  void halfOpenEnded(IkeSa sa) {
    InitKey key = halfOpenKeys.remove(sa.localSpi);
    if (key != null) {
      halfOpen.remove(key);
      sources.ended(key.peer().getAddress());
    }
  }

  /** Notes that another IKE SA than the one at work has changed. */
  void touch(IkeSa sa) {
    touched.add(sa);
  }

  /** Takes what was noted. */
  List<IkeSa> takeTouched() {
    List<IkeSa> all = List.copyOf(touched);
    touched.clear();
    return all;
  }

  /** Notes that one waits for another that is to come to this member. */
  void gather(long localSpi, IkeSa waiting) {
    waiting.local.gathering.add(localSpi);
    gathering.put(localSpi, waiting);
  }

  /** It is here, or nowhere. */
  void gathered(long localSpi) {
    IkeSa waiting = gathering.remove(localSpi);
    if (waiting != null) {
      waiting.local.gathering.remove(localSpi);
      touch(waiting);
    }
  }

  void remove(IkeSa sa) {
    gathering.values().remove(sa);
    bySpi.remove(sa.localSpi, sa);
    halfOpenEnded(sa);
  }
}
