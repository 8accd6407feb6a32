package io.phalanx.replication.hazelcast;

import java.io.IOException;

/** Octets to and from the other end of a connection that is being made; blocks. */
interface Exchange {
  void send(byte[] octets) throws IOException;

  /**
   * @throws IOException if they do not come, or not in time
   */
  byte[] receive(int octets) throws IOException;
}
