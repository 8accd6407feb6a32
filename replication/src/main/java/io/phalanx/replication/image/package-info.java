/** Images: the replicated, versioned records of IKE SAs and SA clusters. */
@NullMarked
package io.phalanx.replication.image;

import org.jspecify.annotations.NullMarked;
