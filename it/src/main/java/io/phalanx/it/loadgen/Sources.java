package io.phalanx.it.loadgen;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * Where peers come from: the addresses of a range, one peer after the other, each at a port that
 * the kernel chooses. Where there are fewer addresses than peers, some share one.
 */
public record Sources(InetAddress first, int count) {
  public static final int COUNT_MAX = 1 << 20;

  public Sources {
    if (count < 1 || count > COUNT_MAX) {
      throw new IllegalArgumentException("addresses: 1.." + COUNT_MAX);
    }
  }

  /**
   * Reads {@code ADDRESS} or {@code ADDRESS+COUNT}.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static Sources parse(String text) {
    int plus = text.indexOf('+');
    return plus < 0
        ? new Sources(InetAddress.ofLiteral(text), 1)
        : new Sources(
            InetAddress.ofLiteral(text.substring(0, plus)),
            Integer.parseInt(text.substring(plus + 1)));
  }

  /** Where a peer comes from; port 0 for any. */
  public InetSocketAddress of(int peer) {
    byte[] octets = first.getAddress();
    BigInteger sum = new BigInteger(1, octets).add(BigInteger.valueOf(peer % count));
    byte[] digits = sum.toByteArray();
    byte[] address = new byte[octets.length];
    for (int at = 1; at <= Math.min(octets.length, digits.length); at++) {
      address[octets.length - at] = digits[digits.length - at];
    }
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address), 0);
    } catch (UnknownHostException impossible) {
      throw new AssertionError("as many octets as an address has", impossible);
    }
  }
}
