package io.phalanx.node.ops;

import java.util.List;

/**
 * One session, for an operator: no key, nothing secret.
 *
 * @param id the same on every member and over take-overs and rekeys
 * @param connection name of the connection in the configuration
 * @param peer the peer's identity
 * @param endpoint the peer's address and port
 * @param addresses virtual addresses of the peer, on an initiator our own
 * @param state as the IKE engine names it
 * @param spiInitiator IKE SPI, 16 hex digits
 * @param spiResponder IKE SPI, 16 hex digits
 * @param owner member-id of the owner of the IKE SA
 */
public record SessionView(
    String id,
    String connection,
    String peer,
    String endpoint,
    List<String> addresses,
    String state,
    String spiInitiator,
    String spiResponder,
    int owner,
    List<Child> children) {

  /**
   * @param spiInbound ESP SPI that we chose, 8 hex digits
   * @param spiOutbound ESP SPI that the peer chose, 8 hex digits
   * @param owner member-id of the owner of the SA cluster
   * @param outLease outbound numbers below this one are granted to the owner; 0 if not known here
   * @param inLimit inbound numbers up to this one are granted to the owner; 0 if not known here
   */
  public record Child(
      String name, String spiInbound, String spiOutbound, int owner, long outLease, long inLimit) {}
}
