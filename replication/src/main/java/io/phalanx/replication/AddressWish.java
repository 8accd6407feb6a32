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
 * @param fixed this address or none
 * @param ranges otherwise any of these
 * @param reserved addresses that are kept for others
 * @param nowMillis wall clock
 */
public record AddressWish(
    long sessionId,
    long lessee,
    Optional<InetAddress> fixed,
    List<AddressRange> ranges,
    Set<InetAddress> reserved,
    long nowMillis) {
  public AddressWish {
    ranges = List.copyOf(ranges);
    reserved = Set.copyOf(reserved);
  }

  /** Addresses from one to another of the same family, both included. */
  public record AddressRange(InetAddress first, InetAddress last) {}
}
