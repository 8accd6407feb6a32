package io.phalanx.datapath.inner;

/** Explicit congestion notification through a tunnel (RFC 6040). */
public final class Congestion {
  public static final int NOT_ECT = 0;
  public static final int ECT_1 = 1;
  public static final int ECT_0 = 2;
  public static final int CE = 3;

  /** The packet has met congestion and its transport would not hear of it. */
  public static final int DROP = -1;

  /** What leaves the tunnel: by inner field, then by outer one (RFC 6040 figure 4). */
  private static final int[][] LEAVING = {
    // outer Not-ECT, ECT(1), ECT(0), CE
    {NOT_ECT, NOT_ECT, NOT_ECT, DROP}, // inner Not-ECT
    {ECT_1, ECT_1, ECT_1, CE}, // inner ECT(1)
    {ECT_0, ECT_1, ECT_0, CE}, // inner ECT(0)
    {CE, CE, CE, CE}, // inner CE
  };

  private Congestion() {}

  /**
   * The field of a packet that leaves the tunnel, or {@link #DROP}.
   *
   * @param inner field of the inner header
   * @param outer field of the outer one
   */
  public static int leaving(int inner, int outer) {
    return LEAVING[inner & TrafficClass.ECN][outer & TrafficClass.ECN];
  }

  /**
   * The same for a whole packet, in place.
   *
   * @param outer traffic class of the outer header
   * @return whether it may go on
   */
  public static boolean leave(byte[] packet, int offset, int outer) {
    if ((outer & TrafficClass.ECN) == NOT_ECT) {
      return true; // changes nothing, whatever is inside
    }
    int inner = TrafficClass.of(packet, offset);
    int field = leaving(inner, outer);
    if (field >= 0 && field != (inner & TrafficClass.ECN)) {
      TrafficClass.put(packet, offset, (inner & TrafficClass.DSCP) | field);
    }
    return field != DROP;
  }
}
