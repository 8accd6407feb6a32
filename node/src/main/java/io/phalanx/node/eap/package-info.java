/**
 * EAP (RFC 3748), the authenticator's side, as IKEv2 carries it (RFC 7296 §2.16). No thread, no
 * socket, no clock: packets in, packets out; a conversation is a record that can be written to an
 * image.
 */
@NullMarked
package io.phalanx.node.eap;

import org.jspecify.annotations.NullMarked;
