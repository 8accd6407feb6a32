package io.phalanx.datapath;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;

/** The packet loops of a member: one thread each, epoll where available. */
public interface PacketLoops {
  int count();

  IoEventLoop loop(int index);

  EventLoopGroup group();

  boolean epoll();
}
