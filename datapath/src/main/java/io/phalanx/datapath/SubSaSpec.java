package io.phalanx.datapath;

import io.phalanx.config.Secret;
import io.phalanx.config.suite.EspSuite;
import java.net.InetSocketAddress;

/**
 * A pair of ESP SAs with their own SPIs, keys and path, member of an SA cluster.
 *
 * <p>An encryption key includes the salt at its end, where the cipher has one (RFC 4106 §8.1).
 *
 * @param inboundSpi chosen by us
 * @param outboundSpi chosen by the peer
 * @param inboundIntegrity {@link Secret#EMPTY} for a combined-mode cipher, likewise outbound
 * @param peer where ESP in UDP goes to
 */
public record SubSaSpec(
    int inboundSpi,
    int outboundSpi,
    EspSuite suite,
    Secret inboundEncryption,
    Secret inboundIntegrity,
    Secret outboundEncryption,
    Secret outboundIntegrity,
    InetSocketAddress peer) {}
