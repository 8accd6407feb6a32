package io.phalanx.config;

/**
 * How the packets of a Child SA are fitted into what carries them.
 *
 * @param pathMtuOctets the largest IP packet that goes to the peer in one piece, 576..65535
 * @param clampMss whether TCP connections are told a segment size that fits (RFC 9293 §3.7.1)
 */
public record PacketHandling(int pathMtuOctets, boolean clampMss) {
  public static final int PATH_MTU_MIN = 576; // RFC 1122 §3.3.3
  public static final int PATH_MTU_MAX = 65_535;
  public static final PacketHandling DEFAULT = new PacketHandling(1500, false);

  public PacketHandling {
    if (pathMtuOctets < PATH_MTU_MIN || pathMtuOctets > PATH_MTU_MAX) {
      throw new IllegalArgumentException("path MTU " + pathMtuOctets);
    }
  }
}
