package io.phalanx.datapath.udp;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One socket: hands its datagrams on. */
final class UdpHandler extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(UdpHandler.class);

  private final int loop;
  private final int listen;
  private final boolean natPort;
  private final DatagramReceiver receiver;

  UdpHandler(int loop, int listen, boolean natPort, DatagramReceiver receiver) {
    this.loop = loop;
    this.listen = listen;
    this.natPort = natPort;
    this.receiver = receiver;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    DatagramPacket datagram = (DatagramPacket) message;
    try {
      receiver.receive(loop, listen, natPort, datagram.content(), datagram.sender(), 0);
    } finally {
      datagram.release();
    }
  }

  /** The kernel's complaints about single datagrams are the network's faults; others are ours. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException) {
      log.debug("UDP {}: {}", context.channel().localAddress(), cause.toString());
    } else {
      log.error("packet path fault on {}", context.channel().localAddress(), cause);
    }
  }
}
