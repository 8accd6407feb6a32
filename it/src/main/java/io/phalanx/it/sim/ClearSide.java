package io.phalanx.it.sim;

import io.phalanx.datapath.ClearPort;
import io.phalanx.datapath.PacketLoops;
import java.util.Arrays;
import java.util.function.Consumer;

/** The protected side of a gateway: tells of each packet that comes out. */
record ClearSide(Consumer<byte[]> out) implements ClearPort {
  private static final int MTU = 1400;

  @Override
  public void start(PacketLoops loops, Receiver receiver) {}

  @Override
  public void write(int loop, byte[] buffer, int offset, int length) {
    out.accept(Arrays.copyOfRange(buffer, offset, offset + length));
  }

  @Override
  public void flush(int loop) {}

  @Override
  public int mtu() {
    return MTU;
  }

  @Override
  public void close() {}
}
