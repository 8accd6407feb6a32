package io.phalanx.config.net;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;

/**
 * A traffic selector (RFC 7296 §3.13.1): a range of addresses, a protocol and a range of ports.
 *
 * @param protocol IP protocol number, 0 for any
 * @param startPort first port; for ICMP the type and code as one number
 * @param endPort last port, 65535 with start 0 for any
 */
public record TrafficSelector(
    int protocol, int startPort, int endPort, InetAddress start, InetAddress end) {
  public TrafficSelector {
    if (start.getAddress().length != end.getAddress().length) {
      throw new IllegalArgumentException("addresses of two families in one selector");
    }
  }

  /** All protocols and ports of a block. */
  public static TrafficSelector of(IpPrefix prefix) {
    return new TrafficSelector(0, 0, 65535, prefix.address(), prefix.last());
  }

  /** All protocols and ports of one address. */
  public static TrafficSelector of(InetAddress address) {
    return new TrafficSelector(0, 0, 65535, address, address);
  }

  public boolean ipv4() {
    return start.getAddress().length == 4;
  }

  /** Whether a packet with these values is inside. */
  public boolean contains(int packetProtocol, int port, InetAddress address) {
    return address.getAddress().length == start.getAddress().length
        && (protocol == 0 || protocol == packetProtocol)
        && port >= startPort
        && port <= endPort
        && compare(start, address) <= 0
        && compare(address, end) <= 0;
  }

  /** Whether every packet of {@code other} is inside this one. */
  public boolean covers(TrafficSelector other) {
    return ipv4() == other.ipv4()
        && (protocol == 0 || protocol == other.protocol)
        && startPort <= other.startPort
        && other.endPort <= endPort
        && compare(start, other.start) <= 0
        && compare(other.end, end) <= 0;
  }

  /** What both have in common, for narrowing (RFC 7296 §2.9). */
  public Optional<TrafficSelector> intersect(TrafficSelector other) {
    if (ipv4() != other.ipv4()
        || (protocol != 0 && other.protocol != 0 && protocol != other.protocol)) {
      return Optional.empty();
    }
    InetAddress low = compare(start, other.start) >= 0 ? start : other.start;
    InetAddress high = compare(end, other.end) <= 0 ? end : other.end;
    int lowPort = Math.max(startPort, other.startPort);
    int highPort = Math.min(endPort, other.endPort);
    if (compare(low, high) > 0 || lowPort > highPort) {
      return Optional.empty();
    }
    int both = protocol != 0 ? protocol : other.protocol;
    return Optional.of(new TrafficSelector(both, lowPort, highPort, low, high));
  }

  private static int compare(InetAddress left, InetAddress right) {
    return Arrays.compareUnsigned(left.getAddress(), right.getAddress());
  }
}
