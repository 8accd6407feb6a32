package io.phalanx.it.balancer;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Sees every datagram that the balancer passes on. Called on its event loop; returns at once. */
@FunctionalInterface
public interface PacketTap {
  /** Looks at nothing. */
  PacketTap NONE = (direction, port, client, backend, payload) -> {};

  enum Direction {
    TO_GATEWAY,
    TO_CLIENT
  }

  /**
   * @param payload the UDP payload, read-only and only valid during the call
   */
  void packet(
      Direction direction,
      Port port,
      InetSocketAddress client,
      Backend backend,
      ByteBuffer payload);
}
