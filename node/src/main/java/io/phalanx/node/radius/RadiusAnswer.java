package io.phalanx.node.radius;

import io.phalanx.config.Secret;
import java.net.InetAddress;
import java.util.List;

/** What RADIUS servers have said about a peer. */
public sealed interface RadiusAnswer {
  /**
   * @param eap a request for the peer
   * @param state to be given back with the next question, to the same server
   */
  record Challenge(byte[] eap, Secret state, int server) implements RadiusAnswer {}

  /**
   * @param user as the server calls the peer, or empty
   * @param msk empty where the method makes none
   */
  record Accept(String user, Secret msk, Granted granted) implements RadiusAnswer {}

  /**
   * @param eap a failure for the peer, or empty
   */
  record Reject(byte[] eap) implements RadiusAnswer {}

  /** No server has answered. */
  record Silence() implements RadiusAnswer {}

  /**
   * What comes with a yes.
   *
   * @param pool name of a pool; empty for that of the connection
   * @param classes to be given back in accounting, as they are
   * @param sessionSeconds 0 for no limit
   * @param idleSeconds 0 for no limit
   * @param interimSeconds 0 for what the configuration says
   */
  record Granted(
      List<InetAddress> addresses,
      String pool,
      List<byte[]> classes,
      long sessionSeconds,
      long idleSeconds,
      long interimSeconds) {
    public static final Granted NOTHING = new Granted(List.of(), "", List.of(), 0, 0, 0);
  }
}
