package io.phalanx.datapath.udp;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;

/** Takes what arrives at the UDP ports, on the packet loop of the socket. */
@FunctionalInterface
public interface DatagramReceiver {
  /**
   * @param loop index of the packet loop
   * @param listen index of the listen address
   * @param natPort whether it came to the NAT traversal port
   * @param content not to be kept
   * @param trafficClass DSCP and ECN of the IP header; 0 where the socket does not tell
   */
  void receive(
      int loop,
      int listen,
      boolean natPort,
      ByteBuf content,
      InetSocketAddress from,
      int trafficClass);
}
