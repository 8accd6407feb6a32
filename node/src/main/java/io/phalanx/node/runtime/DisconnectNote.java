package io.phalanx.node.runtime;

import io.phalanx.node.radius.SessionQuery;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * What members tell each other about a Disconnect-Request.
 *
 * <pre>
 *  1 ask    id (8) | { length (1) | octets } for session id, user and address
 *  2 found  id (8)
 * </pre>
 */
sealed interface DisconnectNote {
  int ASK = 1;
  int FOUND = 2;

  record Ask(long id, SessionQuery query) implements DisconnectNote {
    @Override
    public byte[] encode() {
      byte[] session = octets(query.sessionId());
      byte[] user = octets(query.user());
      byte[] address = query.address().map(InetAddress::getAddress).orElse(new byte[0]);
      ByteBuffer out =
          ByteBuffer.allocate(12 + session.length + user.length + address.length)
              .put((byte) ASK)
              .putLong(id);
      for (byte[] field : new byte[][] {session, user, address}) {
        out.put((byte) field.length).put(field);
      }
      return out.array();
    }
  }

  record Found(long id) implements DisconnectNote {
    @Override
    public byte[] encode() {
      return ByteBuffer.allocate(9).put((byte) FOUND).putLong(id).array();
    }
  }

  /** Fields come out of RADIUS attributes, which have at most 253 octets. */
  byte[] encode();

  static Optional<DisconnectNote> decode(byte[] octets) {
    ByteBuffer in = ByteBuffer.wrap(octets);
    try {
      int kind = in.get();
      long id = in.getLong();
      return switch (kind) {
        case ASK -> {
          String session = new String(field(in), StandardCharsets.UTF_8);
          String user = new String(field(in), StandardCharsets.UTF_8);
          byte[] address = field(in);
          Optional<InetAddress> at =
              address.length == 0
                  ? Optional.empty()
                  : Optional.of(InetAddress.getByAddress(address));
          yield Optional.of(new Ask(id, new SessionQuery(session, user, at)));
        }
        case FOUND -> Optional.of(new Found(id));
        default -> Optional.empty();
      };
    } catch (BufferUnderflowException | UnknownHostException malformed) {
      return Optional.empty();
    }
  }

  private static byte[] octets(String text) {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    return Arrays.copyOf(octets, Math.min(octets.length, 255));
  }

  private static byte[] field(ByteBuffer in) {
    byte[] field = new byte[in.get() & 0xff];
    in.get(field);
    return field;
  }
}
