/** Leases of SA clusters: numbers are in the store before the packet path may use them. */
@NullMarked
package io.phalanx.replication.lease;

import org.jspecify.annotations.NullMarked;
