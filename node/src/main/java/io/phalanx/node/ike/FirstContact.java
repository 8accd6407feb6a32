package io.phalanx.node.ike;

import io.phalanx.config.Identity;

/**
 * A peer has said that a session is all it has (INITIAL_CONTACT, RFC 7296 §2.4): whatever else the
 * cluster has of it is left over from before the peer's restart.
 *
 * @param connection name in the configuration
 * @param user by EAP; empty without it
 * @param sessionId the session that stays
 */
public record FirstContact(String connection, Identity peer, String user, long sessionId) {
  boolean replaces(IkeSa sa) {
    return sa.sessionId != sessionId
        && sa.connection.equals(connection)
        && sa.grants.user().equals(user)
        && sa.peerId.filter(peer::equals).isPresent();
  }
}
