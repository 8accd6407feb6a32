package io.phalanx.node.ike.wire;

import io.phalanx.config.iana.NotifyType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads a chain of payloads (RFC 7296 §3.2): to its end, or to the encrypted payload or fragment.
 */
sealed interface PayloadChain {
  /** Octets of a generic payload header. */
  int GENERIC_HEADER_OCTETS = 4;

  /** What some peers align messages to, though RFC 7296 §3.2 does not ask for it. */
  int ALIGNMENT_OCTETS = 4;

  /** The critical bit (RFC 7296 §2.5). */
  int CRITICAL = 0x80;

  /** The chain ended as it should. */
  record Complete(List<Payload> payloads) implements PayloadChain {}

  /**
   * The chain ended with an encrypted payload, which is the last of a message (RFC 7296 §3.14).
   *
   * @param outer payloads before it
   * @param innerType type of the first payload inside
   * @param bodyFrom offset of its body, which reaches to the end of the message
   */
  record Encrypted(List<Payload> outer, int innerType, int bodyFrom) implements PayloadChain {}

  /**
   * The chain ended with a fragment of an encrypted payload (RFC 7383 §2.5).
   *
   * @param innerType type of the first payload inside; 0 but in the first fragment
   * @param number 1..total
   * @param bodyFrom offset of the explicit IV; what follows reaches to the end of the message
   */
  record Fragment(List<Payload> outer, int innerType, int number, int total, int bodyFrom)
      implements PayloadChain {}

  /** Refused with this notification. */
  record Faulty(NotifyType type, byte[] data) implements PayloadChain {}

  static PayloadChain read(int firstType, Reader in) {
    List<Payload> payloads = new ArrayList<>();
    int type = firstType;
    while (type != PayloadType.NONE) {
      int next = in.u8();
      boolean critical = (in.u8() & CRITICAL) != 0;
      Reader body = in.slice(in.u16() - GENERIC_HEADER_OCTETS);
      if (in.broken() || payloads.size() == Limits.PAYLOADS_MAX) {
        return invalidSyntax();
      }
      if (type == PayloadType.ENCRYPTED) {
        return in.remaining() == 0
            ? new Encrypted(payloads, next, body.position())
            : invalidSyntax();
      }
      if (type == PayloadType.ENCRYPTED_FRAGMENT) {
        return fragment(payloads, next, body, in.remaining() == 0);
      }
      Optional<PayloadType> known = PayloadType.of(type);
      if (known.isEmpty() && critical) {
        return new Faulty(NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD, new byte[] {(byte) type});
      }
      payloads.add(
          known.isPresent()
              ? known.get().decode(body)
              : new Payload.Unknown(type, false, body.rest()));
      if (in.broken() || body.remaining() != 0) {
        return invalidSyntax();
      }
      type = next;
    }
    return onlyAlignment(in.rest()) ? new Complete(payloads) : invalidSyntax();
  }

  private static PayloadChain fragment(
      List<Payload> outer, int innerType, Reader body, boolean last) {
    int number = body.u16();
    int total = body.u16();
    boolean right = !body.broken() && last && number >= 1 && number <= total;
    return right ? new Fragment(outer, innerType, number, total, body.position()) : invalidSyntax();
  }

  /** Openswan and its kin fill a message up to a multiple of 4 octets, behind the last payload. */
  private static boolean onlyAlignment(byte[] rest) {
    return rest.length < ALIGNMENT_OCTETS && Arrays.equals(rest, new byte[rest.length]);
  }

  private static PayloadChain invalidSyntax() {
    return new Faulty(NotifyType.INVALID_SYNTAX, new byte[0]);
  }
}
