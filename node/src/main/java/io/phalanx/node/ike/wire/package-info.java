/** IKEv2 messages on the wire (RFC 7296 §3): one record and one codec per payload. */
@NullMarked
package io.phalanx.node.ike.wire;

import org.jspecify.annotations.NullMarked;
