package io.phalanx.datapath;

import io.phalanx.config.Secret;
import io.phalanx.config.suite.EspSuite;

/**
 * A pair of ESP SAs with their own SPIs, keys and path, member of an SA cluster.
 *
 * <p>An encryption key includes the salt at its end, where the cipher has one (RFC 4106 §8.1).
 *
 * @param inboundSpi chosen by us
 * @param outboundSpi chosen by the peer
 * @param inboundIntegrity {@link Secret#EMPTY} for a combined-mode cipher, likewise outbound
 * @param path where ESP in UDP goes to
 */
public record SubSaSpec(
    int inboundSpi,
    int outboundSpi,
    EspSuite suite,
    Secret inboundEncryption,
    Secret inboundIntegrity,
    Secret outboundEncryption,
    Secret outboundIntegrity,
    PeerPath path) {
  /** The same pair by another path. */
  public SubSaSpec at(PeerPath other) {
    return new SubSaSpec(
        inboundSpi,
        outboundSpi,
        suite,
        inboundEncryption,
        inboundIntegrity,
        outboundEncryption,
        outboundIntegrity,
        other);
  }
}
