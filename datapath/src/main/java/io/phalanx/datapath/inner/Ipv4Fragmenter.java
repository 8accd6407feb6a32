package io.phalanx.datapath.inner;

/**
 * Cuts an IPv4 packet into fragments (RFC 791 §3.2), one after the other into the caller's array.
 * Not thread-safe.
 */
public final class Ipv4Fragmenter {
  private static final int HEADER_OCTETS_MAX = 60;
  private static final int OCTETS_MIN = 68; // RFC 791: what every link carries
  private static final int OPTION_COPIED = 0x80;
  private static final int OPTION_END = 0;
  private static final int OPTION_NONE = 1;

  private final byte[] laterHeader = new byte[HEADER_OCTETS_MAX];
  private int laterHeaderOctets;
  private byte[] packet = new byte[0];
  private int offset;
  private int headerOctets;
  private int dataOctets;
  private int octetsMax;
  private int done; // octets of data

  /**
   * Begins with a packet, which must stay as it is until all is cut.
   *
   * @param max octets of the largest fragment
   */
  public void start(byte[] from, int at, int length, int max) {
    if (max < OCTETS_MIN) {
      throw new IllegalArgumentException("fragments of " + max + " octets");
    }
    packet = from;
    offset = at;
    headerOctets = Ip.ipv4HeaderOctets(from, at);
    dataOctets = length - headerOctets;
    octetsMax = max;
    done = 0;
    copyLaterHeader();
  }

  /** Only options with the copied flag go into all fragments. */
  private void copyLaterHeader() {
    int to = Ip.IPV4_HEADER_OCTETS;
    System.arraycopy(packet, offset, laterHeader, 0, to);
    int at = offset + to;
    int end = offset + headerOctets;
    while (at < end && packet[at] != OPTION_END) {
      boolean single = packet[at] == OPTION_NONE;
      int octets = single || at + 1 == end ? 1 : Ip.u8(packet, at + 1);
      if (!single && (octets < 2 || at + octets > end)) {
        break; // not an option: no more of it
      }
      if (!single && (packet[at] & OPTION_COPIED) != 0) {
        System.arraycopy(packet, at, laterHeader, to, octets);
        to += octets;
      }
      at += octets;
    }
    while ((to & 3) != 0) {
      laterHeader[to++] = OPTION_END;
    }
    laterHeader[0] = (byte) (0x40 | to / 4);
    laterHeaderOctets = to;
  }

  /**
   * Writes the next fragment to the start of {@code out}.
   *
   * @return its octets; 0 if there is none left
   */
  public int next(byte[] out) {
    int left = dataOctets - done;
    if (left <= 0) {
      return 0;
    }
    int header = done == 0 ? headerOctets : laterHeaderOctets;
    if (done == 0) {
      System.arraycopy(packet, offset, out, 0, header);
    } else {
      System.arraycopy(laterHeader, 0, out, 0, header);
    }
    boolean last = left <= octetsMax - header;
    int octets = last ? left : (octetsMax - header) & ~7;
    System.arraycopy(packet, offset + headerOctets + done, out, header, octets);
    int field = Ip.u16(packet, offset + Ip.IPV4_FRAGMENT) + done / 8;
    Ip.putU16(out, Ip.IPV4_FRAGMENT, last ? field : field | Ip.MORE_FRAGMENTS);
    Ip.putU16(out, Ip.IPV4_LENGTH, header + octets);
    InternetChecksum.putIpv4(out, 0);
    done += octets;
    return header + octets;
  }
}
