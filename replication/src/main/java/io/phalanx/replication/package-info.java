/** What the floors above see of the cluster: stores, membership, interlink. */
@NullMarked
package io.phalanx.replication;

import org.jspecify.annotations.NullMarked;
