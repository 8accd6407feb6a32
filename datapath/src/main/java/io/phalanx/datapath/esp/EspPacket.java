package io.phalanx.datapath.esp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Where things are in an ESP packet (RFC 4303 §2). Static, over the caller's array.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                Security Parameters Index (SPI)                |
 * +---------------------------------------------------------------+
 * |                     Sequence Number (low)                     |
 * +---------------------------------------------------------------+
 * |                    IV, 8 or 16 octets                         |
 * +---------------------------------------------------------------+
 * |                 inner packet, TFC padding                     |
 * +               +-----------------------------------------------+
 * |               |     Padding (0-255 octets)                    |
 * +---------------+               +---------------+---------------+
 * |                               |  Pad Length   | Next Header   |
 * +---------------------------------------------------------------+
 * |                 ICV, not encrypted                            |
 * +---------------------------------------------------------------+
 * </pre>
 */
public final class EspPacket {
  public static final int SPI = 0;
  public static final int SEQUENCE = 4;
  public static final int IV = 8;

  /** Pad length and next header. */
  public static final int TRAILER_OCTETS = 2;

  public static final int NEXT_HEADER_IPV4 = 4;
  public static final int NEXT_HEADER_IPV6 = 41;

  /** A dummy packet, to be dropped without notice (RFC 4303 §2.6). */
  public static final int NEXT_HEADER_DUMMY = 59;

  /** What {@link #innerLength} gives for padding that no sender may write. */
  public static final int BAD_PADDING = -1;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private EspPacket() {}

  public static int spi(byte[] packet, int offset) {
    return (int) INT.get(packet, offset + SPI);
  }

  public static int sequenceLow(byte[] packet, int offset) {
    return (int) INT.get(packet, offset + SEQUENCE);
  }

  public static void putHeader(byte[] packet, int offset, int spi, long sequence) {
    INT.set(packet, offset + SPI, spi);
    INT.set(packet, offset + SEQUENCE, (int) sequence);
  }

  static void putInt(byte[] packet, int offset, int value) {
    INT.set(packet, offset, value);
  }

  static void putLong(byte[] packet, int offset, long value) {
    LONG.set(packet, offset, value);
  }

  /**
   * Writes padding (1, 2, 3, ..., RFC 4303 §2.4), pad length and next header behind the inner
   * packet, so that all of it is a multiple of {@code alignOctets}.
   *
   * @return octets of inner packet and trailer
   */
  public static int putTrailer(
      byte[] packet, int innerOffset, int innerLength, int alignOctets, int nextHeader) {
    int over = (innerLength + TRAILER_OCTETS) % alignOctets;
    int padding = over == 0 ? 0 : alignOctets - over;
    int at = innerOffset + innerLength;
    for (int octet = 1; octet <= padding; octet++) {
      packet[at++] = (byte) octet;
    }
    packet[at++] = (byte) padding;
    packet[at] = (byte) nextHeader;
    return innerLength + padding + TRAILER_OCTETS;
  }

  /**
   * Octets of inner packet (with TFC padding, if any) in a decrypted payload, or {@link
   * #BAD_PADDING}. The padding's octets are checked as RFC 4303 §2.4 says a receiver should.
   */
  public static int innerLength(byte[] packet, int payloadOffset, int payloadLength) {
    if (payloadLength < TRAILER_OCTETS) {
      return BAD_PADDING;
    }
    int padding = packet[payloadOffset + payloadLength - 2] & 0xff;
    int inner = payloadLength - TRAILER_OCTETS - padding;
    if (inner < 0) {
      return BAD_PADDING;
    }
    for (int octet = 1; octet <= padding; octet++) {
      if (packet[payloadOffset + inner + octet - 1] != (byte) octet) {
        return BAD_PADDING;
      }
    }
    return inner;
  }

  public static int nextHeader(byte[] packet, int payloadOffset, int payloadLength) {
    return packet[payloadOffset + payloadLength - 1] & 0xff;
  }
}
