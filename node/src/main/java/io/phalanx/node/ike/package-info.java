/** The IKEv2 engine (RFC 7296): events and time in, effects out; no I/O, no clock. */
@NullMarked
package io.phalanx.node.ike;

import org.jspecify.annotations.NullMarked;
