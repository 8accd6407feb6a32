package io.phalanx.node.ike.wire;

import io.phalanx.config.Identity;
import io.phalanx.config.iana.IdType;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.node.ike.wire.Payload.Notify;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * REDIRECT and REDIRECTED_FROM (RFC 5685 §8.2, §8.3): type and length of a gateway's name, the
 * name, and in an answer to IKE_SA_INIT the nonce of the request.
 *
 * <pre>
 * | type (1) | length (1) | gateway ... | nonce ... |
 * </pre>
 */
public final class Redirects {
  private static final int IPV4 = 1;
  private static final int IPV6 = 2;
  private static final int FQDN = 3;
  private static final int HEAD_OCTETS = 2;
  private static final byte[] NO_NONCE = new byte[0];

  private Redirects() {}

  /**
   * Where to go.
   *
   * @param nonce of the request that this answers; empty in a protected message
   */
  public record Redirect(Identity gateway, byte[] nonce) {}

  /** REDIRECT in an answer without protection. */
  public static Notify redirect(Identity gateway, byte[] nonce) {
    return notify(NotifyType.REDIRECT, gateway, nonce);
  }

  /** REDIRECT in a protected message. */
  public static Notify redirect(Identity gateway) {
    return notify(NotifyType.REDIRECT, gateway, NO_NONCE);
  }

  public static Notify redirectedFrom(Identity gateway) {
    return notify(NotifyType.REDIRECTED_FROM, gateway, NO_NONCE);
  }

  private static Notify notify(NotifyType type, Identity gateway, byte[] nonce) {
    byte[] name = gateway.data();
    return Notify.of(
        type,
        ByteBuffer.allocate(HEAD_OCTETS + name.length + nonce.length)
            .put((byte) code(gateway.type()))
            .put((byte) name.length)
            .put(name)
            .put(nonce)
            .array());
  }

  private static int code(IdType type) {
    if (type.equals(IdType.IPV4_ADDR)) {
      return IPV4;
    }
    return type.equals(IdType.IPV6_ADDR) ? IPV6 : FQDN;
  }

  /** The first notification of this type, if a gateway can be read from it. */
  public static Optional<Redirect> read(IkeMessage message, NotifyType type) {
    return message
        .all(Notify.class)
        .filter(each -> each.type().equals(type))
        .findFirst()
        .flatMap(Redirects::read);
  }

  /** The gateway in a notification of either type; empty if it cannot be read. */
  public static Optional<Redirect> read(Notify notify) {
    return read(notify.data());
  }

  private static Optional<Redirect> read(byte[] data) {
    if (data.length < HEAD_OCTETS || data.length < HEAD_OCTETS + (data[1] & 0xff)) {
      return Optional.empty();
    }
    int end = HEAD_OCTETS + (data[1] & 0xff);
    byte[] name = Arrays.copyOfRange(data, HEAD_OCTETS, end);
    byte[] nonce = Arrays.copyOfRange(data, end, data.length);
    return type(data[0])
        .filter(type -> fits(type, name.length))
        .map(type -> new Redirect(new Identity(type, name), nonce));
  }

  private static Optional<IdType> type(int code) {
    return switch (code) {
      case IPV4 -> Optional.of(IdType.IPV4_ADDR);
      case IPV6 -> Optional.of(IdType.IPV6_ADDR);
      case FQDN -> Optional.of(IdType.FQDN);
      default -> Optional.empty();
    };
  }

  private static boolean fits(IdType type, int octets) {
    if (type.equals(IdType.FQDN)) {
      return octets > 0;
    }
    return octets == (type.equals(IdType.IPV4_ADDR) ? 4 : 16);
  }
}
