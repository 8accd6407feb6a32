/** The cluster's keys, and the sealing of what members keep in the store or send each other. */
@NullMarked
package io.phalanx.replication.seal;

import org.jspecify.annotations.NullMarked;
