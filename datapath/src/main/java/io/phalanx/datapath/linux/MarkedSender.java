package io.phalanx.datapath.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.InetSocketAddress;

/**
 * Sends a datagram with a traffic class of its own: sendmsg(2) with IP_TOS (ip(7)) or IPV6_TCLASS
 * (RFC 3542 §6.5) beside it, which Netty has no way to say. For one thread.
 *
 * <pre>
 * msghdr:   name 8, name length 4 (+4), iovec 8, iovecs 8, control 8, control length 8, flags 4 (+4)
 * iovec:    base 8, length 8
 * cmsghdr:  length 8, level 4, type 4, data
 * </pre>
 */
public final class MarkedSender {
  private static final int HEADER_OCTETS = 56;
  private static final int NAME_AT = 64;
  private static final int NAME_OCTETS = 28;
  private static final int IOVEC_AT = 96;
  private static final int CONTROL_AT = 112;
  private static final int CONTROL_OCTETS = 24; // with padding
  private static final int CONTROL_LENGTH = 20;
  private static final int STATE_OCTETS = CONTROL_AT + CONTROL_OCTETS;

  private static final short AF_INET = 2;
  private static final short AF_INET6 = 10;
  private static final int IPPROTO_IP = 0;
  private static final int IP_TOS = 1;
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_TCLASS = 67;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int DATAGRAM_OCTETS_MAX = 65_535;

  private final LinuxCalls calls = new LinuxCalls(Arena.ofAuto());
  private final MemorySegment state = Arena.ofAuto().allocate(STATE_OCTETS, Long.BYTES);
  private final MemorySegment payload = Arena.ofAuto().allocate(DATAGRAM_OCTETS_MAX, Long.BYTES);
  private final MemorySegment header = state.asSlice(0, HEADER_OCTETS);

  public MarkedSender() {
    state.set(JAVA_LONG, 0, state.address() + NAME_AT);
    state.set(JAVA_LONG, 16, state.address() + IOVEC_AT);
    state.set(JAVA_LONG, 24, 1);
    state.set(JAVA_LONG, 32, state.address() + CONTROL_AT);
    state.set(JAVA_LONG, 40, CONTROL_OCTETS);
    state.set(JAVA_LONG, IOVEC_AT, payload.address());
    state.set(JAVA_LONG, CONTROL_AT, CONTROL_LENGTH);
  }

  /**
   * Sends it at once.
   *
   * @param descriptor a UDP socket of the peer's family
   * @param trafficClass DSCP and ECN, 0..255
   * @return whether the kernel has taken it
   */
  public boolean send(
      int descriptor, InetSocketAddress peer, byte[] packet, int length, int trafficClass) {
    MemorySegment.copy(packet, 0, payload, JAVA_BYTE, 0, length);
    state.set(JAVA_LONG, IOVEC_AT + 8, length);
    boolean ipv4 = peer.getAddress() instanceof Inet4Address;
    name(peer, ipv4);
    state.set(JAVA_INT, CONTROL_AT + 8, ipv4 ? IPPROTO_IP : IPPROTO_IPV6);
    state.set(JAVA_INT, CONTROL_AT + 12, ipv4 ? IP_TOS : IPV6_TCLASS);
    state.set(JAVA_INT, CONTROL_AT + 16, trafficClass);
    return calls.sendmsg(descriptor, header, MSG_DONTWAIT) == length;
  }

  /** The socket address: family, port, for IPv6 flow, address, for IPv6 scope. */
  private void name(InetSocketAddress peer, boolean ipv4) {
    byte[] address = peer.getAddress().getAddress();
    state.asSlice(NAME_AT, NAME_OCTETS).fill((byte) 0);
    state.set(JAVA_SHORT, NAME_AT, ipv4 ? AF_INET : AF_INET6);
    state.set(JAVA_BYTE, NAME_AT + 2, (byte) (peer.getPort() >> 8));
    state.set(JAVA_BYTE, NAME_AT + 3, (byte) peer.getPort());
    MemorySegment.copy(address, 0, state, JAVA_BYTE, NAME_AT + (ipv4 ? 4 : 8), address.length);
    state.set(JAVA_INT, 8, ipv4 ? 16 : NAME_OCTETS);
  }
}
