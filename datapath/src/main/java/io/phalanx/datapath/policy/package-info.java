/** Which SA a packet belongs to: the SAD by SPI, the SPD by inner header (RFC 4301 §4.4). */
@NullMarked
package io.phalanx.datapath.policy;

import org.jspecify.annotations.NullMarked;
