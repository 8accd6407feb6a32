package io.phalanx.it.analysis;

import java.nio.ByteBuffer;

/** What a UDP payload on one of the two ports of IKEv2 is (RFC 3948 §2, RFC 7296 §3.1). */
public sealed interface Datagram {
  int IKE_HEADER_OCTETS = 28;
  int NON_ESP_MARKER_OCTETS = 4;
  int FLAG_RESPONSE = 0x20;

  /**
   * @param spi in network order as an int
   * @param sequence the 32 bits on the wire
   * @param iv the first 8 octets behind the header: the IV of a combined-mode cipher
   */
  record Esp(int spi, long sequence, long iv) implements Datagram {}

  record Ike(
      long spiInitiator, long spiResponder, int exchangeType, boolean response, long messageId)
      implements Datagram {
    /** As RFC 7296 §3.1 names it. */
    public String exchangeName() {
      return switch (exchangeType) {
        case 34 -> "IKE_SA_INIT";
        case 35 -> "IKE_AUTH";
        case 36 -> "CREATE_CHILD_SA";
        case 37 -> "INFORMATIONAL";
        default -> "exchange " + exchangeType;
      };
    }
  }

  /** A NAT keepalive: the single octet 0xff. */
  record Keepalive() implements Datagram {}

  /** Nothing that belongs there. */
  record Other() implements Datagram {}

  /** Reads a payload from its position; the buffer is not changed. */
  static Datagram read(boolean natPort, ByteBuffer payload) {
    ByteBuffer octets = payload.slice();
    if (!natPort) {
      return ike(octets);
    }
    if (octets.remaining() == 1 && octets.get(0) == (byte) 0xff) {
      return new Keepalive();
    }
    if (octets.remaining() < 16) {
      return new Other();
    }
    if (octets.getInt(0) == 0) {
      return ike(octets.position(NON_ESP_MARKER_OCTETS).slice());
    }
    return new Esp(octets.getInt(0), Integer.toUnsignedLong(octets.getInt(4)), octets.getLong(8));
  }

  private static Datagram ike(ByteBuffer octets) {
    if (octets.remaining() < IKE_HEADER_OCTETS || octets.get(17) >> 4 != 2) {
      return new Other();
    }
    return new Ike(
        octets.getLong(0),
        octets.getLong(8),
        octets.get(18) & 0xff,
        (octets.get(19) & FLAG_RESPONSE) != 0,
        Integer.toUnsignedLong(octets.getInt(20)));
  }
}
