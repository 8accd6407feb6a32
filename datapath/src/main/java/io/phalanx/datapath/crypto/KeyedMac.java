package io.phalanx.datapath.crypto;

/**
 * A message authentication code under one key. Not thread-safe. Allocates nothing for a message.
 */
public interface KeyedMac {
  /** Octets of the whole code, before it is cut. */
  int octets();

  /** The next part of the message. */
  void update(byte[] octets, int from, int length);

  /** Ends the message and writes the whole code; what follows is a new message. */
  void finish(byte[] target, int at);
}
