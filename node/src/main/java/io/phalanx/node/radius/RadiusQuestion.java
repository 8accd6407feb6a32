package io.phalanx.node.radius;

import io.phalanx.config.Secret;
import java.net.InetSocketAddress;

/**
 * What to ask a RADIUS server about a peer.
 *
 * @param user as the peer calls itself
 * @param eap a packet of the peer
 * @param state of the last challenge; empty for the first question
 * @param server place of the server that has sent it
 */
public record RadiusQuestion(
    long sessionId,
    String user,
    byte[] eap,
    Secret state,
    int server,
    InetSocketAddress peer,
    String calledStation) {}
