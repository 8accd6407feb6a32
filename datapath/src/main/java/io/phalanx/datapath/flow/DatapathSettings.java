package io.phalanx.datapath.flow;

import java.net.InetAddress;
import java.util.List;

/**
 * Where the packet path listens, and its bounds.
 *
 * @param listenAddresses 1..16; the first of a family is what unknown peers are answered from
 * @param ikePort 0 for any free one
 * @param natPort 0 for any free one
 * @param waitingPacketsMax packets per SA cluster and direction that may wait for numbers
 * @param waitingOctetsMax octets of all waiting packets of one packet loop
 * @param handoverPacketsMax packets on their way from one packet loop to another; a power of two
 * @param ikePerSecondMax IKE messages told per second; more are dropped unread
 * @param unknownPerSecondMax packets without an SA told per second, likewise, per direction
 * @param refusedPauseNanos after a refused wish, before it is told again; doubles up to 64 times as
 *     long
 * @param socketBufferOctets receive and send buffer of each socket, as far as the kernel gives it
 * @param readTrafficClass whether to read DSCP and ECN of what peers send; needs epoll
 */
public record DatapathSettings(
    List<InetAddress> listenAddresses,
    int ikePort,
    int natPort,
    int waitingPacketsMax,
    int waitingOctetsMax,
    int handoverPacketsMax,
    int ikePerSecondMax,
    int unknownPerSecondMax,
    long refusedPauseNanos,
    int socketBufferOctets,
    boolean readTrafficClass) {

  private static final int LISTEN_ADDRESSES_MAX = 16;

  public DatapathSettings {
    listenAddresses = List.copyOf(listenAddresses);
    if (listenAddresses.isEmpty() || listenAddresses.size() > LISTEN_ADDRESSES_MAX) {
      throw new IllegalArgumentException("1 to 16 listen addresses are needed");
    }
    if (Integer.bitCount(handoverPacketsMax) != 1) {
      throw new IllegalArgumentException("not a power of two: " + handoverPacketsMax);
    }
  }

  /** Settings with the bounds that suit a gateway of tens of thousands of peers. */
  public static DatapathSettings of(
      List<InetAddress> listenAddresses, int ikePort, int natPort, boolean readTrafficClass) {
    return new DatapathSettings(
        listenAddresses,
        ikePort,
        natPort,
        1024,
        32 << 20,
        1024,
        20_000,
        5_000,
        5_000_000,
        8 << 20,
        readTrafficClass);
  }
}
