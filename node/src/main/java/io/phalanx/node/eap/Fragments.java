package io.phalanx.node.eap;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * TLS messages in pieces, both ways (RFC 5216 §2.1.5, §3.1).
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * |   (type 13)   |L M S R R R R R|      TLS message length (L)
 * +---------------+---------------+-------------------------------+
 *            ...                  |  TLS data ...
 * +-------------------------------+-------------------------------+
 * </pre>
 */
final class Fragments {
  static final int LENGTH = 0x80;
  static final int MORE = 0x40;
  static final int START = 0x20;

  /** Fits an IKE message that need not be fragmented itself. */
  static final int FRAGMENT_OCTETS = 1024;

  /** A bound of ours: long chains of large keys stay far below. */
  static final int MESSAGE_OCTETS_MAX = 64 * 1024;

  private static final int LENGTH_OCTETS = 4;

  private final ByteArrayOutputStream in = new ByteArrayOutputStream();
  private byte[] out = new byte[0];
  private int sent;

  /** What a fragment has come to. */
  sealed interface Taken {}

  /** The message goes on: the other end waits for an acknowledgement. */
  record Part() implements Taken {}

  /** A whole message, or an acknowledgement if it is empty. */
  record Whole(byte[] message) implements Taken {}

  record Malformed() implements Taken {}

  Taken take(byte[] data) {
    if (data.length == 0) {
      return new Malformed();
    }
    int flags = data[0];
    int from = 1 + ((flags & LENGTH) != 0 ? LENGTH_OCTETS : 0);
    if (data.length < from || in.size() + data.length - from > MESSAGE_OCTETS_MAX) {
      return new Malformed();
    }
    if ((flags & LENGTH) != 0) {
      int length = ByteBuffer.wrap(data).getInt(1);
      if (length < 0 || length > MESSAGE_OCTETS_MAX) {
        return new Malformed();
      }
    }
    in.write(data, from, data.length - from);
    if ((flags & MORE) != 0) {
      return data.length > from ? new Part() : new Malformed();
    }
    byte[] message = in.toByteArray();
    in.reset();
    return new Whole(message);
  }

  void send(byte[] message) {
    out = message;
    sent = 0;
  }

  /** The next piece of what is to be sent, as data of type 13; empty once all is sent. */
  Optional<byte[]> next() {
    if (sent >= out.length) {
      return Optional.empty();
    }
    int to = Math.min(out.length, sent + FRAGMENT_OCTETS);
    boolean more = to < out.length;
    boolean first = sent == 0;
    ByteBuffer data = ByteBuffer.allocate(1 + (first ? LENGTH_OCTETS : 0) + to - sent);
    data.put((byte) ((first ? LENGTH : 0) | (more ? MORE : 0)));
    if (first) {
      data.putInt(out.length);
    }
    data.put(Arrays.copyOfRange(out, sent, to));
    sent = to;
    return Optional.of(data.array());
  }

  /** Nothing but a sign that a piece has come. */
  static byte[] acknowledgement() {
    return new byte[] {0};
  }
}
