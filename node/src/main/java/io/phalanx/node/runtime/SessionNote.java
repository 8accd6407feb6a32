package io.phalanx.node.runtime;

import io.phalanx.config.Identity;
import io.phalanx.config.iana.IdType;
import io.phalanx.node.ike.Event;
import io.phalanx.node.ike.FirstContact;
import io.phalanx.node.radius.SessionQuery;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * What members tell each other about sessions that are to end.
 *
 * <pre>
 *  1 ask    id (8) | { length (1) | octets } for session id, user and address
 *  2 found  id (8)
 *  3 anew   id (8) of the session that stays | { length (1) | octets } for connection, user and the
 *           peer's identity, the latter with its type as first octet
 * </pre>
 */
sealed interface SessionNote {
  int FIELD_OCTETS_MAX = 255;
  int ASK = 1;
  int FOUND = 2;
  int ANEW = 3;

  record Ask(long id, SessionQuery query) implements SessionNote {
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

  record Found(long id) implements SessionNote {
    @Override
    public byte[] encode() {
      return ByteBuffer.allocate(9).put((byte) FOUND).putLong(id).array();
    }
  }

  /** {@link Event.PeerBeganAnew}; an identity that is too long for a field has no such note. */
  record Anew(FirstContact contact) implements SessionNote {
    boolean fits() {
      return contact.peer().data().length < FIELD_OCTETS_MAX
          && contact.connection().getBytes(StandardCharsets.UTF_8).length <= FIELD_OCTETS_MAX
          && contact.user().getBytes(StandardCharsets.UTF_8).length <= FIELD_OCTETS_MAX;
    }

    @Override
    public byte[] encode() {
      byte[] connection = octets(contact.connection());
      byte[] user = octets(contact.user());
      byte[] peer = contact.peer().data();
      return ByteBuffer.allocate(13 + connection.length + user.length + peer.length)
          .put((byte) ANEW)
          .putLong(contact.sessionId())
          .put((byte) connection.length)
          .put(connection)
          .put((byte) user.length)
          .put(user)
          .put((byte) (1 + peer.length))
          .put((byte) contact.peer().type().code())
          .put(peer)
          .array();
    }
  }

  /** Fields come out of RADIUS attributes, which have at most 253 octets. */
  byte[] encode();

  static Optional<SessionNote> decode(byte[] octets) {
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
        case ANEW -> {
          String connection = new String(field(in), StandardCharsets.UTF_8);
          String user = new String(field(in), StandardCharsets.UTF_8);
          ByteBuffer peer = ByteBuffer.wrap(field(in));
          IdType type = new IdType(peer.get() & 0xff);
          byte[] data = new byte[peer.remaining()];
          peer.get(data);
          yield Optional.of(
              new Anew(new FirstContact(connection, new Identity(type, data), user, id)));
        }
        default -> Optional.empty();
      };
    } catch (BufferUnderflowException | UnknownHostException malformed) {
      return Optional.empty();
    }
  }

  private static byte[] octets(String text) {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    return Arrays.copyOf(octets, Math.min(octets.length, FIELD_OCTETS_MAX));
  }

  private static byte[] field(ByteBuffer in) {
    byte[] field = new byte[in.get() & 0xff];
    in.get(field);
    return field;
  }
}
