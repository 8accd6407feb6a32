/** The two UDP ports of the gateway: IKE, and NAT traversal with ESP (RFC 3948). */
@NullMarked
package io.phalanx.datapath.udp;

import org.jspecify.annotations.NullMarked;
