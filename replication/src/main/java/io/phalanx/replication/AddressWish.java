package io.phalanx.replication;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An address that is wanted for a session.
 *
 * @param sessionId who will have it; never 0
 * @param lessee tells whom the session is of: the same one gets the same address again
 * @param replaced sessions of the lessee that have ended, though they may not have given back yet
 *     what they had: it is this session's now
 * @param fixed this address or none
 * @param ranges otherwise any of these
 * @param reserved addresses that are kept for others
 * @param nowMillis wall clock
 */
public record AddressWish(
    long sessionId,
    long lessee,
    Set<Long> replaced,
    Optional<InetAddress> fixed,
    List<AddressRange> ranges,
    Set<InetAddress> reserved,
    long nowMillis) {
  public AddressWish {
    replaced = Set.copyOf(replaced);
    ranges = List.copyOf(ranges);
    reserved = Set.copyOf(reserved);
  }

  /** Addresses from one to another of the same family, both included. */
  public record AddressRange(InetAddress first, InetAddress last) {}
}
