package io.phalanx.config.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * An address block such as {@code 10.77.0.0/24}. Host bits are cleared.
 *
 * @param address the first address of the block
 * @param bits prefix length, 0..32 or 0..128
 */
public record IpPrefix(InetAddress address, int bits) {
  public IpPrefix {
    byte[] octets = address.getAddress();
    if (bits < 0 || bits > octets.length * 8) {
      throw new IllegalArgumentException("prefix length out of range: " + bits);
    }
    clearHostBits(octets, bits);
    address = addressOf(octets);
  }

  /** Parses {@code ADDRESS/BITS} or a bare address; never resolves a name. */
  public static IpPrefix parse(String text) {
    int slash = text.indexOf('/');
    InetAddress address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
    int width = address.getAddress().length * 8;
    return new IpPrefix(address, slash < 0 ? width : Integer.parseInt(text.substring(slash + 1)));
  }

  public InetAddress last() {
    byte[] octets = address.getAddress();
    for (int bit = bits; bit < octets.length * 8; bit++) {
      octets[bit / 8] |= (byte) (0x80 >> (bit % 8));
    }
    return addressOf(octets);
  }

  public boolean contains(InetAddress other) {
    byte[] octets = other.getAddress();
    if (octets.length != address.getAddress().length) {
      return false;
    }
    clearHostBits(octets, bits);
    return Arrays.equals(octets, address.getAddress());
  }

  private static void clearHostBits(byte[] octets, int bits) {
    for (int bit = bits; bit < octets.length * 8; bit++) {
      octets[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
    }
  }

  private static InetAddress addressOf(byte[] octets) {
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException impossible) {
      throw new AssertionError("an address has 4 or 16 octets", impossible);
    }
  }

  @Override
  public String toString() {
    return address.getHostAddress() + "/" + bits;
  }
}
