/**
 * RADIUS (RFC 2865, 2866, 3579, 5176): packets and their protection, a client for authentication
 * and accounting, and a server for requests to disconnect. The only part of a member that waits for
 * servers of others: on virtual threads, never on the control loop.
 */
@NullMarked
package io.phalanx.node.radius;

import org.jspecify.annotations.NullMarked;
