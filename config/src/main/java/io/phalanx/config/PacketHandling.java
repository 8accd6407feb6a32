package io.phalanx.config;

/**
 * How the packets of a Child SA are fitted into what carries them.
 *
 * @param pathMtuOctets the largest IP packet that goes to the peer in one piece, 576..65535
 * @param clampMss whether TCP connections are told a segment size that fits (RFC 9293 §3.7.1)
 * @param outerDscp DSCP of the packets that carry them, 0..63; {@link #COPY_DSCP} for that of the
 *     packet inside (RFC 4301 §5.1.2)
 * @param copyEcn whether they may be marked for congestion as those inside (normal mode of RFC 6040
 *     §4.1); else they say that they may not (compatibility mode)
 */
public record PacketHandling(int pathMtuOctets, boolean clampMss, int outerDscp, boolean copyEcn) {
  public static final int COPY_DSCP = -1;
  public static final int DSCP_MAX = 63; // RFC 2474 §3
  public static final int PATH_MTU_MIN = 576; // RFC 1122 §3.3.3
  public static final int PATH_MTU_MAX = 65_535;
  public static final PacketHandling DEFAULT = new PacketHandling(1500, false, 0, false);

  public PacketHandling {
    if (pathMtuOctets < PATH_MTU_MIN || pathMtuOctets > PATH_MTU_MAX) {
      throw new IllegalArgumentException("path MTU " + pathMtuOctets);
    }
    if (outerDscp < COPY_DSCP || outerDscp > DSCP_MAX) {
      throw new IllegalArgumentException("DSCP " + outerDscp);
    }
  }
}
