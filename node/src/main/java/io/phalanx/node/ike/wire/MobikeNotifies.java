package io.phalanx.node.ike.wire;

import io.phalanx.config.iana.NotifyType;
import io.phalanx.node.ike.wire.Payload.Notify;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The notifications of MOBIKE that carry data (RFC 4555 §4.2). */
public final class MobikeNotifies {
  /** Addresses of one peer that are kept; a bound of ours. */
  private static final int ADDRESSES_MAX = 16;

  private static final int COOKIE2_OCTETS_MIN = 8; // RFC 4555 §4.2.5
  private static final int COOKIE2_OCTETS_MAX = 64;
  private static final int IPV4_OCTETS = 4;
  private static final int IPV6_OCTETS = 16;

  private MobikeNotifies() {}

  /** ADDITIONAL_IP4_ADDRESS or ADDITIONAL_IP6_ADDRESS (RFC 4555 §4.2.2). */
  public static Notify additional(InetAddress address) {
    byte[] octets = address.getAddress();
    return Notify.of(
        octets.length == IPV4_OCTETS
            ? NotifyType.ADDITIONAL_IP4_ADDRESS
            : NotifyType.ADDITIONAL_IP6_ADDRESS,
        octets);
  }

  /** Whether a message says which addresses its sender has (RFC 4555 §3.6). */
  public static boolean tellsAddresses(IkeMessage message) {
    return message.has(NotifyType.ADDITIONAL_IP4_ADDRESS)
        || message.has(NotifyType.ADDITIONAL_IP6_ADDRESS)
        || message.has(NotifyType.NO_ADDITIONAL_ADDRESSES);
  }

  /** The addresses that a message tells of, beside the one that it came from. */
  public static List<InetAddress> addresses(IkeMessage message) {
    return message
        .all(Notify.class)
        .flatMap(each -> address(each).stream())
        .distinct()
        .limit(ADDRESSES_MAX)
        .toList();
  }

  private static Optional<InetAddress> address(Notify notify) {
    int octets = notify.data().length;
    boolean ipv4 = notify.type().equals(NotifyType.ADDITIONAL_IP4_ADDRESS) && octets == IPV4_OCTETS;
    boolean ipv6 = notify.type().equals(NotifyType.ADDITIONAL_IP6_ADDRESS) && octets == IPV6_OCTETS;
    if (!ipv4 && !ipv6) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByAddress(notify.data()));
    } catch (UnknownHostException notOfThisLength) {
      return Optional.empty();
    }
  }

  /** COOKIE2 (RFC 4555 §4.2.5). */
  public static Notify cookie2(byte[] cookie) {
    return Notify.of(NotifyType.COOKIE2, cookie);
  }

  /** The COOKIE2 of a message, if it has one of the length that is allowed. */
  public static Optional<Notify> cookie2(IkeMessage message) {
    return message
        .all(Notify.class)
        .filter(each -> each.type().equals(NotifyType.COOKIE2))
        .filter(
            each ->
                each.data().length >= COOKIE2_OCTETS_MIN
                    && each.data().length <= COOKIE2_OCTETS_MAX)
        .findFirst();
  }

  /**
   * Whether a message forbids NATs on its way, and there is one (RFC 4555 §3.9).
   *
   * <pre>
   * NO_NATS_ALLOWED: source address | destination address | source port (2) | destination port (2)
   * </pre>
   */
  public static boolean forbidsNat(
      IkeMessage message, InetSocketAddress source, InetSocketAddress destination) {
    byte[] from = source.getAddress().getAddress();
    byte[] to = destination.getAddress().getAddress();
    byte[] expected =
        ByteBuffer.allocate(from.length + to.length + 2 * Short.BYTES)
            .put(from)
            .put(to)
            .putShort((short) source.getPort())
            .putShort((short) destination.getPort())
            .array();
    return message
        .all(Notify.class)
        .filter(each -> each.type().equals(NotifyType.NO_NATS_ALLOWED))
        .anyMatch(each -> !Arrays.equals(each.data(), expected));
  }
}
