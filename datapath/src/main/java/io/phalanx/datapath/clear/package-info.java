/** Ports to the protected side: TUN device, local datagrams, memory. */
@NullMarked
package io.phalanx.datapath.clear;

import org.jspecify.annotations.NullMarked;
