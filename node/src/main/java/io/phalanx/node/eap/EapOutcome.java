package io.phalanx.node.eap;

import io.phalanx.replication.image.EapState;

/** What a packet of the peer has come to. */
public sealed interface EapOutcome {
  /** Send {@link EapState#request()} to the peer. */
  record Ask(EapState state) implements EapOutcome {}

  /**
   * Bring the peer's packet to the RADIUS server, then call {@link EapServer#answered}.
   *
   * @param packet a response, as it came
   */
  record AskRadius(EapState state, byte[] packet) implements EapOutcome {}

  /** The peer is {@link EapState#user()}; send {@link EapState#request()}, a success, to it. */
  record Succeeded(EapState state) implements EapOutcome {}

  /**
   * The peer is not authenticated.
   *
   * @param packet a failure, for the peer
   * @param reason for our log only
   */
  record Failed(byte[] packet, String reason) implements EapOutcome {}
}
