package io.phalanx.datapath.inner;

import io.phalanx.datapath.TransportAddresses;
import java.net.InetAddress;

/**
 * Between whole IP packets of the clear side and what ESP carries in transport mode: the payload
 * alone (RFC 4303 §3.1.1). The IP header around ESP belongs to the UDP socket, so a packet that
 * needs more of a header than addresses, protocol and length cannot go: with IPv4 options, with
 * IPv6 headers that stand before ESP, and fragments.
 *
 * <p>Not thread-safe: belongs to an SA cluster and so to its home loop.
 */
public final class TransportFraming {
  /** What {@link #restore} gives for a payload that makes no packet. */
  public static final int NO_PACKET = -1;

  private static final int HOP_LIMIT = 64;
  private static final int LENGTH_MAX = 65_535;

  private final byte[] header;
  private final int checksumChange;

  public TransportFraming(TransportAddresses ends) {
    byte[] peer = ends.peer().getAddress();
    byte[] local = ends.local().getAddress();
    boolean ipv4 = peer.length == 4;
    header = new byte[ipv4 ? Ip.IPV4_HEADER_OCTETS : Ip.IPV6_HEADER_OCTETS];
    header[0] = (byte) (ipv4 ? 0x45 : 0x60);
    header[ipv4 ? Ip.IPV4_TTL : Ip.IPV6_HOP_LIMIT] = HOP_LIMIT;
    System.arraycopy(peer, 0, header, ipv4 ? Ip.IPV4_SOURCE : Ip.IPV6_SOURCE, peer.length);
    System.arraycopy(
        local, 0, header, ipv4 ? Ip.IPV4_DESTINATION : Ip.IPV6_DESTINATION, local.length);
    checksumChange =
        InternetChecksum.change(
            InternetChecksum.fold((long) sum(ends.peerAtPeer()) + sum(ends.localAtPeer())),
            InternetChecksum.fold((long) sum(ends.peer()) + sum(ends.local())));
  }

  private static int sum(InetAddress address) {
    byte[] octets = address.getAddress();
    return InternetChecksum.sum(octets, 0, octets.length);
  }

  /** Octets of a clear packet that ESP does not carry. */
  public int headerOctets() {
    return header.length;
  }

  /** Whether nothing of a whole clear packet is lost with its header. */
  public boolean carries(byte[] packet, int offset) {
    if (Ip.ipv4(packet, offset)) {
      int fragment = Ip.u16(packet, offset + Ip.IPV4_FRAGMENT);
      return header.length == Ip.IPV4_HEADER_OCTETS
          && Ip.ipv4HeaderOctets(packet, offset) == Ip.IPV4_HEADER_OCTETS
          && (fragment & (Ip.MORE_FRAGMENTS | Ip.FRAGMENT_OFFSET)) == 0;
    }
    return header.length == Ip.IPV6_HEADER_OCTETS && behindEsp(nextHeader(packet, offset));
  }

  /** Headers of IPv6 that stand before ESP (RFC 4303 §3.1.1); IPv4 has none of them. */
  private boolean behindEsp(int nextHeader) {
    return header.length == Ip.IPV4_HEADER_OCTETS
        || (nextHeader != Ip.HOP_BY_HOP && nextHeader != Ip.ROUTING && nextHeader != Ip.FRAGMENT);
  }

  public int nextHeader(byte[] packet, int offset) {
    return Ip.u8(
        packet,
        offset + (header.length == Ip.IPV4_HEADER_OCTETS ? Ip.IPV4_PROTOCOL : Ip.IPV6_NEXT_HEADER));
  }

  /**
   * Writes the whole packet that a payload stands for to the start of {@code out}, with the
   * checksum of its transport protocol brought in line with the addresses (RFC 3948 §3.1.2).
   *
   * @return octets of the packet, or {@link #NO_PACKET}
   */
  public int restore(byte[] payload, int offset, int length, int nextHeader, byte[] out) {
    boolean ipv4 = header.length == Ip.IPV4_HEADER_OCTETS;
    if ((ipv4 ? header.length : 0) + length > LENGTH_MAX
        || header.length + length > out.length
        || !behindEsp(nextHeader)) {
      return NO_PACKET;
    }
    System.arraycopy(header, 0, out, 0, header.length);
    System.arraycopy(payload, offset, out, header.length, length);
    if (ipv4) {
      Ip.putU16(out, Ip.IPV4_LENGTH, header.length + length);
      Ip.putU16(out, Ip.IPV4_FRAGMENT, Ip.DONT_FRAGMENT);
      out[Ip.IPV4_PROTOCOL] = (byte) nextHeader;
      InternetChecksum.putIpv4(out, 0);
    } else {
      Ip.putU16(out, Ip.IPV6_LENGTH, length);
      out[Ip.IPV6_NEXT_HEADER] = (byte) nextHeader;
    }
    mendChecksum(out, length, nextHeader);
    return header.length + length;
  }

  private void mendChecksum(byte[] packet, int length, int protocol) {
    int field = checksumField(protocol);
    if (checksumChange == 0 || checksumChange == 0xffff || field < 0 || length < field + 2) {
      return;
    }
    int at = header.length + field;
    int checksum = Ip.u16(packet, at);
    if (protocol == Ip.UDP && checksum == 0) {
      return; // none was made
    }
    int mended = InternetChecksum.changed(checksum, checksumChange);
    Ip.putU16(packet, at, protocol == Ip.UDP && mended == 0 ? 0xffff : mended);
  }

  /** Where protocols whose checksum covers the addresses have it. */
  private int checksumField(int protocol) {
    return switch (protocol) {
      case Ip.TCP -> 16;
      case Ip.UDP, Ip.UDP_LITE, Ip.DCCP -> 6;
      case Ip.ICMPV6 -> header.length == Ip.IPV6_HEADER_OCTETS ? 2 : -1;
      default -> -1;
    };
  }
}
