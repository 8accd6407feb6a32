package io.phalanx.datapath;

/**
 * The protected side: takes inner packets that came out of a tunnel, and gives those that are to go
 * into one to the receiver it was started with.
 */
public interface ClearPort extends AutoCloseable {
  /** Gets clear packets, on the packet loop {@code loop}. The array is reused after the call. */
  @FunctionalInterface
  interface Receiver {
    void receive(int loop, byte[] buffer, int offset, int length);
  }

  /** Starts delivery to {@code receiver}, reading on the given packet loops. */
  void start(PacketLoops loops, Receiver receiver);

  /** Writes an inner packet; called on packet loop {@code loop}. The array is not kept. */
  void write(int loop, byte[] buffer, int offset, int length);

  /** Ends a batch of writes on this loop. */
  void flush(int loop);

  /** The largest inner packet, in octets. */
  int mtu();

  @Override
  void close();
}
