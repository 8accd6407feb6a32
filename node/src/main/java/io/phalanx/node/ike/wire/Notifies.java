package io.phalanx.node.ike.wire;

import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.iana.ProtocolId;
import io.phalanx.node.ike.wire.Payload.Notify;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/** Notifications that carry data: how to make them and how to read them. */
public final class Notifies {
  private static final byte[] NO_OCTETS = new byte[0];
  private static final int COOKIE_OCTETS_MAX = 64; // RFC 7296 §2.6

  private Notifies() {}

  /** NAT_DETECTION_SOURCE_IP or NAT_DETECTION_DESTINATION_IP (RFC 7296 §2.23). */
  public static Notify natDetection(
      NotifyType type, long initiatorSpi, long responderSpi, InetAddress address, int port) {
    return Notify.of(type, natHash(initiatorSpi, responderSpi, address, port));
  }

  /**
   * SHA-1 over SPIs, address and port (RFC 7296 §2.23).
   *
   * @param responderSpi as in the header of the message: 0 in the first request
   * @return 20 octets
   */
  public static byte[] natHash(
      long initiatorSpi, long responderSpi, InetAddress address, int port) {
    byte[] addressOctets = address.getAddress();
    ByteBuffer input =
        ByteBuffer.allocate(2 * Long.BYTES + addressOctets.length + Short.BYTES)
            .putLong(initiatorSpi)
            .putLong(responderSpi)
            .put(addressOctets)
            .putShort((short) port);
    try {
      return MessageDigest.getInstance("SHA-1").digest(input.array());
    } catch (NoSuchAlgorithmException fault) {
      throw new IllegalStateException("every Java platform has SHA-1", fault);
    }
  }

  /** REKEY_SA for a Child SA (RFC 7296 §1.3.3), with the SPI that its sender receives on. */
  public static Notify rekeySa(int spi) {
    return new Notify(ProtocolId.ESP, spiOf(spi), NotifyType.REKEY_SA, NO_OCTETS);
  }

  /** CHILD_SA_NOT_FOUND with the SPI that was asked for (RFC 7296 §2.25). */
  public static Notify childSaNotFound(int spi) {
    return new Notify(ProtocolId.ESP, spiOf(spi), NotifyType.CHILD_SA_NOT_FOUND, NO_OCTETS);
  }

  /** The SPI of an ESP SA that a notification or a proposal is about; empty if it is not one. */
  public static Optional<Integer> espSpi(ProtocolId protocol, byte[] spi) {
    return protocol.equals(ProtocolId.ESP) && spi.length == Integer.BYTES
        ? Optional.of(ByteBuffer.wrap(spi).getInt())
        : Optional.empty();
  }

  /** Whether a COOKIE has a length that is allowed (RFC 7296 §2.6). */
  public static boolean isCookie(byte[] data) {
    return data.length >= 1 && data.length <= COOKIE_OCTETS_MAX;
  }

  /** COOKIE (RFC 7296 §2.6). */
  public static Notify cookie(byte[] cookie) {
    return Notify.of(NotifyType.COOKIE, cookie);
  }

  /** INVALID_KE_PAYLOAD with the group that is wanted (RFC 7296 §1.2). */
  public static Notify invalidKe(int group) {
    return Notify.of(NotifyType.INVALID_KE_PAYLOAD, (byte) (group >>> 8), (byte) group);
  }

  /** The group that INVALID_KE_PAYLOAD asks for. */
  public static Optional<Integer> wantedGroup(Notify notify) {
    return notify.data().length == Short.BYTES
        ? Optional.of(ByteBuffer.wrap(notify.data()).getShort() & 0xffff)
        : Optional.empty();
  }

  /** AUTH_LIFETIME (RFC 4478 §3). */
  public static Notify authLifetime(long seconds) {
    int value = (int) Math.min(seconds, 0xffff_ffffL);
    return Notify.of(
        NotifyType.AUTH_LIFETIME, ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
  }

  /** The seconds in AUTH_LIFETIME; empty for data of another length, and for zero. */
  public static OptionalLong seconds(Notify notify) {
    if (notify.data().length != Integer.BYTES) {
      return OptionalLong.empty();
    }
    long seconds = Integer.toUnsignedLong(ByteBuffer.wrap(notify.data()).getInt());
    return seconds == 0 ? OptionalLong.empty() : OptionalLong.of(seconds);
  }

  /** What SET_WINDOW_SIZE says; empty for data of another length. */
  public static OptionalLong requests(Notify notify) {
    return notify.data().length == Integer.BYTES
        ? OptionalLong.of(Integer.toUnsignedLong(ByteBuffer.wrap(notify.data()).getInt()))
        : OptionalLong.empty();
  }

  /** SET_WINDOW_SIZE (RFC 7296 §2.3): requests that the other end may have under way. */
  public static Notify windowSize(int requests) {
    return Notify.of(
        NotifyType.SET_WINDOW_SIZE, ByteBuffer.allocate(Integer.BYTES).putInt(requests).array());
  }

  /**
   * UNSUPPORTED_CRITICAL_PAYLOAD, INVALID_SYNTAX and the like, as {@link Decoded} asks for them.
   */
  public static Notify refusing(Decoded.Invalid invalid) {
    return Notify.of(invalid.type(), invalid.data());
  }

  /** SIGNATURE_HASH_ALGORITHMS (RFC 7427 §4) with the IANA numbers of hashes. */
  public static Notify signatureHashAlgorithms(List<Integer> hashes) {
    ByteBuffer data = ByteBuffer.allocate(Short.BYTES * hashes.size());
    hashes.forEach(hash -> data.putShort(hash.shortValue()));
    return Notify.of(NotifyType.SIGNATURE_HASH_ALGORITHMS, data.array());
  }

  /** The hash numbers in SIGNATURE_HASH_ALGORITHMS; an odd octet at the end is ignored. */
  public static List<Integer> hashAlgorithms(Notify notify) {
    ByteBuffer data = ByteBuffer.wrap(notify.data());
    return IntStream.range(0, notify.data().length / Short.BYTES)
        .mapToObj(index -> data.getShort(Short.BYTES * index) & 0xffff)
        .toList();
  }

  /** The 4 octets of an ESP SPI. */
  public static byte[] spiOf(int spi) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(spi).array();
  }

  /** The 8 octets of an IKE SPI. */
  public static byte[] spiOf(long spi) {
    return ByteBuffer.allocate(Long.BYTES).putLong(spi).array();
  }
}
