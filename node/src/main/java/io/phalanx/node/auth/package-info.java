/** Proof of identity in IKE_AUTH (RFC 7296 §2.15): shared keys, signatures, certificates. */
@NullMarked
package io.phalanx.node.auth;

import org.jspecify.annotations.NullMarked;
