package io.phalanx.it.sim;

import java.nio.ByteBuffer;

/** What a datagram is, in a few words, for whoever reads a trace. */
final class WireText {
  private static final int IKE_HEADER_OCTETS = 28;

  private static final int IKE_SA_INIT = 34;

  private WireText() {}

  /**
   * @param octets of a UDP datagram to or from port 4500, or of IKE on port 500
   */
  static String of(byte[] octets) {
    ByteBuffer in = ByteBuffer.wrap(octets);
    if (octets.length >= 8 && in.getInt(0) != 0 && !looksLikeIke(in, 0)) {
      return "ESP spi=%08x seq=%d".formatted(in.getInt(0), in.getInt(4));
    }
    int at = octets.length >= 4 && in.getInt(0) == 0 ? 4 : 0;
    return looksLikeIke(in, at)
        ? "IKE %016x %016x exchange=%d flags=%02x id=%d %d octets"
            .formatted(
                in.getLong(at),
                in.getLong(at + 8),
                in.get(at + 18),
                in.get(at + 19),
                in.getInt(at + 20),
                octets.length - at)
        : octets.length + " octets";
  }

  /** Whether it begins an IKE SA: whoever sends that again makes one that nobody authenticates. */
  static boolean opens(byte[] octets) {
    ByteBuffer in = ByteBuffer.wrap(octets);
    return looksLikeIke(in, 0) && in.get(18) == IKE_SA_INIT;
  }

  private static boolean looksLikeIke(ByteBuffer in, int at) {
    return in.limit() >= at + IKE_HEADER_OCTETS
        && in.getInt(at + 24) == in.limit() - at
        && in.get(at + 17) == 0x20;
  }
}
